"""Staff see a contract as one of its users does: by a grant that names who, as whom, until when.

The tenant gives one, or two of staff do. Whoever is concerned sees it, and ends it in one act.
"""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Role, Section, StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import (
    Choice,
    Flag,
    Id,
    Instant,
    Login,
    Many,
    Part,
    Strict,
    Tenant,
    Text,
    Whole,
)
from contracts.identity.contract import IDENTITY
from contracts.paging import Page, PageRequest
from contracts.rights import gateway_only, in_tenant, self_service, staff_only

_KEEPERS = (StaffRole.SUPPORT, StaffRole.OPERATOR)
_SCOPE = "impersonations"
SHORTEST, USUAL, LONGEST = 15, 60, 480  # minutes


class ImpersonationState(StrEnum):
    PROPOSED = "proposed"
    ACTIVE = "active"
    DECLINED = "declined"  # by the second of staff, or before it was anything by the customer
    EXPIRED = "expired"  # nobody decided in time
    ENDED = "ended"  # by somebody, or because one of the two lost what it rests on
    OVER = "over"  # its time is up


class Impersonation(Strict):
    """``operator``: who of staff may look; ``as_person``: whose view. The tenant gave it
    (``given_by``), or two of staff did (``proposed_by``, ``approved_by``)."""

    grant_id = Id(required=True)
    tenant = Tenant(required=True)
    state = Choice(ImpersonationState, required=True)
    operator_id = Id(required=True)
    operator_name = Text(required=True)
    operator_login = Login(required=True)
    as_person_id = Id(required=True)
    as_name = Text(required=True)
    reason = Text(required=True, maximum=500)
    minutes = Whole(required=True)
    given_by = Id(required=True, allow_none=True)
    given_by_name = Text(required=True, allow_none=True)
    proposed_by = Id(required=True, allow_none=True)
    proposed_by_name = Text(required=True, allow_none=True)
    approved_by = Id(required=True, allow_none=True)
    approved_by_name = Text(required=True, allow_none=True)
    given_at = Instant(required=True, metadata={"description": "Or proposed."})
    expires_at = Instant(
        required=True, allow_none=True, metadata={"description": "Of a proposal: decided before."}
    )
    starts_at = Instant(required=True, allow_none=True)
    ends_at = Instant(required=True, allow_none=True)
    begun_at = Instant(required=True, allow_none=True, metadata={"description": "The first look."})
    ended_at = Instant(required=True, allow_none=True)
    ended_by = Id(required=True, allow_none=True)
    ended_by_name = Text(required=True, allow_none=True)


class _Wanted(Strict):
    tenant = Tenant(required=True)
    as_person_id = Id(
        required=True, metadata={"description": "A user of the tenant who has accepted."}
    )
    operator = Login(
        required=True, metadata={"description": "Login of who of staff may look, and he alone."}
    )
    minutes = Whole(minimum=SHORTEST, maximum=LONGEST, load_default=USUAL)


class GiveImpersonation(_Wanted):
    reason = Text(maximum=500, required=True, metadata={"description": "What is to be looked at."})


class ProposeImpersonation(_Wanted):
    """Why is the reason of the call, as with all that staff do to a customer."""


class OneImpersonation(Strict):
    grant_id = Id(required=True)


class ImpersonationOfTenant(OneImpersonation):
    tenant = Tenant(required=True)


class ListImpersonations(PageRequest):
    tenant = Tenant(required=True)


class ListOwnImpersonations(PageRequest):
    looking = Flag(
        load_default=False,
        metadata={"description": "Those by which one looks; else those by which one is seen."},
    )


class Impersonations(Page):
    items = Many(Part(Impersonation), maximum=200, required=True)


class OpenImpersonation(Strict):
    grant_id = Id(required=True)
    operator_id = Id(required=True)


class OpenedImpersonation(Strict):
    grant_id = Id(required=True)
    tenant = Tenant(required=True)
    person_id = Id(required=True)
    ends_at = Instant(required=True, metadata={"description": "On the installation's clock."})
    seconds = Whole(required=True, metadata={"description": "Left until then."})


_UNKNOWN = Refusal("NotFound", "impersonation-unknown")
_NOT_OPEN = Refusal("Conflict", "impersonation-not-open")
_UNFIT = (
    Refusal("NotFound", "user-unknown"),
    Refusal("NotFound", "staff-member-unknown"),
    Refusal("Conflict", "impersonation-open"),
    Refusal("Conflict", "not-accepted"),
    Refusal("Conflict", "user-disabled"),
    Refusal("Forbidden", "own-impersonation"),
)
_HANDS = (
    Refusal("Forbidden", "staff-only"),
    Refusal("Forbidden", "operator-needed"),
    Refusal("Forbidden", "own-impersonation"),
)

