from __future__ import annotations

import pytest

from tenancy.domain import search
from tenancy.store import beginnings

pytestmark = pytest.mark.servers


def found(tx, word: str) -> list[str]:
    return beginnings.list_tenants_with(
        tx, looked_for=search.looked_for(word), tenants=None, after="", limit=10
    )


def test_renamed_contract_is_found_by_its_new_name_and_no_longer_by_the_old(house) -> None:
    contract = house.opened(name="Production Paris")
    old, new = (
        search.beginnings(contract.renamed(name)) for name in ("Production Paris", "Recette Paris")
    )
    with house.db.write(house.by_staff("test"), tenant=contract.tenant) as tx:
        beginnings.change_beginnings(tx, tenant=contract.tenant, before=old, after=new)
        assert found(tx, "production") == []
        assert found(tx, "recette") == found(tx, "paris") == found(tx, "exemple")
        assert found(tx, "recette paris") == [contract.tenant]
