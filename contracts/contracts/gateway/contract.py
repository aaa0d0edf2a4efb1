"""The gateway's contract, and its audit trails."""

from __future__ import annotations

from contracts.audit import declare_audit, declare_house_audit, declare_looks
from contracts.declare import Contract

GATEWAY = Contract("gateway")

list_audit_entries, verify_audit_chain = declare_audit(GATEWAY)
list_house_entries, verify_house_chain = declare_house_audit(GATEWAY)
list_looks, list_own_looks = declare_looks(GATEWAY)
