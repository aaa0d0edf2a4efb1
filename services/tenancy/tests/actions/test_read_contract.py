from __future__ import annotations

import pytest

from contracts.codes import TenantCode
from servicekit.errors import NotFound
from tenancy.actions.read_contract import read_contract

pytestmark = pytest.mark.servers


def read(house, tenant):
    context = house.by_person("tenancy.get_contract", tenant)
    return read_contract(db=house.db, context=context, tenant=tenant)


def test_contract_reads_as_it_was_opened(house) -> None:
    contract = house.opened(domain_owner=house.jane)
    assert read(house, contract.tenant) == contract


def test_contract_that_does_not_exist_is_unknown(house) -> None:
    with pytest.raises(NotFound, match="contract-unknown"):
        read(house, TenantCode("OCB9999999"))


@pytest.mark.parametrize(
    "table", ["contracts", "offices", "contract_beginnings", "contract_sheets"]
)
def test_forgotten_where_shows_nothing_of_other_tenants(house, table: str) -> None:
    mine, other = house.opened().tenant, house.opened().tenant
    with house.db.read(tenant=mine) as tx:
        seen = {row["tenant"] for row in tx.rows(f"SELECT tenant FROM {table}", {}, dict)}
    assert seen == {mine}
    assert other != mine


def test_other_tenants_row_cannot_be_written(house) -> None:
    mine, other = house.opened().tenant, house.opened().tenant
    with house.db.write(house.by_staff("test"), tenant=mine) as tx:
        touched = tx.run("UPDATE contracts SET name = 'x' WHERE tenant = %(t)s", {"t": other})
    assert touched == 0
