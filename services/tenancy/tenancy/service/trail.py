"""The audit trail."""

from __future__ import annotations

from contracts import tenancy as calls
from servicekit.trail import shows_trail
from tenancy.service.parts import Housed


@shows_trail(
    entries=(calls.list_audit_entries, calls.list_house_entries),
    verifications=(calls.verify_audit_chain, calls.verify_house_chain),
    looks=(calls.list_looks, calls.list_own_looks),
)
class TrailCalls(Housed):
    """Its calls are every service's."""
