"""Which scopes an administrator may give an application of his tenant.

A program that acts by its own right passes every role that a call asks for. So nobody gives it
more than he could do himself: a scope is his to give where his own roles open every call that it
opens to a program. An application in people's names does what each of them may, within the tenant.
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts.declare import Call
from contracts.gateway import ApplicationKind
from contracts.registry import CALLS
from contracts.rights import Audience, Caller, refusal

# Who somebody is, and that he stays signed in: without a call of its own.
OF_THE_PERSON = ("openid", "profile", "email", "offline_access")
_FOR_PEOPLE = (
    "contracts.read",
    "contracts.write",
    "requests.read",
    "requests.write",
    "users.read",
    "users.write",
    "iam.read",
    "iam.write",
    "catalogue.read",
    "orders.write",
    "subscriptions.read",
    "subscriptions.write",
    "audit.read",
)


def grantable_scopes(kind: ApplicationKind, caller: Caller) -> frozenset[str]:
    """``caller`` with what he holds in the tenant of the application."""
    if kind is ApplicationKind.SERVICE:
        by_scope = _open_to_programs(CALLS.values())
        return frozenset(
            scope
            for scope, calls in by_scope.items()
            if all(refusal(call.right, caller) is None for call in calls)
        )
    return frozenset(OF_THE_PERSON) | (caller.scopes & frozenset(_FOR_PEOPLE))


def _open_to_programs(calls: Iterable[Call]) -> dict[str, list[Call]]:
    """By scope, without those whose scope opens staff work to a program."""
    found: dict[str, list[Call]] = {}
    for call in calls:
        if call.right.clients:
            found.setdefault(call.right.scope, []).append(call)
    return {
        scope: opened
        for scope, opened in found.items()
        if any(call.right.audience is Audience.TENANT for call in opened)
        or all(call.right.audience is Audience.LISTING for call in opened)
    }
