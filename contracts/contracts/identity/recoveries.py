"""Acts that give somebody his access back: one of staff proposes, another one approves."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import (
    Choice,
    Email,
    Flag,
    Id,
    Instant,
    Login,
    Many,
    Part,
    Strict,
    Text,
)
from contracts.identity.contract import IDENTITY, NoFields
from contracts.paging import Page, PageRequest
from contracts.rights import self_service, staff_only

_KEEPERS = (StaffRole.SUPPORT, StaffRole.OPERATOR)


class RecoveryKind(StrEnum):
    RESET_FACTORS = "reset_factors"  # the second factors are lost
    CHANGE_EMAIL = "change_email"  # the mailbox is lost
    ENABLE_PERSON = "enable_person"  # closed because somebody else had used it
    ERASE_PERSON = "erase_person"  # asked for in writing, by who cannot sign in


class RecoveryState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"  # takes effect at a later time
    EXECUTED = "executed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Recovery(Strict):
    recovery_id = Id(required=True)
    kind = Choice(RecoveryKind, required=True)
    state = Choice(RecoveryState, required=True)
    person_id = Id(required=True)
    login = Login(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    reason = Text(required=True, maximum=500)
    evidence = Text(required=True, minimum=0, maximum=1000)
    new_email = Email(required=True, allow_none=True)
    proposed_by = Id(required=True)
    proposed_by_name = Text(required=True)
    proposed_at = Instant(required=True)
    expires_at = Instant(required=True)
    decided_by = Id(required=True, allow_none=True)
    decided_by_name = Text(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)
    takes_effect_at = Instant(required=True, allow_none=True)


class OwnRecovery(Strict):
    """As the person concerned sees it: what, since when; not who of staff, nor his evidence."""

    recovery_id = Id(required=True)
    kind = Choice(RecoveryKind, required=True)
    state = Choice(RecoveryState, required=True)
    proposed_at = Instant(required=True)
    expires_at = Instant(required=True)
    takes_effect_at = Instant(required=True, allow_none=True)


class ListRecoveries(PageRequest):
    person_id = Id(load_default=None, allow_none=True)
    open = Flag(
        load_default=True, metadata={"description": "Those still to be decided or to take effect."}
    )


class Recoveries(Page):
    items = Many(Part(Recovery), maximum=200, required=True)


class OwnRecoveries(Strict):
    items = Many(Part(OwnRecovery), maximum=20, required=True)


class OneRecovery(Strict):
    recovery_id = Id(required=True)


class ProposeRecovery(Strict):
    person_id = Id(required=True)
    kind = Choice(RecoveryKind, required=True)
    evidence = Text(
        minimum=10,
        maximum=1000,
        required=True,
        metadata={"description": "How you know that he is who he says he is."},
    )
    new_email = Email(
        load_default=None,
        allow_none=True,
        metadata={"description": "For ``change_email``, and only there."},
    )


_UNKNOWN = Refusal("NotFound", "recovery-unknown")
_NOT_OPEN = Refusal("Conflict", "recovery-not-open")
_SAME_HANDS = Refusal("Forbidden", "second-person-needed")
_NOT_INDEPENDENT = (
    Refusal("Forbidden", "appointed-by-other-hand"),
    Refusal("Forbidden", "appointed-too-lately"),
)
_CONCERNED = Refusal("Forbidden", "own-recovery")
_ROLE_GONE = Refusal("Forbidden", "staff-only")
_OPERATOR = Refusal("Forbidden", "operator-needed")
_UNFIT = (
    Refusal("NotFound", "person-unknown"),
    Refusal("Conflict", "person-erased"),
    Refusal("Conflict", "person-enabled"),
    Refusal("Conflict", "no-factors"),
    Refusal("Conflict", "email-taken"),
    Refusal("Conflict", "office-held"),
    Refusal("Conflict", "last-user-manager"),
    Refusal("Conflict", "staff-member"),
    Refusal("Conflict", "erasure-requested"),
)

list_recoveries = IDENTITY.call(
    "list_recoveries",
    request=ListRecoveries,
    response=Recoveries,
    right=staff_only("recoveries", *_KEEPERS, StaffRole.AUDITOR),
    effect=Effect.READ,
    summary="Recovery acts, newest first.",
    route=get("/recoveries"),
)
get_recovery = IDENTITY.call(
    "get_recovery",
    request=OneRecovery,
    response=Recovery,
    right=staff_only("recoveries", *_KEEPERS, StaffRole.AUDITOR),
    effect=Effect.READ,
    summary="One recovery act.",
    refusals=(_UNKNOWN,),
    route=get("/recoveries/{recovery_id}"),
    reason=True,
)
propose_recovery = IDENTITY.call(
    "propose_recovery",
    request=ProposeRecovery,
    response=Recovery,
    right=staff_only("recoveries", *_KEEPERS),
    effect=Effect.WRITE,
    summary="Propose that somebody gets his access back; a second of staff decides.",
    refusals=(
        _CONCERNED,
        _ROLE_GONE,
        _OPERATOR,
        Refusal("Conflict", "recovery-open"),
        Refusal("Invalid", "new-email-required"),
        *_UNFIT,
    ),
    route=post("/recoveries", 201),
    step_up=True,
    reason=True,
)
approve_recovery = IDENTITY.call(
    "approve_recovery",
    request=OneRecovery,
    response=Recovery,
    right=staff_only("recoveries", *_KEEPERS),
    effect=Effect.WRITE,
    summary="Approve what another of staff proposed: it is carried out, once.",
    refusals=(
        _UNKNOWN,
        _NOT_OPEN,
        _SAME_HANDS,
        *_NOT_INDEPENDENT,
        _CONCERNED,
        _ROLE_GONE,
        _OPERATOR,
        *_UNFIT,
    ),
    route=post("/recoveries/{recovery_id}/approve"),
    step_up=True,
    portal_only=True,
    reason=True,
)
refuse_recovery = IDENTITY.call(
    "refuse_recovery",
    request=OneRecovery,
    response=Recovery,
    right=staff_only("recoveries", *_KEEPERS),
    effect=Effect.WRITE,
    summary="Refuse a recovery act, or stop one that has not taken effect yet.",
    refusals=(_UNKNOWN, _NOT_OPEN, _CONCERNED, _ROLE_GONE),
    route=post("/recoveries/{recovery_id}/refuse"),
    reason=True,
)
withdraw_recovery = IDENTITY.call(
    "withdraw_recovery",
    request=OneRecovery,
    response=Recovery,
    right=staff_only("recoveries", *_KEEPERS),
    effect=Effect.WRITE,
    summary="Withdraw what one has proposed oneself.",
    refusals=(_UNKNOWN, _NOT_OPEN, Refusal("Forbidden", "not-proposer")),
    route=post("/recoveries/{recovery_id}/withdraw"),
)
list_own_recoveries = IDENTITY.call(
    "list_own_recoveries",
    request=NoFields,
    response=OwnRecoveries,
    right=self_service("account"),
    effect=Effect.READ,
    summary="Recovery acts about me that are open.",
    route=get("/account/recoveries"),
)
object_to_recovery = IDENTITY.call(
    "object_to_recovery",
    request=OneRecovery,
    response=OwnRecovery,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="It was not me who asked: stop a recovery act about me.",
    refusals=(_UNKNOWN, _NOT_OPEN),
    route=post("/account/recoveries/{recovery_id}/object"),
)
