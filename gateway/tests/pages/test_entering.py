"""From an accepted password through the steps that are left; the steps' pages have own tests."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.oauth.pending import Step, needs_of
from gateway.oauth.proofs import together
from gateway.pages import entering

pytestmark = pytest.mark.unit

SIGNED_IN = {
    "person_id": "018f0000-0000-7000-8000-000000000001",
    "login": "John.doe",
    "language": "en",
    "tenant": None,
    "iam_user_id": None,
    "second_factor": "needed",
    "password_expired": True,
    "idle_minutes": 15,
}
SIGN_IN = {"login": "John.doe", "password": "secret", "next": "/account"}


@pytest.fixture
def half_in(site: Any) -> Any:
    site.services.answers["identity.sign_in"] = SIGNED_IN
    site.send("/sign-in", SIGN_IN)
    return site


def within(site: Any, act: Any) -> Any:
    cookie = site.client.get_cookie("guichet_pending")
    headers = {"Cookie": f"guichet_pending={cookie.value}"} if cookie else {}
    with site.app.test_request_context("/sign-in/second-factor", headers=headers):
        return act()


@pytest.mark.parametrize(
    ("said", "needs"),
    [
        ({}, ()),
        ({"second_factor": "none", "password_expired": False}, ()),
        ({"second_factor": "needed"}, (Step.SECOND_FACTOR,)),
        ({"second_factor": "enrol"}, (Step.ENROL,)),
        ({"password_expired": True}, (Step.PASSWORD,)),
        ({"second_factor": "needed", "password_expired": True}, tuple(Step)[::2]),
    ],
)
def test_what_is_asked_for_after_the_password(said: dict[str, Any], needs: Any) -> None:
    assert needs_of(said, ("pwd",)) == needs


def test_two_factors_proved_at_once_need_no_second_step() -> None:
    assert needs_of({"second_factor": "needed"}, ("hwk", "mfa")) == ()


def test_password_and_what_one_has_are_two_factors() -> None:
    assert together(("pwd",), ("otp",)) == ("mfa", "otp", "pwd")
    assert together(("pwd",), ()) == ("pwd",)
    assert together(("hwk",), ("pop",)) == ("hwk", "pop")


def test_right_password_alone_starts_no_session_where_more_is_needed(site: Any) -> None:
    site.services.answers["identity.sign_in"] = SIGNED_IN
    answer = site.send("/sign-in", SIGN_IN)
    assert answer.headers["Location"] == "/sign-in/second-factor"
    assert site.sessions.started == []
    assert site.client.get_cookie("guichet_session") is None


def test_steps_lead_to_each_other_and_in(half_in: Any) -> None:
    second = within(half_in, lambda: entering.expect(Step.SECOND_FACTOR))
    on = within(half_in, lambda: entering.satisfy(second, Step.SECOND_FACTOR, amr=("otp",)))
    assert on.headers["Location"] == "/sign-in/new-password"
    assert half_in.sessions.started == []
    third = within(half_in, lambda: entering.expect(Step.PASSWORD))
    done = within(half_in, lambda: entering.satisfy(third, Step.PASSWORD))
    assert done.headers["Location"] == "/account"
    [started] = half_in.sessions.started
    assert (started["amr"], started["idle_minutes"]) == (("mfa", "otp", "pwd"), 15)


def test_step_out_of_turn_leads_to_the_one_that_is_due(half_in: Any) -> None:
    with pytest.raises(entering.NotHere) as met:
        within(half_in, lambda: entering.expect(Step.PASSWORD))
    assert met.value.path == "/sign-in/second-factor"


def test_nothing_under_way_leads_to_the_beginning_with_a_word(site: Any) -> None:
    def expect() -> Any:
        try:
            return entering.expect(Step.ENROL)
        except entering.NotHere as error:
            return entering.start_again(error)

    answer = within(site, expect)
    assert answer.headers["Location"] == "/sign-in"


def test_step_that_another_tab_has_done_is_not_done_twice(half_in: Any) -> None:
    pending = within(half_in, lambda: entering.expect(Step.SECOND_FACTOR))
    within(half_in, lambda: entering.satisfy(pending, Step.SECOND_FACTOR, amr=("otp",)))
    again = within(half_in, lambda: entering.satisfy(pending, Step.SECOND_FACTOR, amr=("otp",)))
    assert again.headers["Location"] == "/sign-in"
    assert half_in.sessions.started == []
