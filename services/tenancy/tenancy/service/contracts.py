"""Contracts: lists, sheets, names."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.list_contracts import ContractsPage, list_contracts
from tenancy.actions.read_contract import read_contract
from tenancy.actions.rename_contract import rename_contract
from tenancy.domain.contracts import Contract
from tenancy.service.parts import Housed


class ContractsCalls(Housed):
    @answers(calls.list_contracts)
    def list_contracts(self, context: Context, payload: dict[str, Any]) -> ContractsPage:
        return list_contracts(db=self.house.db, context=context, **payload)

    @answers(calls.get_contract)
    def get_contract(self, context: Context, payload: dict[str, Any]) -> Contract:
        return read_contract(db=self.house.db, context=context, tenant=payload["tenant"])

    @answers(calls.name_contract)
    def name_contract(self, context: Context, payload: dict[str, Any]) -> Contract:
        return read_contract(db=self.house.db, context=context, tenant=payload["contract"])

    @answers(calls.rename_contract)
    def rename_contract(self, context: Context, payload: dict[str, Any]) -> Contract:
        return rename_contract(**self.acting(context), **payload)
