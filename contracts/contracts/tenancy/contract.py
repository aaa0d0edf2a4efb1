"""The contract itself, and the shapes that several of its files need."""

from __future__ import annotations

from contracts.audit import declare_audit, declare_house_audit, declare_looks
from contracts.declare import Contract
from contracts.fields import Strict

TENANCY = Contract("tenancy")

list_audit_entries, verify_audit_chain = declare_audit(TENANCY)
list_house_entries, verify_house_chain = declare_house_audit(TENANCY)
list_looks, list_own_looks = declare_looks(TENANCY)


class NoFields(Strict):
    """A call about the caller himself, or about the installation."""
