"""A handover of an office: its states, to whom it may be offered, what it would lead to.

Between its due time and identity's answer it is ``settling``: identity alone knows, in the moment
it moves the office, that the successor is still a user who can act, so it decides that last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.codes import Office, TenantCode
from contracts.tenancy import ContractStatus, HandoverEnd, HandoverState
from servicekit.calendar import day_of
from servicekit.errors import Conflict
from tenancy.domain.outlook import Outlook, OutlookChange, OutlookRefusal
from tenancy.domain.people import Holder
from tenancy.domain.users import Party, User

# So long an offer waits for its answer.
OPEN_FOR = timedelta(days=7)
ACT = "offer_handover"
_MAIL = "handover"


class HandoverAct(StrEnum):
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    RUN_OUT = "run out"
    MATURE = "mature"
    HAND_OVER = "hand over"
    VOID = "void"


_OFFERED, _ACCEPTED, _SETTLING = (
    HandoverState.OFFERED,
    HandoverState.ACCEPTED,
    HandoverState.SETTLING,
)
OPEN = frozenset({_OFFERED, _ACCEPTED, _SETTLING})
TRANSITIONS: Mapping[tuple[HandoverState | None, HandoverAct], HandoverState] = {
    (None, HandoverAct.OFFER): _OFFERED,
    (_OFFERED, HandoverAct.ACCEPT): _ACCEPTED,
    (_OFFERED, HandoverAct.DECLINE): HandoverState.DECLINED,
    (_OFFERED, HandoverAct.WITHDRAW): HandoverState.WITHDRAWN,
    (_OFFERED, HandoverAct.RUN_OUT): HandoverState.EXPIRED,
    (_OFFERED, HandoverAct.VOID): HandoverState.VOID,
    (_ACCEPTED, HandoverAct.MATURE): _SETTLING,
    (_ACCEPTED, HandoverAct.DECLINE): HandoverState.DECLINED,
    (_ACCEPTED, HandoverAct.WITHDRAW): HandoverState.WITHDRAWN,
    (_ACCEPTED, HandoverAct.VOID): HandoverState.VOID,
    (_SETTLING, HandoverAct.HAND_OVER): HandoverState.DONE,
    (_SETTLING, HandoverAct.VOID): HandoverState.VOID,
}


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """As it is kept."""

    handover_id: UUID
    tenant: TenantCode
    office: Office
    state: HandoverState
    from_person_id: UUID
    to_person_id: UUID
    drop_rights: bool
    offered_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    takes_effect_at: datetime | None = None
    ended_at: datetime | None = None
    ended_why: HandoverEnd | None = None
    rights_dropped: bool | None = None

    def after(self, act: HandoverAct, *, now: datetime) -> HandoverState:
        """Raises Conflict("handover-not-open"); of one whose time has come or gone nobody but the
        calendar decides."""
        state = TRANSITIONS.get((self.state, act))
        due = self.expires_at if self.state is _OFFERED else self.takes_effect_at
        of_people = act in (HandoverAct.ACCEPT, HandoverAct.DECLINE, HandoverAct.WITHDRAW)
        over = of_people and due is not None and due <= now
        if state is None or over:
            shown = HandoverState.EXPIRED if over and self.state is _OFFERED else self.state
            raise Conflict("handover-not-open", {"state": shown.value})
        return state


@dataclass(frozen=True, slots=True)
class Handover(HandoverRow):
    """With the names that a reader needs."""

    contract_name: str = ""
    holder_login: str | None = None
    holder_given_name: str | None = None
    holder_family_name: str | None = None
    successor_login: str | None = None
    successor_given_name: str | None = None
    successor_family_name: str | None = None

    @property
    def holder(self) -> Party:
        named = (self.holder_login, self.holder_given_name, self.holder_family_name)
        return Party(self.from_person_id, *named)

    @property
    def successor(self) -> Party:
        named = (self.successor_login, self.successor_given_name, self.successor_family_name)
        return Party(self.to_person_id, *named)


@dataclass(frozen=True, slots=True)
class OwnHandover:
    """What is kept of somebody's part in one, for himself."""

    tenant: TenantCode
    office: Office
    state: HandoverState
    as_holder: bool
    offered_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """The facts on which an offer rests. ``candidate`` None: no user of the tenant."""

    status: ContractStatus
    office: Office
    holder: Holder
    other_holder: Holder  # of the other office
    person_id: UUID
    candidate: User | None
    drop_rights: bool
    handover_open: bool
    recovery_open: bool


def foresee_handover(
    offering: Offering, *, now: datetime, cooling_off: timedelta, successor: Party | None
) -> Outlook:
    """Were he to accept it at once. Two rules about people stand before those about the office."""
    refusal = _unfit(offering) or _in_the_way(offering)
    if refusal is not None:
        return Outlook(act=ACT, refusal=refusal)
    named = successor.full_name if successor else str(offering.person_id)
    held_by = f"{offering.holder.given_name} {offering.holder.family_name}"
    dropped = (OutlookChange("rights_of_holder", "kept", "dropped"),)
    return Outlook(
        act=ACT,
        from_on=day_of(now + cooling_off),
        mails=(_MAIL,),
        changes=(
            OutlookChange(offering.office.value, held_by, named),
            *(dropped if offering.drop_rights else ()),
        ),
    )


def check_successor(candidate: User | None) -> None:
    """Raises Conflict where somebody who may have been fit is not any more."""
    refusal = _unfit_user(candidate)
    if refusal is not None:
        raise Conflict(refusal.code, dict(refusal.details))


def check_alive(status: ContractStatus) -> None:
    """A contract that has ended is nobody's to hand over."""
    if status is ContractStatus.TERMINATED:
        raise Conflict("contract-terminated")


def _unfit(offering: Offering) -> OutlookRefusal | None:
    if offering.person_id == offering.holder.person_id:
        return OutlookRefusal("handover-successor", "handover-to-oneself")
    return _unfit_user(offering.candidate)


def _unfit_user(candidate: User | None) -> OutlookRefusal | None:
    if candidate is None:
        code = "successor-unknown"
    elif candidate.disabled or candidate.closed:
        code = "successor-disabled"
    elif candidate.second_login:
        code = "successor-second-login"
    elif not candidate.accepted:
        code = "successor-invited"
    else:
        return None
    return OutlookRefusal("handover-successor", code)


def _in_the_way(offering: Offering) -> OutlookRefusal | None:
    if offering.status is ContractStatus.TERMINATED:
        return OutlookRefusal("handover-contract", "contract-terminated")
    if offering.recovery_open:
        return OutlookRefusal("handover-one-open", "office-recovery-open")
    if offering.handover_open:
        return OutlookRefusal("handover-one-open", "handover-open")
    if offering.drop_rights and offering.other_holder.person_id == offering.holder.person_id:
        other = next(office for office in Office if office is not offering.office)
        return OutlookRefusal("handover-drop-rights", "office-held", {"offices": [other.value]})
    return None
