"""Staff who look at, or change, what is a customer's say why; a look leaves an entry too.

Without its entry nothing is shown: where the trail cannot be written the call is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.declare import Call, Effect
from contracts.rights import Caller
from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.errors import Invalid
from servicekit.pseudonyms import person_target

REASON_REQUIRED = "reason-required"
READ = "staff:data:read"


def demand_reason(call: Call, caller: Caller, reason: str | None) -> None:
    """Raises Invalid("reason-required"), which blames the field ``reason``."""
    if reason is None and call.needs_reason(caller):
        raise Invalid(REASON_REQUIRED, {"fields": {"reason": ["required"]}})


def record_reading(
    db: Database, clock: Clock, call: Call, context: Context, asked: Mapping[str, Any]
) -> None:
    """In the trail of the tenant asked about, or in the installation's own for a person's file.

    A write has its own entries, with the reason in each of them. ``asked``: the loaded payload.
    """
    if call.effect is not Effect.READ or not call.needs_reason(context.caller):
        return
    tenant = context.tenant
    person_id = asked.get("person_id")
    target = tenant if person_id is None else person_target(person_id)
    with db.write(context, tenant=EVERYONE if tenant is None else tenant) as tx:
        tx.record(READ, target=str(target), details={"call": call.full_name}, at=clock.now())
