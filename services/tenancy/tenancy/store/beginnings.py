"""By what contracts are found; see ``domain/search.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.codes import TenantCode
from servicekit.db import Tx

_LIST_ALL = """
    SELECT b.tenant
      FROM contract_beginnings b
     WHERE b.beginning = %(first)s
       AND b.tenant > %(after)s
       AND NOT EXISTS (SELECT 1
                         FROM unnest(%(others)s::text[]) AS wanted (beginning)
                        WHERE NOT EXISTS (SELECT 1
                                            FROM contract_beginnings o
                                           WHERE o.beginning = wanted.beginning
                                             AND o.tenant = b.tenant))
     ORDER BY b.tenant
     LIMIT %(limit)s
"""
_LIST_SOME = """
    SELECT b.tenant
      FROM contract_beginnings b
     WHERE b.beginning = %(first)s
       AND b.tenant = ANY(%(tenants)s)
       AND b.tenant > %(after)s
       AND NOT EXISTS (SELECT 1
                         FROM unnest(%(others)s::text[]) AS wanted (beginning)
                        WHERE NOT EXISTS (SELECT 1
                                            FROM contract_beginnings o
                                           WHERE o.beginning = wanted.beginning
                                             AND o.tenant = b.tenant))
     ORDER BY b.tenant
     LIMIT %(limit)s
"""
_ADD = """
    INSERT INTO contract_beginnings (beginning, tenant)
    SELECT beginning, %(tenant)s
      FROM unnest(%(beginnings)s::text[]) AS given (beginning)
        ON CONFLICT DO NOTHING
"""
_REMOVE = """
    DELETE FROM contract_beginnings
     WHERE tenant = %(tenant)s AND beginning = ANY(%(beginnings)s)
"""


@dataclass(frozen=True, slots=True)
class _Row:
    tenant: TenantCode


def list_tenants_with(
    tx: Tx,
    *,
    looked_for: Sequence[str],
    tenants: Sequence[TenantCode] | None,
    after: str,
    limit: int,
) -> list[TenantCode]:
    """Codes of the contracts that have all these beginnings, in order, after ``after``.

    ``tenants`` None: among everybody's.
    """
    params = {
        "first": looked_for[0],
        "others": list(looked_for[1:]),
        "tenants": None if tenants is None else list(tenants),
        "after": after,
        "limit": limit,
    }
    sql = _LIST_ALL if tenants is None else _LIST_SOME
    return [row.tenant for row in tx.rows(sql, params, _Row)]


def change_beginnings(
    tx: Tx, *, tenant: TenantCode, before: frozenset[str], after: frozenset[str]
) -> None:
    """``before`` is what the contract was found by until now: empty where it is new."""
    if gone := sorted(before - after):
        tx.run(_REMOVE, {"tenant": tenant, "beginnings": gone})
    if new := sorted(after - before):
        tx.run(_ADD, {"tenant": tenant, "beginnings": new})
