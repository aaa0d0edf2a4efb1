"""The audit trail."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.service.parts import Housed
from servicekit import audit
from servicekit.rpc import Context, answers


class TrailCalls(Housed):
    @answers(calls.list_audit_entries)
    def list_audit_entries(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return audit.list_entries(db=self.house.db, context=context, **payload)

    @answers(calls.verify_audit_chain)
    def verify_audit_chain(self, context: Context, payload: dict[str, Any]) -> audit.Verification:
        return audit.verify_chain(db=self.house.db, context=context, **payload)

    @answers(calls.list_house_entries)
    def list_house_entries(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return audit.list_entries(db=self.house.db, context=context, **payload)

    @answers(calls.verify_house_chain)
    def verify_house_chain(self, context: Context, payload: dict[str, Any]) -> audit.Verification:
        return audit.verify_chain(db=self.house.db, context=context, **payload)
