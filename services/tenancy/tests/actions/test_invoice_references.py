from __future__ import annotations

import pytest

from contracts.codes import Office, StaffRole
from contracts.rights import Caller, CallerKind
from contracts.tenancy import ContractAct
from contracts.tenancy import InvoiceReferences as Shown
from servicekit.editions import edition_of
from servicekit.errors import Conflict
from tenancy.actions.change_state import move
from tenancy.actions.invoice_references import change_references, read_references
from tenancy.store import contracts

pytestmark = pytest.mark.servers

CALL = "tenancy.change_references"
REFERENT = Caller(CallerKind.PERSON, "person-1", offices=frozenset({Office.REFERENT}))
SALES = Caller(CallerKind.PERSON, "sales-1", staff=frozenset({StaffRole.SALES}))
BOTH = Caller(
    CallerKind.PERSON,
    "person-2",
    staff=frozenset({StaffRole.SUPPORT}),
    offices=frozenset({Office.REFERENT}),
)
KNOWN = {"ref1": "AA00606838", "ref2": "PJ00010399", "ref3": None}


def read(house, tenant):
    context = house.by_person("tenancy.get_references", tenant)
    return read_references(db=house.db, context=context, tenant=tenant)


def edition(house, tenant):
    return edition_of(Shown().dump(read(house, tenant)))


def change(house, tenant, caller=REFERENT, seen=None, **said):
    return change_references(
        db=house.db,
        context=house.context(caller, CALL),
        now=house.now,
        tenant=tenant,
        edition=seen or edition(house, tenant),
        **(KNOWN | said),
    )


def grouping(house):
    """A contract that groups the invoices of several: opened by the back office, later."""
    tenant = house.opened().tenant
    house.rows(
        f"UPDATE contracts SET contract_type = 'multi_services' WHERE tenant = '{tenant}'"
        " RETURNING tenant"
    )
    return tenant


def test_contract_has_no_references_until_its_referent_sets_them(house) -> None:
    tenant = house.opened().tenant
    before = read(house, tenant)
    assert (before.ref1, before.ref2, before.ref3, before.changed_at) == (None,) * 4
    after = change(house, tenant)
    assert (after.ref1, after.ref2, after.ref3) == tuple(KNOWN.values())
    assert read(house, tenant) == after


def test_change_is_recorded_and_told_with_what_differs_alone(house) -> None:
    tenant = house.opened().tenant
    change(house, tenant)
    change(house, tenant, ref2="PJ00020000")
    change(house, tenant, ref2="PJ00020000")
    trail = house.rows(
        f"SELECT details FROM house.audit_entries WHERE tenant = '{tenant}'"
        " AND action = 'contract:references:changed' ORDER BY sequence"
    )
    assert trail[1:] == [({"from": {"ref2": "PJ00010399"}, "to": {"ref2": "PJ00020000"}},)]
    told = house.rows("SELECT data FROM house.outbox WHERE type LIKE '%ReferencesChanged%'")
    assert [data["changed"] for (data,) in told] == [["ref1", "ref2"], ["ref2"]]


def test_sales_do_not_set_what_is_the_referents(house) -> None:
    tenant = house.opened().tenant
    with pytest.raises(Conflict, match="references-by-referent"):
        change(house, tenant, SALES)
    assert read(house, tenant).changed_at is None


@pytest.mark.parametrize("caller", [REFERENT, BOTH])
def test_referent_of_a_grouping_contract_is_sent_to_the_request(house, caller) -> None:
    tenant = grouping(house)
    with pytest.raises(Conflict, match="references-by-request") as refused:
        change(house, tenant, caller)
    assert refused.value.details == {"request": "contract_references"}
    assert change(house, tenant, SALES).ref1 == KNOWN["ref1"]


def test_who_has_read_older_references_changes_nothing(house) -> None:
    tenant = house.opened().tenant
    seen = edition(house, tenant)
    change(house, tenant, seen=seen)
    with pytest.raises(Conflict, match="changed-meanwhile"):
        change(house, tenant, seen=seen, ref1="other")
    assert read(house, tenant).ref1 == KNOWN["ref1"]


def test_closed_contract_keeps_its_references(house) -> None:
    tenant = house.opened().tenant
    with house.db.write(house.by_staff("tenancy.get_contract"), tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        for act in (ContractAct.TERMINATE, ContractAct.CLOSE):
            contract = move(tx, contract=contract, act=act, now=house.now)
        tx.answer(contract)
    with pytest.raises(Conflict, match="contract-terminated"):
        change(house, tenant)
