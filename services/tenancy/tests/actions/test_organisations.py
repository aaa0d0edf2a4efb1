"""Staff find organisations and their contracts; one contract groups the invoices of others."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from services.tenancy.tests.actions.company import company_of

from contracts import tenancy as calls
from contracts.tenancy import ContractType
from servicekit.errors import Conflict, Invalid, NotFound
from tenancy.actions.read_organisations import (
    list_nameable_people,
    list_organisation_contracts,
    list_organisations,
    read_organisation,
)

pytestmark = pytest.mark.servers


def found(house, search: str | None = None, *, limit: int = 50) -> list[str]:
    """Over all pages, each as the contract promises it."""
    names, cursor = [], None
    while True:
        page = list_organisations(
            db=house.db,
            context=house.by_staff("tenancy.list_organisations"),
            search=search,
            limit=limit,
            cursor=cursor,
        )
        declared = calls.list_organisations.response()
        declared.load(declared.dump(page))
        names += [one.name for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return names


@pytest.fixture
def four(house):
    names = ("Société Générale des Eaux", "exemple SA", "Boulangerie Œuvrard", "Exemple SA")
    return [house.opened(organisation_name=name).organisation for name in names]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        (None, ["Boulangerie Œuvrard", "exemple SA", "Exemple SA", "Société Générale des Eaux"]),
        ("exem", ["exemple SA", "Exemple SA"]),
        ("gene eaux", ["Société Générale des Eaux"]),
        ("OEUV", ["Boulangerie Œuvrard"]),
        ("xemple", []),
        ("%", []),
    ],
)
def test_search_is_by_beginnings_of_words_in_the_order_of_names(house, four, search, names) -> None:
    assert found(house, search) == names
    assert found(house, search, limit=1) == names


def test_organisation_is_shown_with_its_contracts_and_options(house) -> None:
    company = company_of(house)
    second = company.another().tenant
    company.name()
    context = house.by_staff("tenancy.get_organisation")
    sheet = read_organisation(db=house.db, context=context, organisation_id=company.organisation_id)
    declared = calls.get_organisation.response()
    shown = declared.load(declared.dump(sheet))
    assert shown["name"] == "Exemple SA"
    assert shown["online_opening"]["person_id"] == company.ann
    assert shown["multi_tenant_management"] is None
    page = list_organisation_contracts(
        db=house.db,
        context=context,
        organisation_id=company.organisation_id,
        limit=1,
        cursor=None,
    )
    assert [one.tenant for one in page.items] == company.tenants
    rest = list_organisation_contracts(
        db=house.db,
        context=context,
        organisation_id=company.organisation_id,
        limit=1,
        cursor=page.next_cursor,
    )
    assert [one.tenant for one in rest.items] == [second]


def test_unknown_organisation_is_unknown_everywhere(house) -> None:
    asked = {
        "db": house.db,
        "context": house.by_staff("tenancy.get_organisation"),
        "organisation_id": uuid4(),
    }
    for read in (
        lambda: read_organisation(**asked),
        lambda: list_organisation_contracts(**asked, limit=1, cursor=None),
        lambda: list_nameable_people(**asked),
    ):
        with pytest.raises(NotFound, match="organisation-unknown"):
            read()


def test_cursor_of_another_list_is_refused(house) -> None:
    with pytest.raises(Invalid, match="fields-invalid"):
        list_organisations(
            db=house.db,
            context=house.by_staff("tenancy.list_organisations"),
            search=None,
            limit=1,
            cursor="bm9wZQ",
        )


def test_sales_may_name_who_is_a_user_with_rights(house) -> None:
    company = company_of(house)
    company.knows(UUID(int=1), "Bea")
    company.knows(UUID(int=2), "Cid", joined=False)
    people = list_nameable_people(
        db=house.db,
        context=house.by_staff("tenancy.list_nameable_people"),
        organisation_id=company.organisation_id,
    )["items"]
    assert [one.given_name for one in people] == ["Ann", "Bea"]
    assert {one.tenant for one in people} == set(company.tenants)


def test_invoices_are_grouped_from_three_contracts_on_and_once(house) -> None:
    company = company_of(house)
    company.another()
    grouping = {"contract_type": ContractType.MULTI_SERVICES, "name": "Facture globale"}
    with pytest.raises(Conflict, match="contracts-too-few") as few:
        company.another(**grouping)
    assert few.value.details == {"needed": 3, "present": 2}
    company.another()
    grouped = company.another(**grouping)
    assert grouped.contract_type is ContractType.MULTI_SERVICES
    assert company.told("TenantOpened")[-1]["contract_type"] == "multi_services"
    with pytest.raises(Conflict, match="multi-services-exists"):
        company.another(**grouping)
    assert company.another().tenant == "OCB0001005", "what was refused used up no code"
