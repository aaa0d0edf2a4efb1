"""The six calls by which every service shows its trail, answered in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from contracts.declare import Call
from servicekit import audit
from servicekit.context import Context
from servicekit.looks import list_looks, list_own_looks
from servicekit.rpc import answers

Service = TypeVar("Service", bound=type[Any])


def shows_trail(
    *,
    entries: tuple[Call, Call],
    verifications: tuple[Call, Call],
    looks: tuple[Call, Call],
) -> Callable[[Service], Service]:
    """A service's class answers them: of a tenant's chain and of the installation's own; what was
    looked at by a grant, for the tenant and for who was seen."""

    def add(service: Service) -> Service:
        for call in entries:
            setattr(service, call.name, _answered(call, audit.list_entries))
        for call in verifications:
            setattr(service, call.name, _answered(call, audit.verify_chain))
        for call, act in zip(looks, (list_looks, list_own_looks), strict=True):
            setattr(service, call.name, _answered(call, act))
        return service

    return add


def _answered(call: Call, act: Callable[..., Any]) -> Callable[..., Any]:
    def answer(self: Any, context: Context, payload: dict[str, Any]) -> Any:
        return act(db=self.house.db, context=context, **payload)

    answer.__name__ = call.name
    return answers(call)(answer)
