"""The referent sets the references that the invoices show (FAQ, "Editer les références externes de
vos factures"); of a contract that groups several, sales do, on the customer's request."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from contracts.tenancy import InvoiceReferences as InvoiceReferencesShown
from contracts.tenancy import ReferencesBy, ReferencesChanged
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.editions import demand_edition
from tenancy.domain.contracts import Contract
from tenancy.domain.references import InvoiceReferences, demand_editor, editable_by
from tenancy.store import contracts, references


def change_references(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    ref1: str | None,
    ref2: str | None,
    ref3: str | None,
    edition: str | None,
) -> InvoiceReferences:
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        by = demand_editor(contract, context.caller)
        before = references.get_references(tx, tenant=tenant, editable_by=by)
        demand_edition(edition, shown_as=InvoiceReferencesShown, present=before)
        after = before.changed(ref1=ref1, ref2=ref2, ref3=ref3, at=now)
        if after is before:
            return tx.answer(before)
        references.change_references(tx, references=after)
        _tell(tx, contract=contract, before=before, after=after, by=by, at=now)
        return tx.answer(after)


def read_references(*, db: Database, context: Context, tenant: TenantCode) -> InvoiceReferences:
    with db.read(tenant=tenant, context=context) as tx:
        contract = contracts.get_contract(tx, tenant=tenant)
        return references.get_references(tx, tenant=tenant, editable_by=editable_by(contract))


def _tell(
    tx: Tx,
    *,
    contract: Contract,
    before: InvoiceReferences,
    after: InvoiceReferences,
    by: ReferencesBy,
    at: datetime,
) -> None:
    changed = before.differing(after)
    tx.record(
        "contract:references:changed",
        target=contract.tenant,
        details={
            "from": {name: getattr(before, name) for name in changed},
            "to": {name: getattr(after, name) for name in changed},
        },
        at=at,
    )
    tx.emit(
        ReferencesChanged,
        at=at,
        tenant=contract.tenant,
        ref1=after.ref1,
        ref2=after.ref2,
        ref3=after.ref3,
        changed=list(changed),
        changed_at=at,
        by=by,
        referent_id=contract.referent.person_id,
    )
