"""What stands between a contract and its end."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from contracts.rights import Caller
from servicekit.context import Context
from servicekit.db import Database, Tx
from tenancy.domain.terminations import ForcedClosing, Termination, termination_of
from tenancy.store import contracts, inventories, terminations


def read_termination(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode
) -> Termination:
    with db.read(tenant=tenant, context=context) as tx:
        return present(tx, context=context, tenant=tenant, now=now)


def present(tx: Tx, *, context: Context, tenant: TenantCode, now: datetime) -> Termination:
    """As ``context``'s caller may see it: a proposal of staff is theirs alone."""
    return termination_of(
        contracts.get_contract(tx, tenant=tenant),
        inventory=inventories.find_inventory(tx, tenant=tenant),
        forced_closing=_shown(
            terminations.find_open_forced_closing(tx, tenant=tenant), context.caller, now
        ),
        certificate=terminations.find_certificate(tx, tenant=tenant),
    )


def _shown(closing: ForcedClosing | None, caller: Caller, now: datetime) -> ForcedClosing | None:
    if closing is None or not caller.staff or closing.expires_at <= now:
        return None
    return closing
