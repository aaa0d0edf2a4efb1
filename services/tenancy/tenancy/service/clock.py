"""The clock of a simulated installation."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.clock import SystemClock
from servicekit.rpc import Context, answers
from tenancy.actions.move_clock import ClockReading, move_clock
from tenancy.service.parts import Housed


class ClockCalls(Housed):
    @answers(calls.get_clock)
    def get_clock(self, context: Context, payload: dict[str, Any]) -> ClockReading:
        clock = self.house.clock
        return ClockReading(now=clock.now(), simulated=clock.simulated)

    @answers(calls.move_clock)
    def move_clock(self, context: Context, payload: dict[str, Any]) -> ClockReading:
        return move_clock(
            **self.acting(context),
            clock=self.house.clock,
            real_now=SystemClock().now(),
            target=payload["now"],
        )
