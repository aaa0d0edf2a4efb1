"""The installation's simulated clock was moved: ours follows."""

from __future__ import annotations

from uuid import UUID

from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database


def follow_clock(
    *, db: Database, clock: Clock, context: Context, event_id: UUID, offset_seconds: int
) -> None:
    with db.write(context, tenant=EVERYONE) as tx:
        if tx.once(event_id):
            clock.move_to_offset(tx, offset_seconds)
