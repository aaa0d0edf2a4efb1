"""The requests that a caller may see, newest first, or those of them that a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.codes import TenantCode
from contracts.rights import Caller
from contracts.tenancy import RequestKind, RequestState
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.paging import decode_cursor, page
from tenancy.domain.requests import RequestSummary, sees_all
from tenancy.domain.search import looked_for
from tenancy.store import request_lists
from tenancy.store.request_lists import FIRST_PAGE, Wanted


@dataclass(frozen=True, slots=True)
class RequestsPage:
    items: list[RequestSummary]
    next_cursor: str | None


def list_requests(
    *,
    db: Database,
    context: Context,
    contract: TenantCode | None,
    kind: RequestKind | None,
    state: RequestState | None,
    search: str | None,
    limit: int,
    cursor: str | None,
) -> RequestsPage:
    """Over several tenants, so in everyone's scope: the query states which, from the caller."""
    words = looked_for(search) if search else ()
    tenants = _tenants(context.caller, contract)
    if (search and not words) or tenants == ():
        return RequestsPage([], None)
    (before,) = decode_cursor(cursor, (str,)) or (FIRST_PAGE,)
    wanted = Wanted(
        tenants=tenants,
        looked_for=words,
        kind=kind,
        state=state,
        before=before,
        limit=limit + 1,
    )
    with db.read(tenant=EVERYONE, context=context) as tx:
        numbers = request_lists.list_numbers(tx, wanted=wanted)
        found = request_lists.list_summaries(tx, numbers=numbers)
    return RequestsPage(*page(found, limit, lambda one: (one.number,)))


def _tenants(caller: Caller, contract: TenantCode | None) -> Sequence[TenantCode] | None:
    """The tenants to look in; None: every one. A contract that is not his has no requests."""
    if sees_all(caller):
        return None if contract is None else (contract,)
    held = tuple(sorted(TenantCode(code) for code in caller.tenants))
    if contract is None:
        return held
    return (contract,) if contract in held else ()
