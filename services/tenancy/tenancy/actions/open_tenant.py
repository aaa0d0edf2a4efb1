"""A sales person opens a tenant: its code, its contract, its two offices."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import Office
from contracts.tenancy import ContractAct, ContractType, TenantOpened
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.ids import new_id
from tenancy.actions.change_state import begin
from tenancy.domain import search
from tenancy.domain.contracts import Contract, Opening
from tenancy.domain.organisations import (
    Organisation,
    check_may_be_grouped,
    require_one_organisation,
)
from tenancy.store import beginnings, codes, contracts, offices, organisations


def open_tenant(
    *, db: Database, context: Context, now: datetime, region: str, opening: Opening
) -> Contract:
    """For everyone's scope: the tenant has no code before the transaction has given it one."""
    with db.write(context, tenant=EVERYONE) as tx:
        organisation = _organisation(tx, opening=opening, now=now)
        if opening.contract_type is ContractType.MULTI_SERVICES:
            _check_grouping(tx, organisation=organisation)
        contract = opening.contract(
            tenant=codes.add_code(tx), organisation=organisation, region=region, opened_at=now
        )
        begin_contract(tx, contract=contract, act=ContractAct.OPEN)
        tell_opened(tx, contract=contract, opening=opening)
        return tx.answer(contract)


def _organisation(tx: Tx, *, opening: Opening, now: datetime) -> Organisation:
    require_one_organisation(
        organisation_id=opening.organisation_id, name=opening.organisation_name
    )
    if opening.organisation_id is not None:
        return organisations.get_organisation(tx, organisation_id=opening.organisation_id)
    founded = Organisation(new_id(), str(opening.organisation_name))
    organisations.add_organisation(tx, organisation=founded, at=now)
    return founded


def _check_grouping(tx: Tx, *, organisation: Organisation) -> None:
    singles = contracts.count_singles(tx, organisation_id=organisation.organisation_id)
    check_may_be_grouped(singles)


def begin_contract(tx: Tx, *, contract: Contract, act: ContractAct) -> None:
    """The contract with its offices, what it is found by, and the first line of its history."""
    contracts.add_contract(tx, contract=contract, opened_by=opener_of(tx))
    begin(tx, contract=contract, act=act, now=contract.opened_at)
    found_by = search.beginnings(contract)
    beginnings.change_beginnings(tx, tenant=contract.tenant, before=frozenset(), after=found_by)
    for office, holder in (
        (Office.REFERENT, contract.referent),
        (Office.DOMAIN_OWNER, contract.domain_owner),
    ):
        offices.add_holder(
            tx,
            tenant=contract.tenant,
            office=office,
            holder=holder,
            held_since=contract.opened_at,
        )


def tell_opened(tx: Tx, *, contract: Contract, opening: Opening) -> None:
    """To the others, with both contacts in full; whoever acts now is who opened it."""
    tx.record(
        "contract:tenant:opened",
        target=contract.tenant,
        tenant=contract.tenant,
        details={
            "name": contract.name,
            "organisation_id": contract.organisation.organisation_id,
            "support_level": contract.support_level,
            "contract_type": contract.contract_type,
        },
        at=contract.opened_at,
    )
    tx.emit(
        TenantOpened,
        at=contract.opened_at,
        tenant=contract.tenant,
        organisation_id=contract.organisation.organisation_id,
        organisation_name=contract.organisation.name,
        name=contract.name,
        region=contract.region,
        support_level=contract.support_level,
        referent=opening.referent,
        domain_owner=opening.owner,
        opened_at=contract.opened_at,
        opened_by=opener_of(tx),
        contract_type=contract.contract_type,
    )


def opener_of(tx: Tx) -> str:
    assert tx.context is not None, "who opens a contract acts as somebody"
    return tx.context.caller.subject
