from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.codes import TenantCode
from contracts.tenancy import ReferencesBy
from servicekit.db import Tx
from tenancy.domain.references import InvoiceReferences

_FIND = """
    SELECT ref1, ref2, ref3, changed_at FROM invoice_references WHERE tenant = %(tenant)s
"""
_CHANGE = """
    INSERT INTO invoice_references (tenant, ref1, ref2, ref3, changed_at)
    VALUES (%(tenant)s, %(ref1)s, %(ref2)s, %(ref3)s, %(changed_at)s)
        ON CONFLICT (tenant) DO UPDATE
       SET ref1 = excluded.ref1, ref2 = excluded.ref2, ref3 = excluded.ref3,
           changed_at = excluded.changed_at
"""


@dataclass(frozen=True, slots=True)
class _Row:
    ref1: str | None
    ref2: str | None
    ref3: str | None
    changed_at: datetime


def get_references(tx: Tx, *, tenant: TenantCode, editable_by: ReferencesBy) -> InvoiceReferences:
    """All empty where none was ever set."""
    row = tx.row(_FIND, {"tenant": tenant}, _Row)
    if row is None:
        return InvoiceReferences(tenant, editable_by)
    return InvoiceReferences(tenant, editable_by, row.ref1, row.ref2, row.ref3, row.changed_at)


def change_references(tx: Tx, *, references: InvoiceReferences) -> None:
    """The contract's row is locked since they were read."""
    tx.run(
        _CHANGE,
        {
            "tenant": references.tenant,
            "ref1": references.ref1,
            "ref2": references.ref2,
            "ref3": references.ref3,
            "changed_at": references.changed_at,
        },
    )
