from __future__ import annotations

import pytest

from contracts.tenancy import list_contracts as declared
from servicekit.errors import Invalid
from tenancy.actions.list_contracts import list_contracts

pytestmark = pytest.mark.servers

CALL = "tenancy.list_contracts"


def codes(house, context, *, search=None, limit=50, cursor=None) -> list[str]:
    page = list_contracts(db=house.db, context=context, search=search, limit=limit, cursor=cursor)
    return [contract.tenant for contract in page.items]


@pytest.fixture
def three(house):
    return (
        house.opened(organisation_name="Société Générale des Eaux", name="Production"),
        house.opened(organisation_name="Boulangerie Œuvrard", name="Cloud Paris"),
        house.opened(organisation_name="Exemple SA", name="Cloud Atlanta"),
    )


def test_person_sees_only_his_tenants(house, three) -> None:
    first, _, third = (contract.tenant for contract in three)
    assert codes(house, house.by_person(CALL, third, first)) == [first, third]
    assert codes(house, house.by_person(CALL)) == []


def test_client_sees_what_it_is_registered_for(house, three) -> None:
    everything = [contract.tenant for contract in three]
    assert codes(house, house.by_client(CALL, everything[1])) == [everything[1]]
    assert codes(house, house.by_client(CALL, "*")) == everything


def test_staff_see_all_in_the_order_of_codes(house, three) -> None:
    assert codes(house, house.by_staff(CALL)) == [contract.tenant for contract in three]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("societe generale", [0]),
        ("GÉNÉ", [0]),
        ("oeuvrard", [1]),
        ("cloud", [1, 2]),
        ("cloud boul", [1]),
        ("ocb000100", [0, 1, 2]),
        ("1002", [1]),
        ("loud", []),
        ("%", []),
        ("'; DROP TABLE contracts; --", []),
    ],
)
def test_search_by_code_name_and_organisation(house, three, search, found) -> None:
    expected = [three[index].tenant for index in found]
    assert codes(house, house.by_staff(CALL), search=search) == expected


def test_search_stays_within_what_the_caller_may_see(house, three) -> None:
    mine = three[2].tenant
    assert codes(house, house.by_person(CALL, mine), search="cloud") == [mine]


@pytest.mark.parametrize("search", [None, "contrat"])
def test_pages_hold_every_contract_once(house, search) -> None:
    opened = [house.opened().tenant for _ in range(7)]
    seen, cursor = [], None
    for _ in range(4):
        page = list_contracts(
            db=house.db, context=house.by_staff(CALL), search=search, limit=2, cursor=cursor
        )
        declared.response().load(declared.response().dump(page))
        seen += [contract.tenant for contract in page.items]
        cursor = page.next_cursor
    assert seen == opened
    assert cursor is None


def test_cursor_of_ones_own_making_is_refused(house) -> None:
    with pytest.raises(Invalid, match="fields-invalid"):
        codes(house, house.by_staff(CALL), cursor="bm9wZQ")


def test_client_registered_for_a_tenant_that_does_not_exist_sees_the_others(house) -> None:
    real = [house.opened().tenant for _ in range(3)]
    client = house.by_client(CALL, "OCB0000007", *real)
    page = list_contracts(db=house.db, context=client, search=None, limit=2, cursor=None)
    assert [one.tenant for one in page.items] == real[:2]
    assert page.next_cursor is not None
