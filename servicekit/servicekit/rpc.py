"""The wire side of a service: which method answers which call and hears which event.

    class TenancyService:
        name = "tenancy"
        house = House()

        @answers(calls.get_contract)
        def get_contract(self, context: Context, payload: dict[str, Any]) -> ContractRow:
            return read_contract(db=self.house.db, tenant=payload["tenant"])

        @hears(identity.TenantPeopleEstablished)
        def on_people_established(self, fact: Fact) -> None: ...

The payload is what the declared schema loads; the answer is dumped by the declared schema.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from nameko.extensions import DependencyProvider, register_entrypoint

from contracts.declare import Call, Event
from servicekit.answering import Answers
from servicekit.context import Context
from servicekit.facts import Fact
from servicekit.listening import Hears
from servicekit.topology import DELAYS

__all__ = ["Context", "Fact", "House", "answers", "hears"]

Method = TypeVar("Method", bound=Callable[..., Any])


def answers(call: Call) -> Callable[[Method], Method]:
    """The method answers ``call``: ``method(self, context, payload) -> dict or dataclass``.

    It runs only for a signed, timely, permitted and well-formed call. What it raises of the
    seven kinds reaches the caller; anything else is logged here and crosses as
    Unavailable("internal").
    """

    def mark(method: Method) -> Method:
        if method.__name__ != call.name:
            raise ValueError(f"{method.__name__} answers {call.full_name}: name them alike")
        method.answers_call = call  # type: ignore[attr-defined]
        register_entrypoint(method, Answers(call))
        return method

    return mark


def hears(event: Event, *, delays: tuple[float, ...] = DELAYS) -> Callable[[Method], Method]:
    """The method hears ``event``: ``method(self, fact) -> None``; acknowledged when it returns.

    What it raises makes the event come again after each of ``delays`` seconds in turn; after the
    last it lies in the dead-letter queue.
    """

    def mark(method: Method) -> Method:
        method.hears_event = event  # type: ignore[attr-defined]
        register_entrypoint(method, Hears(event, delays))
        return method

    return mark


class House(DependencyProvider):  # type: ignore[misc]
    """Gives methods the process's parts, as handed to ``serve``."""

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.container.config["parts"]

    def worker_setup(self, worker_ctx: Any) -> None:
        """Every line logged while this work runs says which call it belongs to."""
        first = worker_ctx.args[0]
        context = first.context if isinstance(first, Fact) else first
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            call=context.call, call_id=context.call_id, tenant=context.tenant
        )
