"""Recovery acts: two of staff, and the person concerned."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.decide_recovery import (
    approve_recovery,
    object_to_recovery,
    refuse_recovery,
    withdraw_recovery,
)
from identity.actions.list_recoveries import get_recovery, list_own_recoveries, list_recoveries
from identity.actions.propose_recovery import propose_recovery
from identity.actions.read_people import Page
from identity.domain.recoveries import Recovery, RecoveryRow
from identity.service.parts import Housed
from servicekit.rpc import Context, answers


class RecoveriesCalls(Housed):
    @answers(calls.list_recoveries)
    def list_recoveries(self, context: Context, payload: dict[str, Any]) -> Page[Recovery]:
        return list_recoveries(**self.acting(context), **payload)

    @answers(calls.get_recovery)
    def get_recovery(self, context: Context, payload: dict[str, Any]) -> Recovery:
        return get_recovery(**self.acting(context), **payload)

    @answers(calls.propose_recovery)
    def propose_recovery(self, context: Context, payload: dict[str, Any]) -> Recovery:
        return propose_recovery(**self.acting(context), **payload)

    @answers(calls.approve_recovery)
    def approve_recovery(self, context: Context, payload: dict[str, Any]) -> Recovery:
        return approve_recovery(**self.acting(context), sealer=self.house.sealer, **payload)

    @answers(calls.refuse_recovery)
    def refuse_recovery(self, context: Context, payload: dict[str, Any]) -> Recovery:
        return refuse_recovery(**self.acting(context), **payload)

    @answers(calls.withdraw_recovery)
    def withdraw_recovery(self, context: Context, payload: dict[str, Any]) -> Recovery:
        return withdraw_recovery(**self.acting(context), **payload)

    @answers(calls.list_own_recoveries)
    def list_own_recoveries(
        self, context: Context, payload: dict[str, Any]
    ) -> dict[str, list[RecoveryRow]]:
        return list_own_recoveries(db=self.house.db, context=context)

    @answers(calls.object_to_recovery)
    def object_to_recovery(self, context: Context, payload: dict[str, Any]) -> RecoveryRow:
        return object_to_recovery(**self.acting(context), **payload)
