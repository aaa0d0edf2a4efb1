from __future__ import annotations

from contracts.codes import TenantCode
from servicekit.db import Tx

_ADD = "UPDATE contract_numbers SET last_number = last_number + 1 RETURNING last_number"


def add_code(tx: Tx) -> TenantCode:
    """The next code. Others wait for it until this transaction ends: no gap, no code twice."""
    return TenantCode.numbered(tx.value(_ADD, {}))
