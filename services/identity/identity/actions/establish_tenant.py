"""A tenant was opened: its referent and domain owner become people, users, holders of office.

An address that somebody may still take back ("it was not me") is nobody's meanwhile: then the
tenant waits for its people, who come when the address is its owner's again, or free; but no longer
than an address may be held back, so that nobody keeps what was typed waiting by losing it anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.codes import Language, Office, TenantCode
from contracts.identity import LinkPurpose, TenantPeopleEstablished
from identity.actions.manage_organisation import let_manager_in
from identity.actions.registering import is_free, join, provide_iam_user, register
from identity.clients.sealing import Sealer
from identity.domain.links import LIFETIMES
from identity.domain.names import name_key
from identity.domain.people import NewPerson, Person
from identity.domain.roles import ALL_ROLES, CONSOLE_SECTIONS, Roles
from identity.store import managers, tenants, users
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.due import DueItem
from servicekit.pseudonyms import person_target

ESTABLISH = "tenant:establish"  # kind of due work
_LOOK_AGAIN_AFTER = timedelta(hours=1)
_UNTOLD = str(UUID(int=0))  # in notes of the version before: the tenant's row has it, or nobody
_WAITS_FOR = LIFETIMES[LinkPurpose.NOT_ME]


@dataclass(frozen=True, slots=True)
class OpenedTenant:
    """``opened_by``: the person who did, where he may be one of the holders: he needs no
    invitation to what he opened himself. ``groups_invoices``: it has no domain to administer."""

    tenant: TenantCode
    name: str
    organisation_id: UUID
    holders: Mapping[Office, NewPerson]
    opened_by: str = ""
    groups_invoices: bool = False

    @property
    def roles(self) -> Roles:
        if not self.groups_invoices:
            return ALL_ROLES
        return {
            section: role for section, role in ALL_ROLES.items() if section not in CONSOLE_SECTIONS
        }


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
        managers.lock_organisation(tx, organisation_id=opened.organisation_id)
        if not tenants.add_tenant(
            tx,
            tenant=tenant,
            name=opened.name,
            opened_at=now,
            organisation_id=opened.organisation_id,
        ):
            return
        let_manager_in(tx, organisation_id=opened.organisation_id, tenant=tenant, now=now)
        if _are_free(tx, opened=opened, now=now):
            _establish(tx, sealer=sealer, opened=opened, now=now)
        else:
            _wait(tx, sealer=sealer, opened=opened, until=now + _WAITS_FOR, now=now)
            tx.record("tenants:people:awaited", target=tenant, at=now)


def establish_later(*, db: Database, sealer: Sealer, item: DueItem, now: datetime) -> None:
    """Of a tenant whose people had to wait. ``now`` is the present, also after a pause: what is
    sent from here lives from when it is sent."""
    opened = _unsealed(sealer, item.payload["sealed"])
    until = datetime.fromisoformat(item.payload["until"])
    with db.write(item.context, tenant=opened.tenant) as tx:
        if not tx.settle(item):
            return
        if _are_free(tx, opened=opened, now=now):
            _establish(tx, sealer=sealer, opened=opened, now=now)
        elif now < until:
            _wait(tx, sealer=sealer, opened=opened, until=until, now=now)
        else:
            tx.record("tenants:people:given-up", target=opened.tenant, at=now)


def _are_free(tx: Tx, *, opened: OpenedTenant, now: datetime) -> bool:
    return all(is_free(tx, email=contact.email, now=now) for contact in opened.holders.values())


def _establish(tx: Tx, *, sealer: Sealer, opened: OpenedTenant, now: datetime) -> None:
    tenant = opened.tenant
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


def _wait(tx: Tx, *, sealer: Sealer, opened: OpenedTenant, until: datetime, now: datetime) -> None:
    tx.schedule(
        ESTABLISH,
        due_at=min(now + _LOOK_AGAIN_AFTER, until),
        key=opened.tenant,
        payload={"sealed": _sealed(sealer, opened), "until": until.isoformat()},
    )


def _sealed(sealer: Sealer, opened: OpenedTenant) -> str:
    """Nobody reads in the list of due work who is about to come."""
    return sealer.seal(json.dumps(asdict(opened), default=str))


def _unsealed(sealer: Sealer, sealed: str) -> OpenedTenant:
    note = json.loads(sealer.unseal(sealed))
    holders = {
        Office(office): NewPerson(**{**contact, "language": Language(contact["language"])})
        for office, contact in note["holders"].items()
    }
    return OpenedTenant(
        TenantCode(note["tenant"]),
        note["name"],
        UUID(note.get("organisation_id", _UNTOLD)),
        holders,
        note.get("opened_by", ""),
        note.get("groups_invoices", False),
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
            roles=opened.roles,
            invited_by=None,
            now=now,
            accepts=opened.opened_by == str(person.person_id),
        )
        for mobile in (contact.mobile, None):
            # Two people who share a number: the first has it as an API login, both have a user.
            if provide_iam_user(
                tx,
                sealer=sealer,
                tenant=opened.tenant,
                person=person,
                roles=opened.roles,
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
