"""The same key gives the same answer, once done: remembered in the transaction that does it.

A key belongs to its caller and its call. Whoever holds the key's advisory lock is in flight;
the lock ends with the transaction, however that ends, so a crash leaves nothing to clean up.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from servicekit.errors import Conflict, Invalid
from servicekit.postgres import sql

if TYPE_CHECKING:
    from servicekit.context import Context
_ADD_ANSWER = """
INSERT INTO house.idempotency_keys (caller, call, key, request_hash, answer, answered_at)
VALUES (%(caller)s, %(call)s, %(key)s, %(request_hash)s, %(answer)s, %(at)s)
"""


class Replayed(Exception):
    """This call was done before; ``answer`` is what was answered, as JSON values."""

    def __init__(self, answer: Any) -> None:
        super().__init__(answer)
        self.answer = answer


def claiming(context: Context) -> sql.Composed:
    return sql.SQL("SELECT outcome, answer FROM house.claim_key({}, {}, {}, {})").format(
        _owner(context), context.call, context.idempotency_key, context.request_hash
    )


def check(claim: tuple[str, Any]) -> None:
    """``claim`` is the row of ``house.claim_key``; returns when the call is to be done now."""
    outcome, answer = claim
    if outcome == "in-flight":
        raise Conflict("request-in-flight", {"retry_after": 1})
    if outcome == "reused":
        raise Invalid("idempotency-key-reused")
    if outcome == "answered":
        raise Replayed(answer)


def answering(
    context: Context, *, key: str, answer: Any, at: datetime
) -> tuple[str, dict[str, Any]]:
    return (
        _ADD_ANSWER,
        {
            "caller": _owner(context),
            "call": context.call,
            "key": key,
            "request_hash": context.request_hash,
            "answer": dict(answer),
            "at": at,
        },
    )


def _owner(context: Context) -> str:
    return f"{context.caller.kind.value}:{context.caller.subject}"
