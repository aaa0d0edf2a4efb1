"""The time of a handover has come, or of an office's recovery: identity moves the office, or tells
why it stays. Whether the successor can act is known here alone, under the tenant's lock; so in the
same moment he cannot be taken out, nor disabled, and there is one holder before and one after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import Office, StaffRole, TenantCode
from contracts.identity import OfficeHandedOver, OfficeKept, RolesChanged
from contracts.identity.facts import Leaving
from contracts.tenancy import HandoverEnd
from identity.actions.both_hands import check_both_hands
from identity.actions.registering import is_free, join, provide_iam_user, register
from identity.actions.remove_user import take_out
from identity.clients.sealing import Sealer
from identity.domain.names import name_key
from identity.domain.people import NewPerson, Person, User
from identity.domain.roles import Roles, manages_users, roles_of_holder
from identity.store import iam_users, persons, tenants, users
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.errors import Forbidden
from servicekit.pseudonyms import person_target

# The roles of staff of which both hands of an office's recovery need one.
_HANDS = frozenset({StaffRole.SALES, StaffRole.OPERATOR})


@dataclass(frozen=True, slots=True)
class AskedOffice:
    """``procedure_id``: of the handover or of the recovery; ``due_at``: when it takes effect."""

    tenant: TenantCode
    office: Office
    procedure_id: UUID
    holder_id: UUID
    drop_rights: bool
    due_at: datetime


@dataclass(frozen=True, slots=True)
class TwoHands:
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID
    decided_at: datetime


def hand_over_office(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    event_id: UUID,
    asked: AskedOffice,
    successor_id: UUID,
) -> None:
    with db.write(context, tenant=asked.tenant) as tx:
        if not tx.once(event_id):
            return
        tenants.lock_tenant(tx, tenant=asked.tenant)
        why = _why_not(tx, asked=asked) or _why_not_him(tx, asked=asked, person_id=successor_id)
        if why is not None:
            _keep(tx, asked=asked, why=why, now=now)
            return
        former = users.get_user(tx, tenant=asked.tenant, person_id=asked.holder_id)
        successor = users.get_user(tx, tenant=asked.tenant, person_id=successor_id)
        drops = asked.drop_rights and _may_lose_rights(
            tx, former, successor=successor, office=asked.office
        )
        _move(tx, sealer=sealer, asked=asked, former=former, to=successor_id, drops=drops, now=now)


def recover_office(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    event_id: UUID,
    asked: AskedOffice,
    hands: TwoHands,
    successor: NewPerson,
) -> None:
    """He is found by his address, or registered; nobody but he can be asked to accept."""
    with db.write(context, tenant=asked.tenant) as tx:
        if not tx.once(event_id):
            return
        tenants.lock_tenant(tx, tenant=asked.tenant)
        known = persons.find_by_email(tx, email_key=name_key(successor.email))
        why = _why_not(tx, asked=asked) or _why_not_by_them(tx, asked, hands, known)
        if why is None and not is_free(tx, email=successor.email, now=now):
            why = HandoverEnd.EMAIL_TAKEN
        if why is None and known is not None:
            why = _why_not_known(tx, asked=asked, person=known)
        if why is not None:
            _keep(tx, asked=asked, why=why, now=now)
            return
        former = users.get_user(tx, tenant=asked.tenant, person_id=asked.holder_id)
        to = _attached(tx, sealer=sealer, asked=asked, successor=successor, now=now)
        drops = asked.drop_rights and _holds_nothing_else(former, office=asked.office)
        _move(tx, sealer=sealer, asked=asked, former=former, to=to, drops=drops, now=now)


def _why_not(tx: Tx, *, asked: AskedOffice) -> HandoverEnd | None:
    holder = users.find_user(tx, tenant=asked.tenant, person_id=asked.holder_id)
    if holder is None or asked.office not in holder.offices:
        return HandoverEnd.HOLDER_CHANGED
    return None


def _why_not_him(tx: Tx, *, asked: AskedOffice, person_id: UUID) -> HandoverEnd | None:
    """Who accepted may have been taken out or disabled since."""
    user = users.find_user(tx, tenant=asked.tenant, person_id=person_id)
    if user is None or not user.accepted:
        return HandoverEnd.SUCCESSOR_LEFT
    return _why_not_known(tx, asked=asked, person=persons.get_person(tx, person_id=person_id))


def _why_not_known(tx: Tx, *, asked: AskedOffice, person: Person) -> HandoverEnd | None:
    tenant, person_id = asked.tenant, person.person_id
    user = users.find_user(tx, tenant=tenant, person_id=person_id)
    shut = user is not None and user.disabled_at is not None
    if asked.office is Office.DOMAIN_OWNER:
        closed_at = iam_users.find_disabled_at(tx, tenant=tenant, person_id=person_id)
        shut = shut or closed_at is not None
    if shut or not person.enabled:
        return HandoverEnd.SUCCESSOR_DISABLED
    return HandoverEnd.SECOND_LOGIN if user is not None and user.manages_organisation else None


def _why_not_by_them(
    tx: Tx, asked: AskedOffice, hands: TwoHands, known: Person | None
) -> HandoverEnd | None:
    """By what both of staff are now: neither gives an office to himself, nor takes it from
    himself."""
    if known is not None and known.person_id == asked.holder_id:
        return HandoverEnd.HOLDER_CHANGED
    if known is not None and known.person_id in (hands.proposed_by, hands.decided_by):
        return HandoverEnd.HANDS_UNFIT
    try:
        check_both_hands(
            tx,
            person_id=asked.holder_id,
            proposed_by=hands.proposed_by,
            proposed_at=hands.proposed_at,
            decided_by=hands.decided_by,
            decided_at=hands.decided_at,
            keepers=_HANDS,
        )
    except Forbidden:
        return HandoverEnd.HANDS_UNFIT
    return None


def _attached(
    tx: Tx, *, sealer: Sealer, asked: AskedOffice, successor: NewPerson, now: datetime
) -> UUID:
    """A user of the tenant from now on, who may be one already."""
    person, newly = register(tx, new=successor, now=now)
    join(
        tx,
        sealer=sealer,
        tenant=asked.tenant,
        person=person,
        typed=successor,
        newly_registered=newly,
        roles=roles_of_holder(office=asked.office, held={}, taken_over={}),
        invited_by=None,
        now=now,
    )
    return person.person_id


def _move(
    tx: Tx,
    *,
    sealer: Sealer,
    asked: AskedOffice,
    former: User,
    to: UUID,
    drops: bool,
    now: datetime,
) -> None:
    tenant, office = asked.tenant, asked.office
    user = users.get_user(tx, tenant=tenant, person_id=to)
    taken_over = former.roles if drops else {}
    _give_roles(tx, sealer=sealer, user=user, office=office, taken_over=taken_over, now=now)
    users.change_office(
        tx,
        tenant=tenant,
        office=office,
        former_id=former.person_id,
        person_id=to,
        at=asked.due_at,
    )
    if drops:
        take_out(tx, user=former, how=Leaving.REMOVED, now=now)
    _tell(tx, asked=asked, former=former, user=user, drops=drops, now=now)


def _tell(
    tx: Tx, *, asked: AskedOffice, former: User, user: User, drops: bool, now: datetime
) -> None:
    tx.record(
        "offices:holder:changed",
        target=person_target(user.person_id),
        details={
            "office": asked.office.value,
            "from": person_target(former.person_id),
            "procedure": str(asked.procedure_id),
            "rights_dropped": drops,
        },
        at=now,
    )
    tx.emit(
        OfficeHandedOver,
        at=now,
        tenant=asked.tenant,
        office=asked.office,
        procedure_id=asked.procedure_id,
        former_id=former.person_id,
        holder_id=user.person_id,
        login=user.login,
        email=user.email,
        given_name=user.given_name,
        family_name=user.family_name,
        rights_dropped=drops,
        handed_over_at=asked.due_at,
    )


def _give_roles(
    tx: Tx,
    *,
    sealer: Sealer,
    user: User,
    office: Office,
    taken_over: Roles,
    now: datetime,
) -> None:
    roles = roles_of_holder(office=office, held=user.roles, taken_over=taken_over)
    if roles != user.roles:
        tenant, person_id = user.tenant, user.person_id
        users.change_roles(tx, tenant=tenant, person_id=person_id, roles=roles)
        details = {"from": dict(user.roles), "to": roles}
        target = person_target(person_id)
        tx.record("users:roles:changed", target=target, details=details, at=now)
        tx.emit(
            RolesChanged,
            at=now,
            person_id=person_id,
            tenant=tenant,
            accepted=user.accepted,
            roles=roles,
        )
    person = persons.get_person(tx, person_id=user.person_id)
    for mobile in (person.mobile if user.accepted else None, None):
        if provide_iam_user(
            tx,
            sealer=sealer,
            tenant=user.tenant,
            person=person,
            roles=roles,
            mobile=mobile,
            now=now,
        ):
            return


def _holds_nothing_else(former: User, *, office: Office) -> bool:
    return set(former.offices) == {office}


def _may_lose_rights(tx: Tx, former: User, *, successor: User, office: Office) -> bool:
    """Not while he holds the other office; nor where nobody would be left who can manage users: the
    successor takes his roles over, but may have no password of his own yet."""
    if not _holds_nothing_else(former, office=office):
        return False
    others = set(users.list_user_managers(tx, tenant=former.tenant)) - {former.person_id}
    return bool(others) or (successor.activated and manages_users(former.roles))


def _keep(tx: Tx, *, asked: AskedOffice, why: HandoverEnd, now: datetime) -> None:
    details = {"office": asked.office.value, "procedure": str(asked.procedure_id)}
    tx.record(
        "offices:holder:kept",
        target=person_target(asked.holder_id),
        details={**details, "why": why.value},
        at=now,
    )
    tx.emit(
        OfficeKept,
        at=now,
        tenant=asked.tenant,
        office=asked.office,
        procedure_id=asked.procedure_id,
        why=why,
        kept_at=asked.due_at,
    )
