"""Proving again who one is, in the middle of a session."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.prove_password import list_factor_kinds, prove_password
from identity.service.parts import Housed, with_visit
from servicekit.rpc import Context, answers


class ProvingCalls(Housed):
    @answers(calls.prove_password)
    def prove_password(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return prove_password(**self.proving(context), **with_visit(payload))

    @answers(calls.list_factor_kinds)
    def list_factor_kinds(self, context: Context, payload: dict[str, Any]) -> dict[str, Any]:
        return list_factor_kinds(db=self.house.db, context=context, **payload)
