"""The life of a contract: its states, the acts that lead from one to another, their history."""

from __future__ import annotations

from enum import StrEnum

from contracts.fields import Choice, Day, Id, Instant, Strict, Tenant, Text, Whole
from contracts.tenancy.contract import TENANCY


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


class ContractStateChangedPayload(Strict):
    tenant = Tenant(required=True)
    number = Whole(
        required=True, metadata={"description": "Of this change; grows with each of the contract."}
    )
    before = Choice(ContractStatus, required=True)
    state = Choice(ContractStatus, required=True)
    act = Choice(ContractAct, required=True)
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
    heard_by=("subscriptions",),
)
