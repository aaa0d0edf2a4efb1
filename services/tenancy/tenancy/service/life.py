"""The life of a contract: its history, suspension, conversion of its trial."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.convert_trial import convert_trial, read_conversion_outlook
from tenancy.actions.list_state_changes import StateChangesPage, list_state_changes
from tenancy.actions.suspend_contract import resume_contract, suspend_contract
from tenancy.domain.contracts import Contract
from tenancy.domain.outlook import Outlook
from tenancy.service.parts import Housed


class LifeCalls(Housed):
    @answers(calls.list_state_changes)
    def list_state_changes(self, context: Context, payload: dict[str, Any]) -> StateChangesPage:
        return list_state_changes(db=self.house.db, context=context, **payload)

    @answers(calls.suspend_contract)
    def suspend_contract(self, context: Context, payload: dict[str, Any]) -> Contract:
        return suspend_contract(**self.acting(context), **payload)

    @answers(calls.resume_contract)
    def resume_contract(self, context: Context, payload: dict[str, Any]) -> Contract:
        return resume_contract(**self.acting(context), **payload)

    @answers(calls.foresee_conversion)
    def foresee_conversion(self, context: Context, payload: dict[str, Any]) -> Outlook:
        return read_conversion_outlook(**self.acting(context), **payload)

    @answers(calls.convert_trial)
    def convert_trial(self, context: Context, payload: dict[str, Any]) -> Contract:
        return convert_trial(**self.acting(context), **payload)
