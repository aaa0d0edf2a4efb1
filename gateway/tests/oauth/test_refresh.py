from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from gateway.oauth.secrecy import Successors, new_secret
from servicekit.errors import Unauthenticated

pytestmark = pytest.mark.servers

REFUSED = (400, "invalid_grant")
PERSON = UUID("0190a000-0000-7000-8000-000000000001")


def error_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["error"]


def signed_in(provider: Any, **asked: Any) -> tuple[Any, Any, dict[str, Any]]:
    browser, app = provider.browser(), provider.register(**asked)
    browser.sign_in()
    return browser, app, browser.tokens(app)


def is_good(provider: Any, raw: str) -> bool:
    try:
        provider.parts.tokens.check(raw)
    except Unauthenticated:
        return False
    return True


def test_a_refresh_token_gives_fresh_tokens_and_its_successor(provider: Any) -> None:
    _, app, first = signed_in(provider)
    second = provider.refresh(app, first["refresh_token"]).get_json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert second["scope"] == first["scope"]
    assert "id_token" in second
    before = provider.parts.tokens.check(first["access_token"])
    after = provider.parts.tokens.check(second["access_token"])
    assert (after.subject, after.session_id, after.auth_time) == (
        before.subject,
        before.session_id,
        before.auth_time,
    )
    assert provider.refresh(app, second["refresh_token"]).status_code == 200


def test_who_never_got_the_answer_asks_again_and_gets_the_same_successor(provider: Any) -> None:
    _, app, first = signed_in(provider)
    lost = provider.refresh(app, first["refresh_token"]).get_json()
    provider.clock.move(seconds=29)
    again = provider.refresh(app, first["refresh_token"]).get_json()
    assert again["refresh_token"] == lost["refresh_token"]
    assert again["access_token"] != lost["access_token"]
    assert is_good(provider, again["access_token"])
    assert provider.refresh(app, again["refresh_token"]).status_code == 200


def test_nobody_asks_again_once_the_successor_was_used(provider: Any) -> None:
    _, app, first = signed_in(provider)
    second = provider.refresh(app, first["refresh_token"]).get_json()
    third = provider.refresh(app, second["refresh_token"]).get_json()
    assert error_of(provider.refresh(app, first["refresh_token"])) == REFUSED
    assert not is_good(provider, third["access_token"])


def test_another_client_may_not_ask_again(provider: Any) -> None:
    _, app, first = signed_in(provider)
    second = provider.refresh(app, first["refresh_token"]).get_json()
    assert error_of(provider.refresh(provider.register(), first["refresh_token"])) == REFUSED
    assert is_good(provider, second["access_token"])


def test_a_public_client_may_not_ask_again(provider: Any) -> None:
    browser, app = provider.browser(), provider.public()
    browser.sign_in()
    first = browser.tokens(app)
    second = provider.refresh(app, first["refresh_token"]).get_json()
    assert error_of(provider.refresh(app, first["refresh_token"])) == REFUSED
    assert not is_good(provider, second["access_token"])


@pytest.mark.parametrize("kind", ["confidential", "public"])
def test_what_a_public_client_has_spent_is_reuse_whoever_shows_it(provider: Any, kind: str) -> None:
    """Who proves himself proves nothing for a client that cannot."""
    browser, app = provider.browser(), provider.public()
    browser.sign_in()
    first = browser.tokens(app)
    second = provider.refresh(app, first["refresh_token"]).get_json()
    foreign = provider.register() if kind == "confidential" else provider.public()
    assert error_of(provider.refresh(foreign, first["refresh_token"])) == REFUSED
    assert not is_good(provider, second["access_token"])
    assert error_of(provider.refresh(app, second["refresh_token"])) == REFUSED


def test_another_client_gets_nothing_for_a_token_that_is_not_spent(provider: Any) -> None:
    _, app, first = signed_in(provider)
    for foreign in (provider.register(), provider.public()):
        assert error_of(provider.refresh(foreign, first["refresh_token"])) == REFUSED
    assert provider.refresh(app, first["refresh_token"]).status_code == 200


def test_a_successor_cannot_be_told_without_the_key() -> None:
    raw = new_secret()
    here, elsewhere = Successors(b"k" * 32), Successors(b"x" * 32)
    assert here.of(raw) == here.of(raw) != elsewhere.of(raw)
    assert len({here.of(raw), here.of(here.of(raw)), raw}) == 3


def test_reuse_ends_the_family(provider: Any) -> None:
    _, app, first = signed_in(provider)
    second = provider.refresh(app, first["refresh_token"]).get_json()
    provider.clock.move(seconds=31)
    assert error_of(provider.refresh(app, first["refresh_token"])) == REFUSED
    assert error_of(provider.refresh(app, second["refresh_token"])) == REFUSED
    assert not is_good(provider, first["access_token"])
    assert not is_good(provider, second["access_token"])
    assert any(action == "oauth:family:ended" for action, _ in provider.trail())


