"""The end of a contract."""

from __future__ import annotations

from typing import Any

from contracts import subscriptions
from contracts import tenancy as calls
from servicekit.rpc import Context, Fact, answers, hears
from tenancy.actions.force_closing import (
    approve_forced_closing,
    propose_forced_closing,
    withdraw_forced_closing,
)
from tenancy.actions.keep_inventory import keep_inventory
from tenancy.actions.read_termination import read_termination
from tenancy.actions.terminate_contract import (
    keep_contract,
    outlook_of_termination,
    terminate_contract,
)
from tenancy.domain.inventories import Inventory, InventoryPart
from tenancy.domain.outlook import Outlook
from tenancy.domain.terminations import ForcedClosing, Termination
from tenancy.service.parts import Housed


class TerminationCalls(Housed):
    @answers(calls.get_termination)
    def get_termination(self, context: Context, payload: dict[str, Any]) -> Termination:
        return read_termination(**self.acting(context), **payload)

    @answers(calls.foresee_termination)
    def foresee_termination(self, context: Context, payload: dict[str, Any]) -> Outlook:
        return outlook_of_termination(**self.acting(context), **payload)

    @answers(calls.terminate_contract)
    def terminate_contract(self, context: Context, payload: dict[str, Any]) -> Termination:
        return terminate_contract(**self.acting(context), **payload)

    @answers(calls.keep_contract)
    def keep_contract(self, context: Context, payload: dict[str, Any]) -> Termination:
        return keep_contract(**self.acting(context), **payload)

    @answers(calls.propose_forced_closing)
    def propose_forced_closing(self, context: Context, payload: dict[str, Any]) -> ForcedClosing:
        return propose_forced_closing(**self.acting(context), **payload)

    @answers(calls.approve_forced_closing)
    def approve_forced_closing(self, context: Context, payload: dict[str, Any]) -> Termination:
        return approve_forced_closing(**self.acting(context), **payload)

    @answers(calls.withdraw_forced_closing)
    def withdraw_forced_closing(self, context: Context, payload: dict[str, Any]) -> ForcedClosing:
        return withdraw_forced_closing(**self.acting(context), **payload)

    @hears(subscriptions.InventoryChanged)
    def on_inventory_changed(self, fact: Fact) -> None:
        keep_inventory(
            db=self.house.db,
            context=fact.context,
            now=self.house.clock.now(),
            event_id=fact.id,
            tenant=fact.data["tenant"],
            inventory=_inventory(fact.data),
        )


def _inventory(told: dict[str, Any]) -> Inventory:
    parts = tuple(InventoryPart(**part) for part in told["parts"])
    return Inventory(told["version"], told["observed_at"], told["remaining"], parts)