give_impersonation = IDENTITY.call(
    "give_impersonation",
    request=GiveImpersonation,
    response=Impersonation,
    right=in_tenant(_SCOPE, Section.USERS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Let one of the provider's staff see the contract as a user does, for a while.",
    refusals=(*_UNFIT, Refusal("TooMany", "impersonations-too-many")),
    route=post("/tenants/{tenant}/impersonations", 201),
    step_up=True,
)
list_impersonations = IDENTITY.call(
    "list_impersonations",
    request=ListImpersonations,
    response=Impersonations,
    right=in_tenant(_SCOPE, Section.USERS, Role.VISITOR, staff=(*_KEEPERS, StaffRole.AUDITOR)),
    effect=Effect.READ,
    summary="Who of staff may see the contract, as whom, why, until when; newest first.",
    route=get("/tenants/{tenant}/impersonations"),
)
get_impersonation = IDENTITY.call(
    "get_impersonation",
    request=ImpersonationOfTenant,
    response=Impersonation,
    right=in_tenant(_SCOPE, Section.USERS, Role.VISITOR, staff=(*_KEEPERS, StaffRole.AUDITOR)),
    effect=Effect.READ,
    summary="One of them.",
    refusals=(_UNKNOWN,),
    route=get("/tenants/{tenant}/impersonations/{grant_id}"),
)
end_impersonation = IDENTITY.call(
    "end_impersonation",
    request=ImpersonationOfTenant,
    response=Impersonation,
    right=in_tenant(_SCOPE, Section.USERS, Role.MANAGER, staff=(StaffRole.OPERATOR,)),
    effect=Effect.WRITE,
    summary="End it everywhere within a second, or turn a proposal down.",
    refusals=(_UNKNOWN, _NOT_OPEN),
    route=post("/tenants/{tenant}/impersonations/{grant_id}/end"),
)
list_own_impersonations = IDENTITY.call(
    "list_own_impersonations",
    request=ListOwnImpersonations,
    response=Impersonations,
    right=self_service("account"),
    effect=Effect.READ,
    summary="By which one is seen oneself, or sees a contract as somebody else does.",
    route=get("/account/impersonations"),
)
get_own_impersonation = IDENTITY.call(
    "get_own_impersonation",
    request=OneImpersonation,
    response=Impersonation,
    right=self_service("account"),
    effect=Effect.READ,
    summary="One by which one is seen oneself, or that one looks by.",
    refusals=(_UNKNOWN,),
    route=get("/account/impersonations/{grant_id}"),
)
end_own_impersonation = IDENTITY.call(
    "end_own_impersonation",
    request=OneImpersonation,
    response=Impersonation,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="End one by which one is seen oneself, or that one looks by.",
    refusals=(_UNKNOWN, _NOT_OPEN),
    route=post("/account/impersonations/{grant_id}/end"),
)
propose_impersonation = IDENTITY.call(
    "propose_impersonation",
    request=ProposeImpersonation,
    response=Impersonation,
    right=staff_only(_SCOPE, *_KEEPERS),
    effect=Effect.WRITE,
    summary="Propose that one of staff sees a contract as a user does; a second one approves.",
    refusals=(*_UNFIT, *_HANDS[:2]),
    route=post("/tenants/{tenant}/impersonations/propose", 201),
    step_up=True,
    reason=True,
)
list_impersonation_proposals = IDENTITY.call(
    "list_impersonation_proposals",
    request=PageRequest,
    response=Impersonations,
    right=staff_only(_SCOPE, *_KEEPERS, StaffRole.AUDITOR),
    effect=Effect.READ,
    summary="What is proposed and not decided, of all contracts; newest first.",
    route=get("/impersonations"),
)
approve_impersonation = IDENTITY.call(
    "approve_impersonation",
    request=OneImpersonation,
    response=Impersonation,
    right=staff_only(_SCOPE, *_KEEPERS),
    effect=Effect.WRITE,
    summary="Approve what another of staff proposed, for eyes that are not one's own.",
    refusals=(
        _UNKNOWN,
        _NOT_OPEN,
        *_HANDS,
        Refusal("Forbidden", "second-person-needed"),
        Refusal("Forbidden", "appointed-by-other-hand"),
        Refusal("Forbidden", "appointed-too-lately"),
        Refusal("NotFound", "user-unknown"),
        Refusal("NotFound", "staff-member-unknown"),
        Refusal("Conflict", "not-accepted"),
        Refusal("Conflict", "user-disabled"),
    ),
    route=post("/impersonations/{grant_id}/approve"),
    step_up=True,
    portal_only=True,
    reason=True,
)
decline_impersonation = IDENTITY.call(
    "decline_impersonation",
    request=OneImpersonation,
    response=Impersonation,
    right=staff_only(_SCOPE, *_KEEPERS),
    effect=Effect.WRITE,
    summary="Turn down what was proposed; who proposed it may too.",
    refusals=(_UNKNOWN, _NOT_OPEN, *_HANDS),
    route=post("/impersonations/{grant_id}/decline"),
    reason=True,
)
open_impersonation = IDENTITY.call(
    "open_impersonation",
    request=OpenImpersonation,
    response=OpenedImpersonation,
    right=gateway_only(),
    effect=Effect.WRITE,
    summary="The named one of staff begins to look: as whom, in which tenant, for how long.",
    refusals=(_UNKNOWN, _NOT_OPEN),
)


class ImpersonationToldPayload(Strict):
    """To whom it is told: ``person_id``, a manager of users, the referent, or who is seen."""

    grant_id = Id(required=True)
    tenant = Tenant(required=True)
    person_id = Id(required=True)
    is_seen = Flag(required=True, metadata={"description": "It is his own view."})
    operator_name = Text(required=True, metadata={"description": "For people to read."})
    as_name = Text(required=True, metadata={"description": "For people to read."})
    reason = Text(required=True, maximum=500)
    by_staff = Flag(required=True, metadata={"description": "Two of staff gave it."})
    ends_at = Instant(required=True)


class ImpersonationEndedPayload(Strict):
    """Of one that was active. ``person_id``: who was seen."""

    grant_id = Id(required=True)
    tenant = Tenant(required=True)
    person_id = Id(required=True)
    operator_id = Id(required=True)
    ended_at = Instant(required=True)


ImpersonationGranted = IDENTITY.event(
    "ImpersonationGranted", payload=ImpersonationToldPayload, heard_by=("notifications",)
)
ImpersonationStarted = IDENTITY.event(
    "ImpersonationStarted", payload=ImpersonationToldPayload, heard_by=("notifications",)
)
ImpersonationEnded = IDENTITY.event(
    "ImpersonationEnded", payload=ImpersonationEndedPayload, heard_by=("gateway",)
)