def test_reuse_ends_one_family_and_no_other(provider: Any) -> None:
    browser, app, first = signed_in(provider)
    other = browser.tokens(app)
    provider.refresh(app, first["refresh_token"])
    provider.clock.move(seconds=31)
    provider.refresh(app, first["refresh_token"])
    assert provider.refresh(app, other["refresh_token"]).status_code == 200
    assert is_good(provider, other["access_token"])


def test_two_tabs_at_once_are_given_the_same_successor(provider: Any) -> None:
    """Both were sent by the application, which proved so with its secret, before either knew."""
    _, app, first = signed_in(provider)
    answers = both_at_once(provider, app, first["refresh_token"])
    assert [answer.status_code for answer in answers] == [200, 200]
    one, other = (answer.get_json() for answer in answers)
    assert one["refresh_token"] == other["refresh_token"]
    assert is_good(provider, one["access_token"])
    assert is_good(provider, other["access_token"])
    assert provider.refresh(app, one["refresh_token"]).status_code == 200


def both_at_once(provider: Any, app: Any, token: str) -> list[Any]:
    """Two requests that have both looked before either writes."""
    gate = threading.Barrier(2)
    rotate = provider.parts.server.grants.rotate

    def together(*args: Any, **kwargs: Any) -> Any:
        gate.wait(10)
        return rotate(*args, **kwargs)

    provider.parts.server.grants.rotate = together
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: provider.refresh(app, token), range(2)))
    provider.parts.server.grants.rotate = rotate
    return answers


def test_of_two_at_once_from_a_public_client_nobody_keeps_anything(provider: Any) -> None:
    """Nothing proves that both came from the same program."""
    browser, app = provider.browser(), provider.public()
    browser.sign_in()
    first = browser.tokens(app)
    answers = both_at_once(provider, app, first["refresh_token"])
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    won = next(answer.get_json() for answer in answers if answer.status_code == 200)
    assert not is_good(provider, won["access_token"])
    assert error_of(provider.refresh(app, won["refresh_token"])) == REFUSED


def test_many_at_once_never_give_two_successors(provider: Any) -> None:
    _, app, first = signed_in(provider)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: provider.refresh(app, first["refresh_token"]), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_json()["refresh_token"] for answer in answers}) == 1


def test_the_scope_may_be_narrowed_for_once_and_never_widened(provider: Any) -> None:
    _, app, first = signed_in(provider)
    narrow = provider.refresh(app, first["refresh_token"], scope="contracts.read").get_json()
    assert narrow["scope"] == "contracts.read"
    assert "id_token" not in narrow
    wide = provider.refresh(app, narrow["refresh_token"]).get_json()
    assert wide["scope"] == first["scope"]
    more = provider.refresh(app, wide["refresh_token"], scope="contracts.read users.read")
    assert error_of(more) == (400, "invalid_scope")


def test_a_refresh_token_of_another_client_is_refused(provider: Any) -> None:
    _, app, first = signed_in(provider)
    assert error_of(provider.refresh(provider.register(), first["refresh_token"])) == REFUSED
    assert error_of(provider.refresh(provider.public(), first["refresh_token"])) == REFUSED
    assert provider.refresh(app, first["refresh_token"]).status_code == 200


def test_a_confidential_client_refreshes_with_its_secret_only(provider: Any) -> None:
    _, app, first = signed_in(provider)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": first["refresh_token"],
        "client_id": app.client_id,
    }
    assert error_of(provider.post("/oauth/token", form)) == (401, "invalid_client")


@pytest.mark.parametrize("token", ["", "made-up", "a\x00b", "x" * 9000])
def test_a_made_up_refresh_token_is_refused(provider: Any, token: str) -> None:
    assert provider.refresh(provider.register(), token).status_code == 400


def test_an_access_token_is_no_refresh_token(provider: Any) -> None:
    _, app, first = signed_in(provider)
    assert error_of(provider.refresh(app, first["access_token"])) == REFUSED


def test_refreshing_keeps_a_session_from_idling_out_but_not_past_its_end(provider: Any) -> None:
    _, app, tokens = signed_in(provider)
    for _ in range(23):
        provider.clock.move(minutes=30)
        response = provider.refresh(app, tokens["refresh_token"])
        assert response.status_code == 200
        tokens = response.get_json()
    provider.clock.move(minutes=31)
    assert error_of(provider.refresh(app, tokens["refresh_token"])) == REFUSED


def test_a_session_that_idled_out_refreshes_nothing(provider: Any) -> None:
    _, app, first = signed_in(provider)
    provider.clock.move(minutes=61)
    assert error_of(provider.refresh(app, first["refresh_token"])) == REFUSED


def test_ending_the_session_ends_its_refresh_tokens(provider: Any) -> None:
    _, app, first = signed_in(provider)
    provider.parts.sessions.end_all(PERSON)
    assert error_of(provider.refresh(app, first["refresh_token"])) == REFUSED
    assert not is_good(provider, first["access_token"])
