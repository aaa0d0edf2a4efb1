"""History of sign-ins is kept as long as the installation says, guesses for an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from identity.store import guesses, sign_ins
from servicekit.db import EVERYONE, Database
from servicekit.due import DueItem

OLD = "sign-ins:old"  # kind of due work; the migration that made the table has scheduled the first
_AT_ONCE = 5000
_EVERY = timedelta(days=1)
# Longer than the longest window that can be set.
_GUESSES_KEPT = timedelta(hours=25)


def forget_sign_ins(*, db: Database, item: DueItem, now: datetime, kept_for: timedelta) -> None:
    """So many at once; when that was not all, again at once, else tomorrow."""
    with db.write(item.context, tenant=EVERYONE) as tx:
        if not tx.settle(item):
            return
        removed = (
            sign_ins.remove_old(tx, before=now - kept_for, limit=_AT_ONCE),
            guesses.remove_old(tx, before=now - _GUESSES_KEPT, limit=_AT_ONCE),
        )
        again = now if max(removed) == _AT_ONCE else now + _EVERY
        tx.schedule(OLD, due_at=again, key=item.key, payload={})
