"""Multi-tenant management as tenancy keeps it: for whom, whose second login, until when."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from services.tenancy.tests.actions.company import company_of

from contracts.codes import Office
from servicekit.errors import Conflict, NotFound
from tenancy.domain.online_opening import MANAGED_A_DAY
from tenancy.store import offices

pytestmark = pytest.mark.servers
SECOND = UUID(int=9)


def test_activation_tells_identity_all_tenants_of_today(house) -> None:
    company = company_of(house)
    another = company.another().tenant
    management = company.manage()
    [told] = company.told("MultiTenantManagementActivated")
    assert told["tenants"] == [*company.tenants, another]
    assert (told["person_id"], told["management_id"]) == (
        str(company.ann),
        str(management.management_id),
    )
    assert company.acts("organisations:multi-tenant") == [
        (
            "organisations:multi-tenant-management:activated",
            f"organisation:{company.organisation_id}",
        )
    ]


def test_second_login_opens_contracts_and_the_first_does_not(house) -> None:
    company = company_of(house)
    management = company.manage()
    company.heard_second(management.management_id, SECOND)
    assert company.own() == []
    [own] = company.own(SECOND)
    assert (own.ground, own.left_today) == ("multi_tenant_management", MANAGED_A_DAY)
    assert company.open(SECOND).tenant == "OCB0001002"
    with pytest.raises(NotFound, match="organisation-unknown"):
        company.open()
    company.end_management()
    with pytest.raises(NotFound, match="organisation-unknown"):
        company.open(SECOND)


def test_one_management_at_a_time_for_a_company_and_for_a_person(house) -> None:
    company, other = company_of(house), company_of(house)
    other.knows(company.ann)
    company.manage()
    with pytest.raises(Conflict, match="multi-tenant-active"):
        company.manage()
    with pytest.raises(Conflict, match="second-login-in-use"):
        other.manage(company.ann)
    company.end_management()
    company.end_management()
    assert len(company.told("MultiTenantManagementDeactivated")) == 1
    other.manage(company.ann)
    with pytest.raises(Conflict, match="second-login-in-use"):
        company.manage()


def test_only_a_user_of_the_company_gets_a_second_login_and_no_second_one_does(house) -> None:
    company, other = company_of(house), company_of(house)
    with pytest.raises(Conflict, match="person-not-of-organisation"):
        company.manage(uuid4())
    management = company.manage()
    company.heard_second(management.management_id, SECOND)
    company.knows(SECOND, "Ann")
    other.knows(SECOND, "Ann")
    for give in (other.manage, other.name):
        with pytest.raises(Conflict, match="person-not-of-organisation"):
            give(SECOND)


def test_management_is_not_ended_under_a_second_login_that_holds_an_office(house) -> None:
    company = company_of(house)
    management = company.manage()
    company.heard_second(management.management_id, SECOND)
    [tenant] = company.tenants
    with house.db.write(house.by_staff("test"), tenant=tenant) as tx:
        offices.change_unknown_holder(
            tx, tenant=tenant, office=Office.REFERENT, person_id=SECOND, login="Ann.Roe2"
        )
        tx.answer({})
    with pytest.raises(Conflict, match="office-held") as held:
        company.end_management()
    assert held.value.details == {"tenant": tenant, "offices": ["referent"]}
