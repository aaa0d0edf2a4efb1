"""Tenancy tells that a simulated installation was moved forward."""

from __future__ import annotations

from uuid import UUID

from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database


def follow_clock(
    *, db: Database, context: Context, clock: Clock, event_id: UUID, offset_seconds: int
) -> None:
    """An older move that comes late changes nothing: the offset only grows."""
    with db.write(context, tenant=EVERYONE) as tx:
        if tx.once(event_id):
            clock.move_to_offset(tx, offset_seconds)
