"""A second login is opened and closed with what it rests on: the management, and the first login.

Whoever has left the company, or whose login is closed, keeps no other way in.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.identity import PersonDisabled, PersonEnabled
from identity.actions.chains import chains_of
from identity.actions.end_impersonation import end_impersonations_of
from identity.store import managers, person_files, persons
from servicekit.db import EVERYONE, Database, Tx
from servicekit.due import DueItem
from servicekit.pseudonyms import person_target

LOOK = "second-login:look"  # kind of due work
BY_STAFF = "staff"  # whoever of staff opens it again, does so by hand


def close_with_first(tx: Tx, *, first_person_id: UUID, now: datetime) -> None:
    """The first login is closed."""
    second = persons.find_second_login_to_change(tx, of=first_person_id)
    if second is not None:
        close_second_login(tx, person_id=second.person_id, enabled=second.enabled, now=now)


def look_after_second(tx: Tx, *, first_person_id: UUID, now: datetime) -> None:
    """Somebody lost his rights in one tenant, in a transaction of that tenant's: whether his second
    login has anything left to rest on is looked at right after it, across tenants."""
    second = persons.find_second_login_to_change(tx, of=first_person_id)
    if second is not None and second.enabled:
        tx.schedule(LOOK, due_at=now, key=str(first_person_id), payload={})


def close_without_tenant(*, db: Database, item: DueItem) -> None:
    """Where no tenant is left of those that his second login manages, that is closed too. Sales end
    the management, or give it to somebody else."""
    first_person_id = UUID(item.key)
    with db.write(item.context, tenant=EVERYONE) as tx:
        if not tx.settle(item):
            return
        second = persons.find_second_login_to_change(tx, of=first_person_id)
        if second is None or managers.is_user_of_managed(tx, first_person_id=first_person_id):
            return
        close_second_login(tx, person_id=second.person_id, enabled=second.enabled, now=item.now)


def close_second_login(tx: Tx, *, person_id: UUID, enabled: bool, now: datetime) -> None:
    """Closed already: nothing happens. Asked with the scope EVERYONE."""
    if not enabled:
        return
    person_files.change_enabled(tx, person_id=person_id, enabled=False, at=now, why=BY_STAFF)
    _record(tx, "portal:login:disabled", person_id=person_id, now=now)
    end_impersonations_of(tx, person_id=person_id, now=now)
    tx.emit(PersonDisabled, at=now, person_id=person_id, disabled_at=now)


def open_second_login(tx: Tx, *, person_id: UUID, now: datetime) -> None:
    person_files.change_enabled(tx, person_id=person_id, enabled=True, at=None, why=None)
    _record(tx, "portal:login:enabled", person_id=person_id, now=now)
    tx.emit(PersonEnabled, at=now, person_id=person_id, enabled_at=now)


def _record(tx: Tx, act: str, *, person_id: UUID, now: datetime) -> None:
    for chain in {None, *chains_of(tx, person_id=person_id, tenant=None)}:
        tx.record(act, target=person_target(person_id), tenant=chain, at=now)
