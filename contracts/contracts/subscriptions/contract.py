"""The contract itself, and who of staff reads what it holds of a customer."""

from __future__ import annotations

from contracts.audit import declare_audit, declare_house_audit, declare_looks
from contracts.codes import StaffRole
from contracts.declare import Contract

SUBSCRIPTIONS = Contract("subscriptions")
READERS = (StaffRole.SALES, StaffRole.BILLING, StaffRole.SUPPORT, StaffRole.AUDITOR)

list_audit_entries, verify_audit_chain = declare_audit(SUBSCRIPTIONS)
list_house_entries, verify_house_chain = declare_house_audit(SUBSCRIPTIONS)
list_looks, list_own_looks = declare_looks(SUBSCRIPTIONS)
