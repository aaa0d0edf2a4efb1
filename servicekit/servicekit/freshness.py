"""A sensitive call wants a person who has proved moments ago who he is (RFC 9470)."""

from __future__ import annotations

from datetime import datetime

from contracts.declare import Call
from contracts.rights import FRESH_PROOF, Caller
from servicekit.errors import Forbidden

STEP_UP_REQUIRED = "step-up-required"


def demand_fresh_proof(call: Call, caller: Caller, *, now: datetime) -> None:
    """Raises Forbidden("step-up-required") with ``max_age`` in seconds. ``now``: real time."""
    if call.step_up and not caller.proved_lately(now):
        raise Forbidden(STEP_UP_REQUIRED, {"max_age": int(FRESH_PROOF.total_seconds())})
