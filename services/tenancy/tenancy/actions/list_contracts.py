"""The contracts that a caller may see, by code, or those that a search finds among them."""

from __future__ import annotations

from dataclasses import dataclass

from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.paging import decode_cursor, page
from tenancy.domain.contracts import Contract
from tenancy.domain.search import looked_for
from tenancy.domain.visibility import visible_to
from tenancy.store import beginnings, contracts


@dataclass(frozen=True, slots=True)
class ContractsPage:
    items: list[Contract]
    next_cursor: str | None


def list_contracts(
    *, db: Database, context: Context, search: str | None, limit: int, cursor: str | None
) -> ContractsPage:
    """Over several tenants, so in everyone's scope: the query states which, from the caller."""
    wanted = looked_for(search) if search else ()
    if search and not wanted:
        return ContractsPage([], None)
    (after,) = decode_cursor(cursor, (str,)) or ("",)
    tenants = visible_to(context.caller)
    with db.read(tenant=EVERYONE, context=context) as tx:
        codes = (
            beginnings.list_tenants_with(
                tx, looked_for=wanted, tenants=tenants, after=after, limit=limit + 1
            )
            if wanted
            else contracts.list_tenants(tx, tenants=tenants, after=after, limit=limit + 1)
        )
        found = contracts.list_contracts(tx, tenants=codes)
    return ContractsPage(*page(found, limit, lambda contract: (contract.tenant,)))
