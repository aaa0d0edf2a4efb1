from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.oauth.interaction import Step, next_step

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def decided(**changes: Any) -> Step:
    known: dict[str, Any] = {
        "prompt": frozenset(),
        "max_age": None,
        "auth_time": NOW - timedelta(minutes=10),
        "asked_at": None,
        "consented": True,
        "now": NOW,
    }
    return next_step(**(known | changes))


def test_a_signed_in_person_who_agreed_goes_on() -> None:
    assert decided() is Step.PROCEED
    assert decided(prompt=frozenset({"none"})) is Step.PROCEED


def test_nobody_signed_in_signs_in_or_is_refused_silently() -> None:
    assert decided(auth_time=None) is Step.SIGN_IN
    assert decided(auth_time=None, prompt=frozenset({"none"})) is Step.LOGIN_REQUIRED


@pytest.mark.parametrize("prompt", ["login", "select_account"])
def test_prompt_login_asks_once(prompt: str) -> None:
    asked = {"prompt": frozenset({prompt})}
    assert decided(**asked) is Step.SIGN_IN
    before, after = NOW - timedelta(minutes=11), NOW - timedelta(minutes=9)
    assert decided(**asked, asked_at=before) is Step.PROCEED
    assert decided(**asked, asked_at=after) is Step.SIGN_IN


def test_max_age_asks_when_the_proof_is_older() -> None:
    assert decided(max_age=timedelta(minutes=11)) is Step.PROCEED
    assert decided(max_age=timedelta(minutes=9)) is Step.SIGN_IN
    assert decided(max_age=timedelta(0)) is Step.SIGN_IN
    assert decided(max_age=timedelta(0), asked_at=NOW - timedelta(minutes=10)) is Step.PROCEED
    silent = decided(max_age=timedelta(minutes=9), prompt=frozenset({"none"}))
    assert silent is Step.LOGIN_REQUIRED


@pytest.mark.parametrize("fault", [Step.UNMET, Step.LOGIN_REQUIRED])
def test_a_sign_in_that_falls_short_is_done_anew_once(fault: Step) -> None:
    assert decided(fault=fault) is Step.SIGN_IN
    assert decided(fault=fault, prompt=frozenset({"none"})) is fault
    before, after = NOW - timedelta(minutes=11), NOW - timedelta(minutes=9)
    assert decided(fault=fault, asked_at=before) is fault
    assert decided(fault=fault, asked_at=after) is Step.SIGN_IN
    assert decided(fault=fault, auth_time=None) is Step.SIGN_IN
    assert decided(fault=fault, consented=False) is Step.SIGN_IN


def test_consent_is_asked_where_it_was_not_given_or_is_wanted_again() -> None:
    assert decided(consented=False) is Step.CONSENT
    assert decided(consented=False, prompt=frozenset({"none"})) is Step.CONSENT_REQUIRED
    assert decided(prompt=frozenset({"consent"})) is Step.CONSENT


def test_signing_in_comes_before_agreeing() -> None:
    assert decided(auth_time=None, consented=False) is Step.SIGN_IN


def test_a_proof_of_its_own_is_one_made_since_it_asked() -> None:
    asked = {"max_age": timedelta(minutes=11), "own_proof": True}
    assert decided(**asked) is Step.SIGN_IN
    assert decided(**asked, asked_at=NOW - timedelta(minutes=9)) is Step.SIGN_IN
    assert decided(**asked, asked_at=NOW - timedelta(minutes=11)) is Step.PROCEED
