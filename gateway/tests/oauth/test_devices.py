"""RFC 8628: a device without a browser, and the page where a person allows it."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from gateway.store.clients import ClientKind
from servicekit.errors import NotFound, TooMany

pytestmark = pytest.mark.servers

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
PERSON = UUID("0190a000-0000-7000-8000-000000000001")


@pytest.fixture
def app(provider: Any) -> Any:
    return a_client(provider)


def a_client(provider: Any, **asked: Any) -> Any:
    grants = frozenset({GRANT, "refresh_token"})
    wanted = {"grants": grants, "redirect_uris": (), "name": "A tool", "kind": ClientKind.PUBLIC}
    return provider.register(**(wanted | asked))


def ask(provider: Any, app: Any, **form: str) -> dict[str, Any]:
    response = provider.post(
        "/oauth/device_authorization", {"scope": "openid contracts.read"} | form, app
    )
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.get_json()
    return told


def poll(provider: Any, app: Any, device_code: str) -> Any:
    return provider.post("/oauth/token", {"grant_type": GRANT, "device_code": device_code}, app)


def error(response: Any) -> str:
    assert response.status_code in (400, 401), response.text
    told: str = response.get_json()["error"]
    return told


def signed_in(provider: Any, person: UUID | None = None, **about: Any) -> Any:
    """Somebody new each time: wrong codes are held against a person."""
    browser = provider.browser()
    browser.sign_in(person or uuid4(), **about)
    return browser


def send(browser: Any, page: Any, path: str, **fields: str) -> Any:
    found = re.search(r'name="form_token" value="([^"]*)"', page.text)
    assert found
    return browser.http.post(path, data={"form_token": found[1]} | fields)


def show(browser: Any, user_code: str) -> Any:
    return send(browser, browser.http.get("/device"), "/device", user_code=user_code)


def decide(browser: Any, user_code: str, decision: str = "allow") -> Any:
    page = show(browser, user_code)
    assert page.status_code == 200, page.text
    return send(browser, page, "/device/decision", user_code=user_code, decision=decision)


# --- what the device is told --------------------------------------------------------------------


def test_a_device_gets_a_code_to_show_and_one_to_keep(provider: Any, app: Any) -> None:
    told = ask(provider, app)
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", told["user_code"])
    assert len(told["device_code"]) == 43
    assert (told["expires_in"], told["interval"]) == (600, 5)
    assert told["verification_uri"] == "http://localhost:8080/device"
    assert told["verification_uri_complete"].endswith(f"/device?user_code={told['user_code']}")


def test_a_device_code_is_nowhere_in_the_database(provider: Any, app: Any) -> None:
    from servicekit.db import EVERYONE

    told = ask(provider, app)
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        rows = tx.rows("SELECT device_requests::text AS row FROM device_requests", {}, dict)
    assert told["device_code"] not in str(rows)


def test_only_clients_of_this_grant_ask_for_what_they_may(provider: Any, app: Any) -> None:
    path = "/oauth/device_authorization"
    scope = {"scope": "openid"}
    assert error(provider.post(path, scope, provider.register())) == "unauthorized_client"
    assert error(provider.post(path, {"client_id": "nobody"})) == "invalid_client"
    assert error(provider.post(path, {"scope": "no.such"}, app)) == "invalid_scope"
    assert error(provider.post(path, {"scope": "users.write"}, app)) == "invalid_scope"


def test_a_confidential_client_proves_itself_at_both_endpoints(provider: Any) -> None:
    app = a_client(provider, kind=ClientKind.CONFIDENTIAL)
    form = {"client_id": app.client_id}
    assert error(provider.post("/oauth/device_authorization", form)) == "invalid_client"
    told = ask(provider, app)
    unproved = form | {"grant_type": GRANT, "device_code": told["device_code"]}
    assert error(provider.post("/oauth/token", unproved)) == "invalid_client"
    assert error(poll(provider, app, told["device_code"])) == "authorization_pending"


# --- the journey --------------------------------------------------------------------------------


def test_once_a_person_has_allowed_it_the_device_acts_in_his_name(provider: Any, app: Any) -> None:
    told = ask(provider, app)
    assert error(poll(provider, app, told["device_code"])) == "authorization_pending"
    browser = signed_in(provider, PERSON)
    done = decide(browser, told["user_code"])
    assert (done.status_code, done.location) == (303, "/device/done")
    assert browser.http.get("/device/done").status_code == 200
    provider.clock.move(seconds=6)
    response = poll(provider, app, told["device_code"])
    tokens = response.get_json()
    assert response.status_code == 200, tokens
    token = provider.parts.tokens.check(tokens["access_token"])
    assert (token.subject, token.client_id) == (str(PERSON), app.client_id)
    assert token.scopes == {"openid", "contracts.read"}
    assert tokens["id_token"]
    again = provider.refresh(app, tokens["refresh_token"])
    assert again.status_code == 200
    assert ("oauth:device:allowed", app.client_id) in provider.trail()


def test_the_page_says_who_asks_for_what_and_for_whom(provider: Any, app: Any) -> None:
    browser = signed_in(provider)
    page = show(browser, ask(provider, app)["user_code"])
    for words in ("A tool", "John.Doe", "Consulter vos contrats", "127.0.0.1"):
        assert words in page.get_data(as_text=True), words


@pytest.mark.parametrize("typed", ["{code}", "{lower}", " {spaced} ", "{plain}"])
def test_a_code_is_read_however_it_is_typed(provider: Any, app: Any, typed: str) -> None:
    code = ask(provider, app)["user_code"]
    spaced, plain = code.replace("-", " "), code.replace("-", "")
    text = typed.format(code=code, lower=code.lower(), spaced=spaced, plain=plain)
    assert "A tool" in show(signed_in(provider), text).text


def test_a_refusal_reaches_the_device(provider: Any, app: Any) -> None:
    told = ask(provider, app)
    decide(signed_in(provider), told["user_code"], "deny")
    assert error(poll(provider, app, told["device_code"])) == "access_denied"
    assert ("oauth:device:denied", app.client_id) in provider.trail()


def test_whatever_else_is_answered_is_no_consent(provider: Any, app: Any) -> None:
    told = ask(provider, app)
    decide(signed_in(provider), told["user_code"], "")
    assert error(poll(provider, app, told["device_code"])) == "access_denied"


# --- what must not happen -----------------------------------------------------------------------


def test_opening_the_page_changes_nothing(provider: Any, app: Any) -> None:
    told = ask(provider, app)
    browser = signed_in(provider)
    page = browser.http.get(f"/device?user_code={told['user_code']}")
    assert told["user_code"] in page.text
    assert "A tool" not in page.text, "not even who asks: the person types or sends it himself"
    assert browser.http.get("/device/decision").status_code == 405
    assert error(poll(provider, app, told["device_code"])) == "authorization_pending"


def test_a_stranger_signs_in_first_and_comes_back(provider: Any, app: Any) -> None:
    code = ask(provider, app)["user_code"]
    response = provider.browser().http.get(f"/device?user_code={code}")
    assert response.status_code == 303
    assert response.location == f"/sign-in?next=/device?user_code%3D{code}"


def test_another_site_cannot_answer_for_the_person(provider: Any, app: Any) -> None:
    told = ask(provider, app)
    browser = signed_in(provider)
    form = {"user_code": told["user_code"], "decision": "allow"}
    assert browser.http.post("/device/decision", data=form).status_code == 403
    assert browser.http.post("/device", data=form).status_code == 403
    assert error(poll(provider, app, told["device_code"])) == "authorization_pending"


def test_guesses_are_limited_also_where_right_ones_stand_between(provider: Any, app: Any) -> None:
    person = uuid4()
    browser, right = signed_in(provider, person), ask(provider, app)["user_code"]
    for _ in range(9):
        assert show(browser, "BBBB-BBBB").status_code == 404
        assert show(browser, right).status_code == 200
    assert show(browser, "BBBB-BBBB").status_code == 404
    refused = show(browser, right)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert show(signed_in(provider, person), right).status_code == 429, "nor by another session"
    assert show(signed_in(provider), right).status_code == 200, "it is held against him alone"
    provider.clock.move(minutes=16)
    assert show(signed_in(provider, person), ask(provider, app)["user_code"]).status_code == 200


def test_guesses_at_the_answer_count_too(provider: Any, app: Any) -> None:
    browser = signed_in(provider)
    page = browser.http.get("/device")
    form = {"user_code": "CCCC-CCCC", "decision": "allow"}
    answers = [send(browser, page, "/device/decision", **form).status_code for _ in range(11)]
    assert answers == [404] * 10 + [429]


def test_a_code_is_answered_once(provider: Any, app: Any) -> None:
    told = ask(provider, app)
    first, second = signed_in(provider), signed_in(provider)
    page = show(second, told["user_code"])
    decide(first, told["user_code"], "deny")
    late = send(second, page, "/device/decision", user_code=told["user_code"], decision="allow")
    assert late.status_code == 404
    assert error(poll(provider, app, told["device_code"])) == "access_denied"


def test_polling_too_fast_is_slowed_down_for_good(provider: Any, app: Any) -> None:
    code = ask(provider, app)["device_code"]
    assert error(poll(provider, app, code)) == "authorization_pending"
    assert error(poll(provider, app, code)) == "slow_down"
    provider.clock.move(seconds=6)
    assert error(poll(provider, app, code)) == "slow_down", "now it is ten seconds"
    provider.clock.move(seconds=15)
    assert error(poll(provider, app, code)) == "authorization_pending"


def test_a_device_code_serves_once_and_coming_back_ends_what_it_gave(
    provider: Any, app: Any
) -> None:
    told = ask(provider, app)
    decide(signed_in(provider), told["user_code"])
    tokens = poll(provider, app, told["device_code"]).get_json()
    assert error(poll(provider, app, told["device_code"])) == "invalid_grant"
    assert error(provider.refresh(app, tokens["refresh_token"])) == "invalid_grant"
    introspected = provider.post(
        "/oauth/introspect", {"token": tokens["access_token"]}, provider.machine()
    )
    assert introspected.get_json() == {"active": False}


def test_a_device_code_of_another_client_is_none(provider: Any, app: Any) -> None:
    told = ask(provider, app)
    decide(signed_in(provider), told["user_code"])
    assert error(poll(provider, a_client(provider), told["device_code"])) == "invalid_grant"
    assert poll(provider, app, told["device_code"]).status_code == 200, "and it is not used up"


@pytest.mark.parametrize(("code", "said"), [("made-up", "invalid_grant"), ("", "invalid_request")])
def test_a_device_code_nobody_gave_is_refused(
    provider: Any, app: Any, code: str, said: str
) -> None:
    assert error(poll(provider, app, code)) == said


def test_codes_expire_for_the_device_and_for_the_person(provider: Any, app: Any) -> None:
    told = ask(provider, app)
    provider.clock.move(minutes=11)
    assert error(poll(provider, app, told["device_code"])) == "expired_token"
    assert show(signed_in(provider), told["user_code"]).status_code == 404


def test_who_signs_out_before_the_device_asks_has_allowed_nothing(provider: Any, app: Any) -> None:
    told = ask(provider, app)
    browser = signed_in(provider)
    decide(browser, told["user_code"])
    send(browser, browser.http.get("/device"), "/sign-out")
    assert error(poll(provider, app, told["device_code"])) == "invalid_grant"


def test_what_the_device_holds_ends_with_the_session(provider: Any, app: Any) -> None:
    told = ask(provider, app)
    browser = signed_in(provider)
    decide(browser, told["user_code"])
    tokens = poll(provider, app, told["device_code"]).get_json()
    send(browser, browser.http.get("/device"), "/sign-out")
    assert error(provider.refresh(app, tokens["refresh_token"])) == "invalid_grant"


def test_an_api_login_opens_no_more_for_a_device_than_for_anybody(provider: Any) -> None:
    app = a_client(provider, scopes=frozenset({"openid", "contracts.read", "users.read"}))
    told = ask(provider, app, scope="openid contracts.read users.read")
    decide(signed_in(provider, method="api"), told["user_code"])
    tokens = poll(provider, app, told["device_code"]).get_json()
    token = provider.parts.tokens.check(tokens["access_token"])
    assert token.scopes == {"openid", "contracts.read"}
    assert token.domain == "OCB0000001"


def test_an_api_login_allows_nothing_where_it_opens_nothing(provider: Any) -> None:
    app = a_client(provider)
    told = ask(provider, app, scope="users.read")
    page = show(signed_in(provider, method="api"), told["user_code"])
    assert page.status_code == 403
    assert error(poll(provider, app, told["device_code"])) == "authorization_pending"


def test_many_hands_make_no_more_guesses(provider: Any, app: Any) -> None:
    devices, person_id = provider.parts.server.devices, uuid4()

    def guess(_: int) -> str:
        try:
            devices.find("FFFF-FFFF", person_id=person_id)
        except (NotFound, TooMany) as refused:
            return refused.code
        raise AssertionError("nobody has that code")

    with ThreadPoolExecutor(6) as pool:
        answers = Counter(pool.map(guess, range(18)))
    assert answers == {"user-code-unknown": 10, "user-code-guesses": 8}


def test_old_requests_and_guesses_are_swept_away(provider: Any, app: Any) -> None:
    from servicekit.db import EVERYONE

    ask(provider, app)
    show(signed_in(provider), "DDDD-DDDD")
    provider.clock.move(hours=14)
    provider.parts.watch.sweep()
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        assert tx.value("SELECT count(*) FROM device_requests", {}) == 0
        assert tx.value("SELECT count(*) FROM device_guesses", {}) == 0
