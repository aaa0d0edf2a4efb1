"""The life of a contract: its states, the acts that lead from one to another, their history."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Office, Role, Section, StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import (
    Choice,
    Day,
    Flag,
    Id,
    Instant,
    Many,
    Part,
    Strict,
    Tenant,
    Text,
    Whole,
)
from contracts.paging import Page, PageRequest
from contracts.rights import by_office, in_tenant, staff_only
from contracts.tenancy.contract import TENANCY
from contracts.tenancy.contracts import ContractView
from contracts.tenancy.outlook import Outlook


class ContractStatus(StrEnum):
    REQUESTED = "requested"  # the order form came back: the code is given, nothing runs yet
    TRIAL = "trial"
    ACTIVE = "active"
    SUSPENDED = "suspended"  # read in the portal; the technical console is closed, nothing ordered
    DRAINING = "draining"  # terminated, but billed until the last resource is gone
    TERMINATED = "terminated"


class ContractAct(StrEnum):
    OPEN = "open"
    START_TRIAL = "start_trial"
    REQUEST = "request"
    ACTIVATE = "activate"
    WITHDRAW = "withdraw"
    CONVERT = "convert"
    EXPIRE = "expire"
    SUSPEND = "suspend"
    RESUME = "resume"
    TERMINATE = "terminate"
    KEEP = "keep"
    CLOSE = "close"
    FORCE = "force"


class ActedBy(StrEnum):
    """Who changed a contract's state. Of the provider's people the customer learns no more."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    CALENDAR = "calendar"  # its day had come


class StateChange(Strict):
    number = Whole(required=True, metadata={"description": "Grows with each of the contract."})
    before = Choice(ContractStatus, required=True, allow_none=True)
    state = Choice(ContractStatus, required=True)
    act = Choice(ContractAct, required=True)
    changed_at = Instant(required=True)
    by = Choice(ActedBy, required=True)
    reason = Text(required=True, allow_none=True, maximum=500)


class ListStateChanges(PageRequest):
    tenant = Tenant(required=True)


class StateChanges(Page):
    items = Many(Part(StateChange), maximum=200, required=True)


class ContractToChange(Strict):
    tenant = Tenant(required=True)


class SuspendContract(Strict):
    tenant = Tenant(required=True)
    explanation = Text(
        required=True,
        maximum=500,
        metadata={"description": "Why, for the customer: in his mail and in the history."},
    )


_UNKNOWN = Refusal("NotFound", "contract-unknown")
_ILLEGAL = Refusal("Conflict", "transition-illegal")

list_state_changes = TENANCY.call(
    "list_state_changes",
    request=ListStateChanges,
    response=StateChanges,
    right=in_tenant(
        "contracts.read", Section.CONTRACT, Role.VISITOR, staff=tuple(StaffRole), clients=True
    ),
    effect=Effect.READ,
    summary="The states that a contract has gone through, the newest first.",
    refusals=(_UNKNOWN,),
    route=get("/contracts/{tenant}/state-changes"),
)

suspend_contract = TENANCY.call(
    "suspend_contract",
    request=SuspendContract,
    response=ContractView,
    right=staff_only("contracts.write", StaffRole.SALES, StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Suspend a contract: its technical console closes and nothing is ordered.",
    refusals=(_UNKNOWN, _ILLEGAL),
    route=post("/contracts/{tenant}/suspension"),
    step_up=True,
    reason=True,
)

resume_contract = TENANCY.call(
    "resume_contract",
    request=ContractToChange,
    response=ContractView,
    right=staff_only("contracts.write", StaffRole.SALES, StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Let a suspended contract go on as what it was.",
    refusals=(_UNKNOWN, _ILLEGAL),
    route=post("/contracts/{tenant}/resumption"),
    step_up=True,
    reason=True,
)

_CONVERTS = by_office("contracts.write", Office.REFERENT, staff=(StaffRole.SALES,))

foresee_conversion = TENANCY.call(
    "foresee_conversion",
    request=ContractToChange,
    response=Outlook,
    right=in_tenant(
        "contracts.read", Section.CONTRACT, Role.VISITOR, staff=tuple(StaffRole), clients=True
    ),
    effect=Effect.READ,
    summary="Whether the trial can be converted now, and what would happen.",
    refusals=(_UNKNOWN,),
    route=get("/contracts/{tenant}/outlook/conversion"),
)

convert_trial = TENANCY.call(
    "convert_trial",
    request=ContractToChange,
    response=ContractView,
    right=_CONVERTS,
    effect=Effect.WRITE,
    summary="Go on with a trial as a contract that is paid for; everything stays as it is set.",
    refusals=(
        _UNKNOWN,
        _ILLEGAL,
        Refusal("Conflict", "not-on-trial"),
        Refusal("Conflict", "contract-held"),
    ),
    route=post("/contracts/{tenant}/conversion"),
    step_up=True,
)


class ContractStateChangedPayload(Strict):
    tenant = Tenant(required=True)
    number = Whole(
        required=True, metadata={"description": "Of this change; grows with each of the contract."}
    )
    before = Choice(ContractStatus, required=True)
    state = Choice(ContractStatus, required=True)
    act = Choice(ContractAct, required=True)
    console_open = Flag(
        required=True, metadata={"description": "Whether the technical console is open now."}
    )
    changed_at = Instant(required=True)
    by = Choice(ActedBy, required=True)
    reason = Text(required=True, allow_none=True, maximum=500)
    referent_id = Id(required=True, allow_none=True, metadata={"description": "Who is told."})
    trial_ends_on = Day(required=True, allow_none=True)
    trial_closes_on = Day(
        required=True,
        allow_none=True,
        metadata={"description": "When a trial that nobody converted is closed."},
    )


ContractStateChanged = TENANCY.event(
    "ContractStateChanged",
    payload=ContractStateChangedPayload,
    heard_by=("identity", "subscriptions", "notifications"),
)
