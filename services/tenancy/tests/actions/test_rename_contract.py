from __future__ import annotations

from threading import Thread

import pytest

from contracts.codes import TenantCode
from contracts.tenancy import ContractView
from servicekit.db import Replayed
from servicekit.editions import edition_of
from servicekit.errors import Conflict, NotFound
from tenancy.actions.list_contracts import list_contracts
from tenancy.actions.read_contract import read_contract
from tenancy.actions.rename_contract import rename_contract

pytestmark = pytest.mark.servers


def rename(house, tenant, name, key=None, edition=None):
    context = house.by_person("tenancy.rename_contract", tenant)
    if key is not None:
        context = house.context(context.caller, "tenancy.rename_contract", key=key)
    return rename_contract(
        db=house.db, context=context, now=house.now, tenant=tenant, name=name, edition=edition
    )


def found(house, search):
    context = house.by_staff("tenancy.list_contracts")
    page = list_contracts(db=house.db, context=context, search=search, limit=50, cursor=None)
    return [contract.tenant for contract in page.items]


def test_new_name_shows_at_once_and_everything_else_stays(house) -> None:
    before = house.opened()
    renamed = rename(house, before.tenant, "Recette Lyon")
    context = house.by_person("tenancy.get_contract", before.tenant)
    assert read_contract(db=house.db, context=context, tenant=before.tenant) == renamed
    assert renamed == before.renamed("Recette Lyon")


def test_contract_is_found_by_its_new_name_and_no_longer_by_the_old(house) -> None:
    tenant = house.opened(name="Ancienne appellation").tenant
    rename(house, tenant, "Nouvelle appellation")
    assert found(house, "nouvelle") == [tenant]
    assert found(house, "ancienne") == []
    assert found(house, "exemple") == [tenant]


def test_renaming_is_recorded_and_told_once(house) -> None:
    tenant = house.opened(name="Avant").tenant
    rename(house, tenant, "Après", key="k")
    with pytest.raises(Replayed):
        rename(house, tenant, "Après", key="k")
    rename(house, tenant, "Après")
    trail = house.rows(
        f"SELECT details FROM house.audit_entries WHERE tenant = '{tenant}'"
        " AND action = 'contract:name:changed'"
    )
    assert trail == [({"from": "Avant", "to": "Après"},)]
    told = house.rows("SELECT data FROM house.outbox WHERE type LIKE '%ContractRenamed%'")
    assert [data["name"] for (data,) in told] == ["Après"]


def test_contract_that_does_not_exist_cannot_be_renamed(house) -> None:
    with pytest.raises(NotFound, match="contract-unknown"):
        rename(house, TenantCode("OCB9999999"), "Personne")


def shown(house, tenant):
    context = house.by_person("tenancy.get_contract", tenant)
    contract = read_contract(db=house.db, context=context, tenant=tenant)
    return edition_of(ContractView().dump(contract))


def test_who_has_read_an_older_edition_changes_nothing(house) -> None:
    tenant = house.opened(name="Avant").tenant
    read_by_both = shown(house, tenant)
    rename(house, tenant, "Le premier", edition=read_by_both)
    with pytest.raises(Conflict, match="changed-meanwhile"):
        rename(house, tenant, "Le second", edition=read_by_both)
    assert found(house, "premier") == [tenant]
    assert found(house, "second") == []
    assert rename(house, tenant, "Le second", edition=shown(house, tenant)).name == "Le second"


def test_of_many_at_once_with_the_same_edition_one_wins(house) -> None:
    tenant = house.opened(name="Avant").tenant
    read_by_all, outcomes = shown(house, tenant), []

    def try_to_rename(name: str) -> None:
        try:
            outcomes.append(rename(house, tenant, name, edition=read_by_all).name)
        except Conflict as refused:
            outcomes.append(refused.code)

    threads = [Thread(target=try_to_rename, args=(f"Nom {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[1:] == ["changed-meanwhile"] * 5
    assert found(house, sorted(outcomes)[0].lower()) == [tenant]


def test_the_same_key_again_gives_the_same_answer_though_the_edition_is_older_now(house) -> None:
    tenant = house.opened(name="Avant").tenant
    read = shown(house, tenant)
    rename(house, tenant, "Après", key="k", edition=read)
    with pytest.raises(Replayed):
        rename(house, tenant, "Après", key="k", edition=read)
