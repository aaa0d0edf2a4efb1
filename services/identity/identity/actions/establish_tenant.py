"""A tenant was opened: its referent and domain owner become people, users, holders of office.

An address that somebody may still take back ("it was not me") is nobody's meanwhile: then the
tenant waits for its people, who come when the address is its owner's again, or free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.codes import Language, Office, TenantCode
from contracts.identity import TenantPeopleEstablished
from identity.actions.registering import is_free, join, provide_iam_user, register
from identity.clients.sealing import Sealer
from identity.domain.names import name_key
from identity.domain.people import NewPerson, Person
from identity.domain.roles import ALL_ROLES
from identity.store import tenants, users
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.due import DueItem
from servicekit.pseudonyms import person_target

ESTABLISH = "tenant:establish"  # kind of due work
_LOOK_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OpenedTenant:
    tenant: TenantCode
    name: str
    holders: Mapping[Office, NewPerson]


def establish_tenant(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    event_id: UUID,
    opened: OpenedTenant,
) -> None:
    """Applied once, however often and under however many event ids the fact comes."""
    tenant = opened.tenant
    with db.write(context, tenant=tenant) as tx:
        if not tx.once(event_id):
            return
        if not tenants.add_tenant(tx, tenant=tenant, name=opened.name, opened_at=now):
            return
        if not _establish(tx, sealer=sealer, opened=opened, now=now):
            tx.record("tenants:people:awaited", target=tenant, at=now)


def establish_later(*, db: Database, sealer: Sealer, item: DueItem) -> None:
    """Of a tenant whose people had to wait."""
    note = item.payload
    holders = {
        Office(office): NewPerson(**{**contact, "language": Language(contact["language"])})
        for office, contact in note["holders"].items()
    }
    opened = OpenedTenant(TenantCode(note["tenant"]), note["name"], holders)
    with db.write(item.context, tenant=opened.tenant) as tx:
        if tx.settle(item):
            _establish(tx, sealer=sealer, opened=opened, now=item.due_at)


def _establish(tx: Tx, *, sealer: Sealer, opened: OpenedTenant, now: datetime) -> bool:
    """False where it has to wait."""
    tenant = opened.tenant
    if not all(is_free(tx, email=contact.email, now=now) for contact in opened.holders.values()):
        _wait(tx, opened=opened, now=now)
        return False
    people = _establish_people(tx, sealer=sealer, opened=opened, now=now)
    holders = {
        office: people[name_key(contact.email)] for office, contact in opened.holders.items()
    }
    for office, person in holders.items():
        users.add_office(tx, tenant=tenant, office=office, person_id=person.person_id, at=now)
    tx.record(
        "tenants:people:established",
        target=tenant,
        details={
            office.value: person_target(person.person_id) for office, person in holders.items()
        },
        at=now,
    )
    tx.emit(TenantPeopleEstablished, at=now, tenant=tenant, **_as_payload(holders))
    return True


def _wait(tx: Tx, *, opened: OpenedTenant, now: datetime) -> None:
    holders = {office.value: asdict(contact) for office, contact in opened.holders.items()}
    tx.schedule(
        ESTABLISH,
        due_at=now + _LOOK_AGAIN_AFTER,
        key=opened.tenant,
        payload={"tenant": opened.tenant, "name": opened.name, "holders": holders},
    )


def _establish_people(
    tx: Tx, *, sealer: Sealer, opened: OpenedTenant, now: datetime
) -> dict[str, Person]:
    """By e-mail; one person where referent and domain owner are the same.

    In the order of their e-mails, so that two openings at once never wait for each other.
    """
    contacts = {name_key(contact.email): contact for contact in opened.holders.values()}
    people = {}
    for email_key, contact in sorted(contacts.items()):
        person, new = register(tx, new=replace(contact, login=None), now=now)
        join(
            tx,
            sealer=sealer,
            tenant=opened.tenant,
            person=person,
            typed=contact,
            newly_registered=new,
            roles=ALL_ROLES,
            invited_by=None,
            now=now,
        )
        for mobile in (contact.mobile, None):
            # Two people who share a number: the first has it as an API login, both have a user.
            if provide_iam_user(
                tx,
                sealer=sealer,
                tenant=opened.tenant,
                person=person,
                roles=ALL_ROLES,
                mobile=mobile,
                now=now,
            ):
                break
        people[email_key] = person
    return people


def _as_payload(holders: Mapping[Office, Person]) -> dict[str, Any]:
    payload: dict[str, Any] = {}
    for office, person in holders.items():
        payload[f"{office.value}_id"] = person.person_id
        payload[f"{office.value}_login"] = person.login
    return payload
