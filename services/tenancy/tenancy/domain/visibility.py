"""Which contracts a list shows to whom."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.codes import TenantCode
from contracts.rights import Caller

_EVERY_TENANT = "*"


def visible_to(caller: Caller) -> Sequence[TenantCode] | None:
    """The tenants that the caller holds anything in; None: every one.

    All contracts are seen by staff, and by clients registered for the whole installation.
    """
    if caller.staff or _EVERY_TENANT in caller.tenants:
        return None
    return tuple(sorted(TenantCode(code) for code in caller.tenants))
