"""A sensitive call wants a person who has proved moments ago who he is (RFC 9470)."""

from __future__ import annotations

from datetime import datetime

from contracts.declare import Call
from contracts.rights import FRESH_PROOF, Caller
from servicekit.errors import Forbidden

STEP_UP_REQUIRED = "step-up-required"
TWO_FACTORS = "mfa"  # RFC 8176


def demand_fresh_proof(call: Call, caller: Caller, *, now: datetime) -> None:
    """Raises Forbidden("step-up-required") with ``max_age`` in seconds. ``now``: real time."""
    if call.step_up and not caller.proved_lately(now):
        raise _step_up()


def demand_two_factors(caller: Caller) -> None:
    """The same refusal, however fresh the proof, where it was of one factor alone."""
    if TWO_FACTORS not in caller.factors:
        raise _step_up()


def _step_up() -> Forbidden:
    return Forbidden(STEP_UP_REQUIRED, {"max_age": int(FRESH_PROOF.total_seconds())})
