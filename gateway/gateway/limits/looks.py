"""How much of what is the customers' one of staff may look at: who has stolen his session, or is
he, copies a few of them and not all.

Each call of his that reads is one look, and a page one for each of those on it. A page is known
only when it is answered: the last one may leave him in debt, which time pays off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.declare import Call, Effect
from contracts.rights import Caller, acts_as_staff
from gateway.limits.buckets import Buckets, Holder, Kind
from gateway.metrics import LIMITED
from servicekit.errors import TooMany
from servicekit.pseudonyms import person_target

CODE = "looks-exceeded"


class Looks:
    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets

    def admit(self, call: Call, caller: Caller) -> None:
        """Spends one look. Raises TooMany("looks-exceeded") where none is left."""
        holder = _who_looks(call, caller)
        standing = None if holder is None else self._buckets.spend(holder)
        if standing is None or standing.retry_after is None:
            return
        LIMITED.labels(standing.policy).inc()
        wait = standing.retry_after
        raise TooMany(CODE, {"retry_after": wait, "minutes": -(-wait // 60)})

    def charge(self, call: Call, caller: Caller, answer: Mapping[str, Any]) -> None:
        """For what the answer shows beyond the one look that was spent for it."""
        holder, items = _who_looks(call, caller), answer.get("items")
        if holder is not None and isinstance(items, list):
            self._buckets.charge(holder, len(items) - 1)


def _who_looks(call: Call, caller: Caller) -> Holder | None:
    """None for whoever looks at what he holds himself."""
    if call.effect is not Effect.READ:
        return None
    if caller.impersonated:
        return Holder(Kind.STAFF, (caller.act or "").removeprefix(person_target("")))
    return Holder(Kind.STAFF, caller.subject) if acts_as_staff(call.right, caller) else None
