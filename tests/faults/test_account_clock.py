"""Fourteen months at once, with services down for part of it: each thing happened on its day, and
each mail was sent once."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.journeys.town import CUSTOMER_SCOPE, PORTAL_PASSWORD, Town, eventually
from tests.journeys.trials import trial_customer

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

PATIENCE = 40.0


@pytest.fixture(scope="module")
def town(fresh_stack: Any) -> Town:
    return Town(url=fresh_stack.url, demo=fresh_stack.demo, mail=fresh_stack.mail)


def test_fourteen_months_pass_at_once_while_services_are_down(town: Town, fresh_stack: Any) -> None:
    lapsing, kept = trial_customer(town), trial_customer(town)
    api = town.api({"login": kept.login, "password": PORTAL_PASSWORD}, CUSTOMER_SCOPE)
    api.post(f"/contracts/{kept.tenant}/conversion", {})
    town.mail.wait_for(to=kept.email, subject="Votre essai")
    operator = town.staff("operator", "openid clock contracts.read")
    now = datetime.fromisoformat(operator.get("/clock")["now"])
    ends_on = api.get(f"/contracts/{kept.tenant}")["trial"]["ends_on"]

    for service in ("notifications", "subscriptions"):
        fresh_stack.kill(service)
    moved = {"now": (now + timedelta(days=425)).isoformat()}
    operator.post("/clock", moved)
    time.sleep(1)
    fresh_stack.kill("tenancy")
    for service in ("tenancy", "subscriptions", "notifications"):
        fresh_stack.start_service(service)

    path, why = f"/contracts/{lapsing.tenant}", {"Guichet_Reason": "Looked at after the jump"}

    def states() -> list[tuple[str, str]]:
        answer = operator.call("GET", f"{path}/state-changes", **why)
        items = answer.json()["items"] if answer.status_code == 200 else []
        return [(one["state"], one["changed_at"][:10]) for one in reversed(items)]

    def drained(found: list[tuple[str, str]]) -> bool:
        return [state for state, _ in found][1:3] == ["suspended", "draining"]

    told = eventually(states, drained, within=PATIENCE)
    # Midnight in Paris is the evening before in UTC: the last day of the trial.
    assert told[1] == ("suspended", ends_on)
    assert told[2][1] > ends_on
    for subject in ("Votre essai du contrat", f"Le contrat {lapsing.tenant} est suspendu"):
        town.mail.wait_for(to=lapsing.email, subject=subject, seconds=PATIENCE)
    draining = f"Le contrat {lapsing.tenant} est en cours de résiliation"
    town.mail.wait_for(to=lapsing.email, subject=draining, seconds=PATIENCE)
    time.sleep(2)
    for subject in (
        "Votre essai du contrat",
        f"Le contrat {lapsing.tenant} est suspendu",
        draining,
    ):
        assert len(town.mail.messages(to=lapsing.email, subject=subject)) == 1, subject
    assert len(town.mail.messages(to=kept.email, subject="Votre essai du contrat")) == 1
    kept_now = operator.call("GET", f"/contracts/{kept.tenant}", **why).json()
    assert kept_now["status"] == "active"
