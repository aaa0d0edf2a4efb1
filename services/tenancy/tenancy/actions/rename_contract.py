"""The referent gives the contract another name (FAQ, "Modifier le nom de votre contrat")."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from contracts.tenancy import ContractRenamed, ContractView
from servicekit.context import Context
from servicekit.db import Database
from servicekit.editions import demand_edition
from tenancy.domain import search
from tenancy.domain.contracts import Contract
from tenancy.store import beginnings, contracts, request_lists


def rename_contract(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    name: str,
    edition: str | None = None,
) -> Contract:
    """Takes effect here at once, elsewhere when the event is heard: within seconds."""
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        demand_edition(edition, shown_as=ContractView, present=contract)
        renamed = contract.renamed(name)
        if renamed is contract:
            return tx.answer(contract)
        contracts.change_name(tx, tenant=tenant, name=name)
        before, after = (search.beginnings(one) for one in (contract, renamed))
        beginnings.change_beginnings(tx, tenant=tenant, before=before, after=after)
        request_lists.add_contract_beginnings(
            tx, tenant=tenant, beginnings=search.word_beginnings(name)
        )
        details = {"from": contract.name, "to": name}
        tx.record("contract:name:changed", target=tenant, details=details, at=now)
        tx.emit(ContractRenamed, at=now, tenant=tenant, name=name, renamed_at=now)
        return tx.answer(renamed)
