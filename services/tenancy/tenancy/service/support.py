"""The support level."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.change_support_level import (
    change_support_level,
    withdraw_support_level_change,
)
from tenancy.actions.read_support_level import read_support_level, read_support_outlook
from tenancy.domain.outlook import Outlook
from tenancy.domain.support import SupportTerms
from tenancy.service.parts import Housed


class SupportCalls(Housed):
    @answers(calls.get_support_level)
    def get_support_level(self, context: Context, payload: dict[str, Any]) -> SupportTerms:
        return read_support_level(**self.acting(context), **payload)

    @answers(calls.foresee_support_level)
    def foresee_support_level(self, context: Context, payload: dict[str, Any]) -> Outlook:
        return read_support_outlook(**self.acting(context), **payload)

    @answers(calls.change_support_level)
    def change_support_level(self, context: Context, payload: dict[str, Any]) -> SupportTerms:
        return change_support_level(**self.acting(context), **payload)

    @answers(calls.withdraw_support_level_change)
    def withdraw_support_level_change(
        self, context: Context, payload: dict[str, Any]
    ) -> SupportTerms:
        return withdraw_support_level_change(**self.acting(context), **payload)
