"""Between the right password and the session: what the pending cookie is worth, and to whom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask, Request, Response
from werkzeug.test import EnvironBuilder

from gateway.oauth.pending import Pending, Step

pytestmark = pytest.mark.servers

BOTH = (Step.SECOND_FACTOR, Step.PASSWORD)


def signed_in(person_id: UUID) -> dict[str, Any]:
    return {
        "person_id": str(person_id),
        "login": "John.Doe",
        "language": "en",
        "tenant": None,
        "iam_user_id": None,
        "second_factor": "needed",
    }


def request_with(provider: Any, cookie: str | None) -> Request:
    headers = {"Cookie": f"{provider.parts.pending.cookie_name}={cookie}"} if cookie else {}
    return Request(EnvironBuilder(headers=headers).get_environ())


def begun(
    provider: Any,
    *,
    needs: tuple[Step, ...] = BOTH,
    before: str | None = None,
    person_id: UUID | None = None,
) -> str:
    """The header that hands over the cookie."""
    response = Response()
    provider.parts.pending.begin(
        response,
        request_with(provider, before),
        method="portal",
        signed_in=signed_in(person_id or uuid4()),
        next_path="/account",
        needs=needs,
        amr=("pwd",),
        proved_at=provider.clock.now(),
    )
    return response.headers["Set-Cookie"]


def cookie_of(header: str) -> str:
    return header.split(";")[0].partition("=")[2]


def current(provider: Any, cookie: str | None) -> Pending | None:
    found: Pending | None = provider.parts.pending.current(request_with(provider, cookie))
    return found


def satisfy(provider: Any, pending: Pending | None, step: Step, *amr: str) -> Pending | None:
    left: Pending | None = provider.parts.pending.satisfy(pending, step, amr=amr)
    return left


def test_cookie_is_out_of_reach_of_scripts_and_short_lived(
    provider: Any, start_provider: Any
) -> None:
    for made, name, secure in (
        (provider, "guichet_pending", False),
        (start_provider(public_url="https://guichet.example"), "__Host-guichet_pending", True),
    ):
        header = begun(made)
        assert header.startswith(f"{name}=")
        for word in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"):
            assert word in header
        assert "Domain" not in header
        assert ("Secure" in header) is secure


def test_it_opens_nothing_that_a_session_opens(provider: Any) -> None:
    cookie = cookie_of(begun(provider))
    headers = {"Cookie": f"{provider.cookie_name}={cookie}"}
    as_session = Request(EnvironBuilder(headers=headers).get_environ())
    assert provider.parts.sessions.current(as_session) is None
    session = provider.browser()
    session.sign_in()
    assert current(provider, session.cookie()) is None


def test_steps_are_done_in_order_and_once(provider: Any) -> None:
    pending = current(provider, cookie_of(begun(provider)))
    assert satisfy(provider, pending, Step.PASSWORD) is None
    left = satisfy(provider, pending, Step.SECOND_FACTOR, "otp")
    assert left is not None
    assert (left.needs, left.amr) == ((Step.PASSWORD,), ("mfa", "otp", "pwd"))
    assert satisfy(provider, pending, Step.SECOND_FACTOR, "otp") is None
    done = satisfy(provider, left, Step.PASSWORD)
    assert done is not None
    assert done.needs == ()


def test_finished_one_cannot_be_replayed(provider: Any) -> None:
    cookie = cookie_of(begun(provider, needs=(Step.ENROL,)))
    pending = current(provider, cookie)
    assert satisfy(provider, pending, Step.ENROL, "otp") is not None
    assert current(provider, cookie) is None
    assert satisfy(provider, pending, Step.ENROL, "otp") is None


def test_of_many_at_the_same_step_one_goes_on(provider: Any) -> None:
    pending = current(provider, cookie_of(begun(provider, needs=(Step.ENROL,))))
    with ThreadPoolExecutor(5) as pool:
        left = list(pool.map(lambda _: satisfy(provider, pending, Step.ENROL), range(10)))
    assert sum(one is not None for one in left) == 1


def test_it_ends_after_ten_minutes_whatever_was_done(provider: Any) -> None:
    cookie = cookie_of(begun(provider))
    pending = current(provider, cookie)
    provider.clock.move(minutes=9)
    left = satisfy(provider, pending, Step.SECOND_FACTOR, "otp")
    provider.clock.move(minutes=2)
    assert current(provider, cookie) is None
    assert satisfy(provider, left, Step.PASSWORD) is None
    provider.parts.watch.sweep()


def test_made_up_or_missing_cookie_is_nobodys(provider: Any) -> None:
    for cookie in (None, "", "made-up", "x" * 5000):
        assert current(provider, cookie) is None


def test_beginning_again_forgets_what_this_browser_had_begun(provider: Any) -> None:
    first = cookie_of(begun(provider))
    second = cookie_of(begun(provider, before=first))
    assert current(provider, first) is None
    assert current(provider, second) is not None


def test_what_ends_sessions_ends_it_unless_its_own_call_did(provider: Any) -> None:
    person = uuid4()
    cookies = [cookie_of(begun(provider, person_id=person)) for _ in range(2)]
    own = current(provider, cookies[0])
    assert own is not None
    provider.parts.pending.spare(own, call_id="call-1")
    provider.parts.sessions.end_all(person, except_call="call-1")
    assert [current(provider, cookie) is not None for cookie in cookies] == [True, False]
    provider.parts.sessions.end_all(person, methods=("api",))
    assert current(provider, cookies[0]) is not None
    provider.parts.sessions.end_all(person)
    assert current(provider, cookies[0]) is None


def test_new_password_at_sign_in_starts_a_session_that_outlives_its_own_news(
    provider: Any,
) -> None:
    """The event of that password may come before the session starts, or after."""
    before = provider.clock.now()
    pending = current(provider, cookie_of(begun(provider, needs=(Step.PASSWORD,))))
    provider.clock.move(seconds=30)
    left = satisfy(provider, pending, Step.PASSWORD, "pwd")
    assert left is not None
    assert (left.proved_at - before).total_seconds() >= 30


def test_who_finds_the_password_changed_by_somebody_else_is_no_younger_for_it(
    provider: Any,
) -> None:
    """He gave the old one: what ends with it ends him, though the news comes late."""
    pending = current(provider, cookie_of(begun(provider, needs=(Step.PASSWORD,))))
    provider.clock.move(seconds=30)
    left = satisfy(provider, pending, Step.PASSWORD)
    assert left is not None
    assert pending is not None
    assert left.proved_at == pending.proved_at


def test_pages_of_the_steps_lead_a_stranger_to_the_sign_in(provider: Any) -> None:
    http = provider.app.test_client()
    http.set_cookie("guichet_pending", "made-up")
    answer = http.get("/sign-in/second-factor")
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_session_is_as_old_as_the_question_before_it(provider: Any) -> None:
    """A login closed while the second step was under way: the session it gave ends with it."""
    person = uuid4()
    asked_at = provider.clock.now()
    provider.clock.move(seconds=20)
    closed_at = provider.clock.now()
    provider.clock.move(seconds=20)
    browser = provider.browser()
    browser.sign_in(person, proved_at=asked_at)
    provider.parts.sessions.end_all(person, proved_before=closed_at)
    headers = {"Cookie": f"{provider.cookie_name}={browser.cookie()}"}
    with Flask(__name__).test_request_context(headers=headers):
        from flask import request

        assert provider.parts.sessions.current(request) is None
