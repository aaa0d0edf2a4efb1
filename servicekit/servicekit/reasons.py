"""Staff who look at, or change, what is a customer's say why; a look leaves an entry too.

Without its entry nothing is shown: where the trail cannot be written the call is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from contracts.declare import Call, Effect
from contracts.rights import Caller, Grant
from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.errors import Invalid
from servicekit.pseudonyms import person_target

REASON_REQUIRED = "reason-required"
READ = "staff:data:read"
LOOKED = "impersonation:data:read"


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
    if call.effect is not Effect.READ:
        return
    if context.caller.grant is not None:
        _record_look(db, clock, call, context, context.caller.grant, asked)
    elif call.needs_reason(context.caller):
        _record_staff(db, clock, call, context, asked)


def _record_staff(
    db: Database, clock: Clock, call: Call, context: Context, asked: Mapping[str, Any]
) -> None:
    """What finds out only as it reads whom it is about has its own entry."""
    tenant = context.tenant
    if tenant is None and asked.get("person_id") is None:
        return
    target = _target(tenant, asked)
    with db.write(context, tenant=EVERYONE if tenant is None else tenant) as tx:
        tx.record(READ, target=target, details={"call": call.full_name}, at=clock.now())


def _record_look(
    db: Database,
    clock: Clock,
    call: Call,
    context: Context,
    grant: Grant,
    asked: Mapping[str, Any],
) -> None:
    """Of somebody of staff who sees the tenant as its user does: always in that tenant's trail,
    for a list that names no tenant too. The grant's id goes with every entry of his."""
    ids = {name: value for name, value in asked.items() if isinstance(value, UUID)}
    details = {"call": call.full_name, **ids}
    with db.write(context, tenant=grant.tenant) as tx:
        tx.record(LOOKED, target=_target(grant.tenant, asked), details=details, at=clock.now())


def _target(tenant: TenantCode | None, asked: Mapping[str, Any]) -> str:
    person_id = asked.get("person_id")
    return str(tenant) if person_id is None else person_target(person_id)
