"""The contract itself, and the shapes that several of its files need."""

from __future__ import annotations

from contracts.audit import declare_audit, declare_house_audit, declare_looks
from contracts.declare import Contract
from contracts.fields import Strict

IDENTITY = Contract("identity")

list_audit_entries, verify_audit_chain = declare_audit(IDENTITY)
list_house_entries, verify_house_chain = declare_house_audit(IDENTITY)
list_looks, list_own_looks = declare_looks(IDENTITY)


class Nothing(Strict):
    """The act was done; there is nothing to say about it."""


class NoFields(Strict):
    """A call about the caller himself."""
