"""The clock of a simulated installation."""

from __future__ import annotations

from contracts.codes import StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import Flag, Instant, Strict, Whole
from contracts.rights import staff_only
from contracts.tenancy.contract import TENANCY, NoFields


class Clock(Strict):
    now = Instant(required=True)
    simulated = Flag(required=True)


class MoveClock(Strict):
    now = Instant(required=True, metadata={"description": "Where to move the clock: forward only."})


get_clock = TENANCY.call(
    "get_clock",
    request=NoFields,
    response=Clock,
    right=staff_only("clock", StaffRole.OPERATOR),
    effect=Effect.READ,
    summary="The installation's clock.",
    route=get("/clock"),
)

move_clock = TENANCY.call(
    "move_clock",
    request=MoveClock,
    response=Clock,
    right=staff_only("clock", StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Move a simulated clock forward in all services; what falls due then happens in order.",
    refusals=(
        Refusal("Conflict", "clock-not-simulated"),
        Refusal("Invalid", "clock-only-forward"),
    ),
    route=post("/clock"),
)


class ClockMovedPayload(Strict):
    offset_seconds = Whole(
        required=True, metadata={"description": "Ahead of real time; only ever grows."}
    )


ClockMoved = TENANCY.event(
    "ClockMoved",
    payload=ClockMovedPayload,
    heard_by=("identity", "subscriptions", "notifications"),
)
