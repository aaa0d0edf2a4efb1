"""May this user do that here, why, and who could let him?"""

from __future__ import annotations

from contracts.codes import Office, Role, Section, StaffRole
from contracts.declare import Effect, Refusal, get
from contracts.explaining import GrantPath, Reason
from contracts.fields import Choice, Flag, Id, Instant, Login, Many, Part, Strict, Tenant, Text
from contracts.identity.contract import IDENTITY
from contracts.rights import in_tenant


class ExplainAccess(Strict):
    tenant = Tenant(required=True)
    person_id = Id(required=True)
    act = Text(
        maximum=100, required=True, metadata={"description": "``subscriptions.place_order``"}
    )


class Grantor(Strict):
    person_id = Id(required=True)
    login = Login(required=True)
    name = Text(required=True)


class ExplainedAccess(Strict):
    """``code``: what is missing. ``section`` to ``staff``: what the act asks for, one of them."""

    act = Text(required=True)
    allowed = Flag(required=True)
    code = Text(required=True, allow_none=True)
    section = Choice(Section, required=True, allow_none=True)
    role = Choice(Role, required=True, allow_none=True)
    offices = Many(Choice(Office), required=True)
    staff = Many(Choice(StaffRole), required=True)
    held_role = Choice(
        Role,
        required=True,
        allow_none=True,
        metadata={"description": "Of those that count now."},
    )
    held_offices = Many(Choice(Office), required=True)
    disabled_at = Instant(required=True, allow_none=True)
    login_closed = Flag(
        required=True,
        metadata={"description": "By the provider; told of who has accepted the contract."},
    )
    iam_user_disabled = Flag(required=True)
    console_closed = Flag(
        load_default=False,
        metadata={"description": "The act is the console's, and the contract is not running."},
    )
    reasons = Many(
        Choice(Reason),
        maximum=len(Reason),
        required=True,
        metadata={"description": "All that stands in the way, the strongest first."},
    )
    step_up = Flag(required=True, metadata={"description": "Wants a fresh proof of who he is."})
    second_factor_required = Flag(
        required=True, metadata={"description": "In a session without one he holds nothing here."}
    )
    path = Choice(GrantPath, required=True, allow_none=True)
    grantors = Many(Part(Grantor), maximum=10, required=True)


explain_access = IDENTITY.call(
    "explain_access",
    request=ExplainAccess,
    response=ExplainedAccess,
    right=in_tenant(
        "users.read",
        Section.USERS,
        Role.MANAGER,
        staff=(StaffRole.SUPPORT, StaffRole.OPERATOR, StaffRole.AUDITOR, StaffRole.SALES),
    ),
    effect=Effect.READ,
    summary="Whether a user may do something in the tenant, why, and who could let him.",
    refusals=(Refusal("NotFound", "user-unknown"), Refusal("NotFound", "act-unknown")),
    route=get("/tenants/{tenant}/users/{person_id}/access"),
)
