"""One user whom sales named opens contracts alone: his company's, so many a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from services.tenancy.tests.actions.company import company_of

from contracts import tenancy as calls
from servicekit.errors import Conflict, GuichetError, NotFound, TooMany

pytestmark = pytest.mark.servers
BEA = UUID(int=2)


def test_named_user_opens_a_contract_of_his_company(house) -> None:
    company = company_of(house)
    company.name()
    [own] = company.own()
    assert (own.organisation_id, own.left_today) == (company.organisation_id, 2)
    contract = company.open(name="Recette")
    view = calls.open_contract.response().dump(contract)
    assert view["organisation"]["name"] == "Exemple SA"
    assert (view["status"], view["name"]) == ("active", "Recette")
    assert company.told("TenantOpened")[-1]["opened_by"] == str(company.ann)
    [mailed] = company.told("OnlineContractOpened")
    assert (mailed["tenant"], mailed["person_id"]) == (contract.tenant, str(company.ann))
    assert [one.left_today for one in company.own()] == [1]
    trail = house.rows(
        "SELECT action, actor FROM house.audit_entries"
        f" WHERE tenant = '{contract.tenant}' ORDER BY sequence"
    )
    assert ("contract:tenant:opened-online", str(company.ann)) in trail


def test_nobody_else_opens_and_learns_whether_the_company_is_there(house) -> None:
    """Another user of it, somebody of another company, the named one after he has left them all."""
    company, other = company_of(house), company_of(house)
    company.knows(BEA, "Bea")
    company.name()
    refusals = set()
    for who, tenants in ((BEA, None), (other.ann, other.tenants), (company.ann, [])):
        assert company.own(who, tenants=tenants) == []
        with pytest.raises(NotFound) as refused:
            company.open(who, tenants=tenants)
        refusals.add((refused.value.code, str(refused.value.details)))
    company.organisation_id = uuid4()
    with pytest.raises(NotFound) as refused:
        company.open()
    assert refusals == {(refused.value.code, str(refused.value.details))}
    assert house.rows("SELECT count(*) FROM contracts") == [(2,)]


def test_day_is_bounded_and_ends_at_midnight_in_paris(house) -> None:
    company = company_of(house)
    company.name(daily_limit=1)
    company.now = house.now.replace(hour=22, minute=30)  # 23:30 in Paris
    company.open()
    with pytest.raises(TooMany, match="openings-too-many") as many:
        company.open()
    assert many.value.details == {"limit": 1, "retry_after": 1801}
    company.now += timedelta(minutes=31)
    company.open()


def test_many_at_once_open_no_more_than_the_day_allows(house) -> None:
    company = company_of(house)
    company.name(daily_limit=3)

    def attempt(number: int) -> str:
        try:
            return company.open(name=f"Numéro {number}").tenant
        except GuichetError as error:
            return error.code

    with ThreadPoolExecutor(max_workers=8) as pool:
        ends = list(pool.map(attempt, range(8)))
    assert sorted(ends) == ["OCB0001002", "OCB0001003", "OCB0001004", *["openings-too-many"] * 5]


def test_option_that_is_withdrawn_opens_nothing(house) -> None:
    company = company_of(house)
    company.name()
    company.withdraw()
    company.withdraw()
    assert company.own() == []
    with pytest.raises(NotFound, match="organisation-unknown"):
        company.open()
    assert len(company.told("OnlineOpeningWithdrawn")) == 1
    assert [act for act, _ in company.acts("organisations:online-opening")] == [
        "organisations:online-opening:activated",
        "organisations:online-opening:withdrawn",
    ]


def test_another_named_user_takes_the_place_of_the_first_who_is_told(house) -> None:
    company = company_of(house)
    company.knows(BEA, "Bea")
    company.name()
    company.name(BEA)
    company.name(BEA, daily_limit=9)
    assert company.own() == []
    assert [one.daily_limit for one in company.own(BEA)] == [9]
    assert [one["person_id"] for one in company.told("OnlineOpeningWithdrawn")] == [
        str(company.ann)
    ]


def test_only_a_user_of_the_company_is_named(house) -> None:
    company, other = company_of(house), company_of(house)
    company.knows(BEA, "Bea", joined=False)
    for stranger in (other.ann, uuid4(), BEA):
        with pytest.raises(Conflict, match="person-not-of-organisation"):
            company.name(stranger)
    company.organisation_id = uuid4()
    with pytest.raises(NotFound, match="organisation-unknown"):
        company.name()
