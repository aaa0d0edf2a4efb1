"""Multi-tenant management begins: a person gets a second login, a user of all tenants of his
organisation, present and future. It ends: the second login is closed and leaves them.

The first login stays as it is. Many tenants are joined and left in portions, each a transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import LinkPurpose, SecondLoginEstablished
from contracts.identity.facts import Leaving
from identity.actions.links import issue_link
from identity.actions.registering import register_second, tell_joined
from identity.actions.remove_user import take_out
from identity.actions.second_logins import close_second_login, open_second_login
from identity.clients.sealing import Sealer
from identity.domain.managers import Management, Manager
from identity.domain.people import Person
from identity.domain.roles import ALL_ROLES
from identity.store import credentials, managers, persons, tenants, users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.due import DueItem
from servicekit.pseudonyms import person_target

GO_ON = "organisation:manage"  # kind of due work
_AT_ONCE = 100  # tenants in one transaction


def begin_management(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    event_id: UUID,
    management: Management,
    tenants_of_today: Sequence[TenantCode],
) -> None:
    """A tenant of today that is not known here yet comes with its own opening."""
    with db.write(context, tenant=EVERYONE) as tx:
        if not tx.once(event_id):
            return
        organisation_id = management.organisation_id
        managers.lock_organisation(tx, organisation_id=organisation_id)
        began = managers.add_management(
            tx, management_id=management.management_id, organisation_id=organisation_id, at=now
        )
        if not began:
            return
        managers.change_organisation_of(
            tx, tenants=tenants_of_today, organisation_id=organisation_id
        )
        second = _second_login(tx, first_person_id=management.first_person_id, now=now)
        managers.change_person(
            tx, management_id=management.management_id, person_id=second.person_id
        )
        _tell(tx, sealer=sealer, management=management, second=second, now=now)
        _go_on(tx, management_id=management.management_id, now=now)


def end_management(
    *,
    db: Database,
    context: Context,
    now: datetime,
    event_id: UUID,
    management_id: UUID,
    organisation_id: UUID,
) -> None:
    """The login is closed at once; from then on what it still is a user of opens nothing."""
    with db.write(context, tenant=EVERYONE) as tx:
        if not tx.once(event_id):
            return
        managers.lock_organisation(tx, organisation_id=organisation_id)
        managers.change_ended(
            tx, management_id=management_id, organisation_id=organisation_id, at=now
        )
        manager = managers.find_manager(tx, management_id=management_id)
        if manager is not None:
            second = persons.get_person_to_change(tx, person_id=manager.person_id)
            close_second_login(tx, person_id=second.person_id, enabled=second.enabled, now=now)
            _go_on(tx, management_id=management_id, now=now)


def go_on(*, db: Database, item: DueItem) -> None:
    """The next portion of tenants to join, or to leave where it has ended meanwhile."""
    with db.write(item.context, tenant=EVERYONE) as tx:
        if tx.settle(item):
            _go_on(tx, management_id=UUID(item.key), now=item.now)


def let_manager_in(tx: Tx, *, organisation_id: UUID, tenant: TenantCode, now: datetime) -> None:
    """A tenant is opened: who manages the organisation, manages it too. Its lock is held."""
    manager = managers.find_manager_of(tx, organisation_id=organisation_id)
    if manager is not None:
        person = persons.get_person(tx, person_id=manager.person_id)
        _join(tx, manager=manager, person=person, tenant=tenant, now=now)


def _second_login(tx: Tx, *, first_person_id: UUID, now: datetime) -> Person:
    """The one that he had before, opened again, or a new one."""
    first = persons.get_person_to_change(tx, person_id=first_person_id)
    known = persons.find_second_login_to_change(tx, of=first_person_id)
    if known is None:
        return register_second(tx, first=first, now=now)
    if not known.enabled:
        open_second_login(tx, person_id=known.person_id, now=now)
    return persons.get_person(tx, person_id=known.person_id)


def _tell(tx: Tx, *, sealer: Sealer, management: Management, second: Person, now: datetime) -> None:
    """With the link that sets its first password, by the usual mail's own rules."""
    credential = credentials.get_portal_credential(tx, person_id=second.person_id)
    link = None
    if credential.hash is None:
        link = issue_link(
            tx,
            sealer=sealer,
            credential_id=credential.credential_id,
            purpose=LinkPurpose.WELCOME,
            now=now,
        )
    tx.record(
        "organisations:second-login:established",
        target=person_target(second.person_id),
        details={"second_of": person_target(management.first_person_id)},
        at=now,
    )
    tx.emit(
        SecondLoginEstablished,
        at=now,
        management_id=management.management_id,
        organisation_id=management.organisation_id,
        organisation_name=management.organisation_name,
        person_id=second.person_id,
        first_person_id=management.first_person_id,
        login=second.login,
        sealed_link=None if link is None else link.sealed_link,
        expires_at=None if link is None else link.expires_at,
    )


def _go_on(tx: Tx, *, management_id: UUID, now: datetime) -> None:
    manager = managers.find_manager(tx, management_id=management_id)
    if manager is None:
        return
    managers.lock_organisation(tx, organisation_id=manager.organisation_id)
    manager = managers.find_manager(tx, management_id=management_id)
    if manager is None:
        return
    portion = _leave_some(tx, manager, now) if manager.ended else _join_some(tx, manager, now)
    if portion == _AT_ONCE:
        tx.schedule(GO_ON, due_at=now, key=str(management_id), payload={})


def _join_some(tx: Tx, manager: Manager, now: datetime) -> int:
    portion = managers.list_tenants_to_join(tx, manager=manager, limit=_AT_ONCE)
    person = persons.get_person(tx, person_id=manager.person_id)
    for tenant in portion:
        _join(tx, manager=manager, person=person, tenant=tenant, now=now)
    return len(portion)


def _join(tx: Tx, *, manager: Manager, person: Person, tenant: TenantCode, now: datetime) -> None:
    """With the strongest roles, and without a user in the domain: its names are taken there."""
    joined = users.add_user(
        tx,
        tenant=tenant,
        person=person,
        typed=None,
        at=now,
        invited_until=None,
        invited_by=None,
        management_id=manager.management_id,
    )
    if not joined:
        return
    users.change_roles(tx, tenant=tenant, person_id=person.person_id, roles=ALL_ROLES)
    tell_joined(tx, tenant=tenant, person=person, roles=ALL_ROLES, new=True, asked=False, now=now)
    tx.record("users:manager:joined", target=person_target(person.person_id), tenant=tenant, at=now)


def _leave_some(tx: Tx, manager: Manager, now: datetime) -> int:
    portion = managers.list_tenants_to_leave(tx, manager=manager, limit=_AT_ONCE)
    for tenant in portion:
        tenants.lock_tenant(tx, tenant=tenant)
        user = users.get_user(tx, tenant=tenant, person_id=manager.person_id)
        take_out(tx, user=user, how=Leaving.REMOVED, now=now)
    return len(portion)
