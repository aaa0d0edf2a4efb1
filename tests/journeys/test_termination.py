"""A contract ends: sales terminate it, the cloud says what remains, and nothing else ends it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.journeys.town import (
    CUSTOMER_SCOPE,
    PORTAL_PASSWORD,
    Customer,
    Town,
    eventually,
    open_company,
)
from tests.journeys.town import settled_customer as settled
from tests.journeys.visitor import Api, client_token

pytestmark = pytest.mark.stack

SCOPE = "openid contracts.read contracts.write tenants.write"
WHY = {"Guichet_Reason": "Asked for by mail on Monday"}


@pytest.fixture(scope="module")
def customer(town: Town) -> Customer:
    return settled(town)


@pytest.fixture
def john(town: Town, customer: Customer) -> Api:
    return town.api({"login": customer.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)


@pytest.fixture(scope="module")
def cloud(town: Town) -> Api:
    return cloud_of(town)


def cloud_of(town: Town) -> Api:
    """The provider's cloud, which says what exists in tenants."""
    client = town.demo["clients"]["cloud-feed"]
    scope = "inventory.write inventory.read"
    token = client_token(town.url, client["client_id"], client["client_secret"], scope)
    return Api(town.url, token)


def look(cloud: Api, tenant: str, *names: str) -> Any:
    seen = [
        {
            "resource_id": name,
            "kind": "ecs",
            "name": name,
            "region": "eu-west-0",
            "state": "running",
            "daily_cost": "2.4000",
            "currency": "EUR",
        }
        for name in names
    ]
    at = datetime.now(UTC).isoformat()
    asked = {"observed_at": at, "complete": True, "resources": seen}
    return cloud.post(f"/tenants/{tenant}/inventory", asked)


def state_of(api: Api, tenant: str) -> Any:
    return api.get(f"/contracts/{tenant}/termination", **WHY)


def ended_contract(town: Town) -> str:
    """One that nothing was left of when sales terminated it."""
    tenant = open_company(town).tenant
    look(cloud_of(town), tenant)
    sales = town.staff("sales", SCOPE)
    sales.post(f"/contracts/{tenant}/termination", None, status=201, **WHY)
    eventually(lambda: state_of(sales, tenant)["status"], lambda one: one == "terminated")
    return tenant


def test_a_contract_is_billed_until_its_last_resource_is_gone(
    town: Town, cloud: Api, john: Api, customer: Customer
) -> None:
    tenant, sales = customer.tenant, town.staff("sales", SCOPE)
    look(cloud, tenant, "web-1", "web-2")
    eventually(lambda: state_of(john, tenant)["remaining"], lambda count: count == 2)
    path = f"/contracts/{tenant}/termination"
    for other in (john, cloud):
        assert other.call("POST", path, **WHY).status_code == 403
    draining = sales.post(path, None, status=201, **WHY)
    assert (draining["status"], draining["daily_costs"][0]["amount"]) == ("draining", "4.8000")
    order = {"offer_id": "workspace.eu-west-0.standard-2.12-months", "quantity": 1}

    def ordering() -> int:
        return john.call("POST", f"/tenants/{tenant}/orders", order).status_code

    eventually(ordering, lambda status: status == 409)
    look(cloud, tenant)
    ended = eventually(lambda: state_of(john, tenant), lambda one: one["status"] == "terminated")
    assert ended["certificate"]["forced"] is False
    assert john.get(f"/contracts/{tenant}")["status"] == "terminated"
    assert town.mail.wait_for(to=customer.email, subject=f"Le contrat {tenant} a pris fin")


def test_two_of_staff_end_a_contract_though_something_remains(town: Town, cloud: Api) -> None:
    customer = settled(town)
    tenant = customer.tenant
    sales = town.staff("sales", SCOPE)
    own, operator = (town.desk(town.demo["staff"][role], SCOPE) for role in ("sales", "operator"))
    look(cloud, tenant, "web-1")
    sales.post(f"/contracts/{tenant}/termination", None, status=201, **WHY)
    path = f"/contracts/{tenant}/forced-closings"
    closing = sales.post(path, None, status=201, **WHY)
    approval = f"{path}/{closing['closing_id']}/approve"
    by_program = sales.call("POST", approval, **WHY)
    assert (by_program.status_code, by_program.json()["code"]) == (403, "portal-only")
    alone = own.call("POST", approval, **WHY)
    assert (alone.status_code, alone.json()["code"]) == (403, "second-person-needed")
    assert operator.call("POST", approval).status_code == 422, "without a reason"
    assert operator.post(approval, None, **WHY)["certificate"]["forced"] is True
    assert town.mail.wait_for(
        to=customer.email, subject=f"Le contrat {tenant} pourrait prendre fin"
    )


def test_what_exists_is_said_by_the_cloud_alone(town: Town, john: Api, customer: Customer) -> None:
    asked = {"observed_at": datetime.now(UTC).isoformat(), "complete": True, "resources": []}
    for api in (john, town.staff("operator", f"{SCOPE} inventory.write")):
        answer = api.call("POST", f"/tenants/{customer.tenant}/inventory", asked, **WHY)
        assert answer.status_code == 403
