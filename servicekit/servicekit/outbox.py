"""Facts to be told: written by the transaction that makes them true, removed once confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from contracts.declare import Event

if TYPE_CHECKING:
    from servicekit.context import Context
    from servicekit.transactions import Tx
_ADD_ROW = """
INSERT INTO house.outbox (event_id, type, time, call_id, trace, language, data)
VALUES
    (%(event_id)s, %(type)s, %(time)s, %(call_id)s, %(trace)s, %(language)s, %(data)s)
"""
_CLAIM = """
SELECT position, event_id, type, time, call_id, trace, language, data
FROM house.outbox
WHERE position > %(after)s
ORDER BY position
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """``time`` is the installation's, ``trace`` a W3C traceparent, ``data`` JSON values."""

    position: int
    event_id: UUID
    type: str
    time: datetime
    call_id: str
    trace: str | None
    language: str
    data: dict[str, Any]


def adding(
    context: Context, *, event_id: UUID, event: Event, at: datetime, data: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    return (
        _ADD_ROW,
        {
            "event_id": event_id,
            "type": event.type,
            "time": at,
            "call_id": context.call_id,
            "trace": context.trace,
            "language": context.language.value,
            "data": dict(data),
        },
    )


def claim_rows(tx: Tx, *, limit: int, after: int = 0) -> list[OutboxRow]:
    """The oldest rows past a position that no other replica is publishing, locked until the end."""
    return tx.rows(_CLAIM, {"limit": limit, "after": after}, OutboxRow)


def remove_rows(tx: Tx, *, positions: Sequence[int]) -> int:
    return tx.run(
        "DELETE FROM house.outbox WHERE position = ANY(%(positions)s)",
        {"positions": list(positions)},
    )


def count_rows(tx: Tx) -> int:
    waiting: int = tx.value("SELECT count(*) FROM house.outbox", {})
    return waiting
