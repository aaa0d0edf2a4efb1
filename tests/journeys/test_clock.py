"""The clock of a simulated installation: moved once, everywhere, and what is due happens."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.journeys.town import CUSTOMER_SCOPE, PORTAL_PASSWORD, Town, eventually, settled_customer

pytestmark = pytest.mark.stack


def test_termination_takes_effect_when_its_day_comes(town: Town) -> None:
    operator = town.staff("operator", "openid clock")
    john = settled_customer(town)
    api = town.api({"login": john.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    offer = api.get("/catalogue/offers?limit=1")["items"][0]["offer_id"]
    order = api.post(
        f"/tenants/{john.tenant}/orders", {"offer_id": offer, "quantity": 3}, status=201
    )
    path = f"/tenants/{john.tenant}/subscriptions/{order['subscription_id']}"
    api.post(f"{path}/terminations", {"quantity": 1}, status=201)
    assert api.get(path)["quantity"] == 3

    now = datetime.fromisoformat(operator.get("/clock")["now"])
    moved = operator.post("/clock", {"now": (now + timedelta(days=32)).isoformat()})
    assert datetime.fromisoformat(moved["now"]) >= now + timedelta(days=32)
    subscription = eventually(lambda: api.get(path), lambda one: one["quantity"] == 2)
    assert subscription["terminations"][0]["done"] is True
    town.mail.wait_for(to=john.email, subject="Résiliation effective")


def test_the_clock_goes_forward_only_and_for_operators_only(town: Town) -> None:
    operator = town.staff("operator", "openid clock")
    now = datetime.fromisoformat(operator.get("/clock")["now"])
    back = operator.call("POST", "/clock", {"now": (now - timedelta(days=1)).isoformat()})
    assert (back.status_code, back.json()["code"]) == (422, "clock-only-forward")
    sales = town.staff("sales", "openid clock")
    assert sales.call("GET", "/clock").status_code == 403
