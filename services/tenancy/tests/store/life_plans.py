"""The life of contracts for the look at plans: histories, trials, and every call about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet
from services.tenancy.tests.actions.trialling import GATEWAY, KEY, HandClock, TrialHouse
from services.tenancy.tests.conftest import House
from tests.plans import Desk

from contracts import tenancy as calls
from contracts.codes import TenantCode

# Bounded by a rule: as many links of strangers as live at once.
SMALL = {"trial_requests"}
YOURS = TenantCode("OCB1000008")
FILL = """
INSERT INTO contract_state_changes (tenant, number, before, state, act, at, acted_by, subject)
SELECT tenant, n, NULL, 'active', 'open', %(at)s, 'provider', 'x'
  FROM contracts, generate_series(1, 2) AS n;
INSERT INTO trial_mailboxes (email_hash, started_on)
SELECT decode(md5('m' || n), 'hex'), '2026-11-01' FROM generate_series(1, 4000) AS n
"""


def ask_about_life(ask: Callable[..., Any], desk: Desk, house: House) -> None:
    page = ask(calls.list_state_changes, tenant=YOURS, limit=1)
    ask(calls.list_state_changes, tenant=YOURS, limit=1, cursor=page["next_cursor"])
    ask(calls.suspend_contract, tenant=YOURS, explanation="Impayé")
    ask(calls.resume_contract, tenant=YOURS)
    ask(calls.foresee_conversion, tenant=YOURS)
    tenant = _begin_trial(ask, house)
    ask(calls.convert_trial, tenant=tenant)
    _days_of_a_trial(desk, house)


def _begin_trial(ask: Callable[..., Any], house: House) -> str:
    def context(call: Any) -> Any:
        return house.context(GATEWAY, call.full_name)

    person = {"given_name": "Ada", "family_name": "Lovelace", "email": "ada@example.com"}
    ask(calls.request_trial, context(calls.request_trial), organisation_name="Essais", **person)
    [(sealed,)] = house.rows(
        "SELECT data ->> 'sealed_link' FROM house.outbox WHERE type LIKE '%TrialRequested%'"
    )
    token = Fernet(KEY).decrypt(sealed.encode()).decode()
    ask(calls.read_trial_link, context(calls.read_trial_link), token=token)
    begun = ask(calls.confirm_trial, context(calls.confirm_trial), token=token)
    return str(begun["tenant"])


def _days_of_a_trial(desk: Desk, house: House) -> None:
    trials = TrialHouse(house, HandClock(house.now))
    with desk.watching("the days of a trial"):
        trials.begun("grace@example.com")
        trials.jump(house.now + timedelta(days=400))
