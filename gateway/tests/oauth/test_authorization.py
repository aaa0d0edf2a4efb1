"""The authorization endpoint: whom it asks what, and where it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import pytest

from gateway.oauth.acting import acting
from servicekit.db import EVERYONE

pytestmark = pytest.mark.servers

URL = "http://localhost:8080"
OTHER = UUID("0190a000-0000-7000-8000-000000000002")
Answer = Callable[[Any], dict[str, str]]


def path_of(response: Any) -> str:
    return urlsplit(response.location).path


def next_of(response: Any) -> str:
    return parse_qs(urlsplit(response.location).query)["next"][0]


def test_a_signed_in_person_comes_back_with_code_state_and_issuer(
    provider: Any, answer_of: Answer
) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    response = browser.ask(app)
    told = answer_of(response)
    assert response.location.startswith("https://app.example/callback?")
    assert set(told) == {"code", "state", "iss"}
    assert (told["state"], told["iss"]) == ("state-1", URL)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_nobody_signed_in_is_led_to_the_sign_in_page_and_back(
    provider: Any, answer_of: Answer
) -> None:
    browser, app = provider.browser(), provider.register()
    response = browser.ask(app, login_hint="John.Doe", ui_locales="de fr-FR en")
    asked = parse_qs(urlsplit(response.location).query)
    assert path_of(response) == "/sign-in"
    assert (asked["login"], asked["lang"]) == (["John.Doe"], ["fr"])
    assert asked["next"][0].startswith("/oauth/authorize?")
    browser.sign_in()
    assert "code" in answer_of(browser.http.get(next_of(response)))


def test_the_real_sign_in_page_leads_back_to_the_client(provider: Any, answer_of: Answer) -> None:
    import re

    browser, app = provider.browser(), provider.register()
    page = browser.http.get(browser.ask(app).location)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    form = {
        "form_token": fields["form_token"],
        "next": fields["next"].replace("&amp;", "&"),
        "login": "John.Doe",
        "password": "whatever",
    }
    signed_in = browser.http.post("/sign-in", data=form)
    assert signed_in.status_code == 303, signed_in.text
    assert "code" in answer_of(browser.http.get(signed_in.location))


def test_a_request_sent_as_a_form_becomes_one_sent_as_a_link(provider: Any) -> None:
    app = provider.register()
    form = {"client_id": app.client_id, "redirect_uri": app.redirect_uri, "state": "é & ="}
    response = provider.app.test_client().post("/oauth/authorize", data=form)
    assert (response.status_code, path_of(response)) == (303, "/oauth/authorize")
    assert parse_qs(urlsplit(response.location).query)["state"] == ["é & ="]


# --- errors that are shown here, and nowhere else -------------------------------------------------


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/callback",
        "https://app.example/callback/",
        "https://app.example/callback?next=https://evil.example",
        "https://app.example.evil.example/callback",
        "https://app.example@evil.example/callback",
        "//evil.example",
        "javascript:alert(1)",
        "https://app.example/callback\r\nX: y",
        'https://app.example/callback"é',
        "",
        None,
    ],
)
def test_no_answer_goes_to_a_redirect_uri_that_is_not_registered(
    provider: Any, redirect_uri: str | None
) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    response = browser.ask(app, redirect_uri=redirect_uri)
    assert response.status_code == 400
    assert "Location" not in response.headers
    assert response.mimetype == "text/html"
    assert "//evil.example" not in response.text


@pytest.mark.parametrize("client_id", ["nobody", "", None, "a\x00b", "é" * 80, "x" * 500])
def test_an_unknown_client_gets_no_redirect(provider: Any, client_id: str | None) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    response = browser.ask(app, client_id=client_id)
    assert (response.status_code, "Location" in response.headers) == (400, False)


def test_a_disabled_client_is_unknown(provider: Any) -> None:
    from gateway.oauth.acting import acting
    from servicekit.db import EVERYONE

    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    with provider.parts.db.write(acting("test"), tenant=EVERYONE) as tx:
        tx.run(
            "UPDATE clients SET disabled_at = %(now)s WHERE client_id = %(id)s",
            {"now": provider.clock.now(), "id": app.client_id},
        )
    provider.parts.clients.forget(app.client_id)
    assert browser.ask(app).status_code == 400


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_whom_and_where_are_said_once(provider: Any, name: str) -> None:
    app = provider.register()
    known = {"client_id": app.client_id, "redirect_uri": app.redirect_uri}
    twice = [*known.items(), (name, known[name])]
    response = provider.app.test_client().get(f"/oauth/authorize?{urlencode(twice)}")
    assert (response.status_code, "Location" in response.headers) == (400, False)


def test_a_request_too_long_to_come_back_is_refused_here(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    assert browser.ask(app, state="x" * 5000).status_code == 400


# --- errors that are told to the client -----------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
        ({"code_challenge": "x" * 44}, "invalid_request"),
        ({"code_challenge": "+" * 43}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": 'é"<'}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"scope": "no.such.scope"}, "invalid_scope"),
        ({"scope": "tenants.write"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "everything"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"nonce": "é"}, "invalid_request"),
        ({"nonce": "x" * 256}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
    ],
)
def test_what_is_wrong_is_told_to_the_client_with_state_and_issuer(
    provider: Any, answer_of: Answer, changes: dict[str, str | None], error: str
) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    response = browser.ask(app, **changes)
    told = answer_of(response)
    assert response.location.startswith("https://app.example/callback?")
    assert (told["error"], told["state"], told["iss"]) == (error, "state-1", URL)
    assert "code" not in told


def test_a_parameter_sent_twice_is_told_to_the_client(provider: Any, answer_of: Answer) -> None:
    app = provider.register()
    asked = [
        ("client_id", app.client_id),
        ("redirect_uri", app.redirect_uri),
        ("response_type", "code"),
        ("code_challenge", "x" * 43),
        ("code_challenge", "y" * 43),
    ]
    response = provider.app.test_client().get(f"/oauth/authorize?{urlencode(asked)}")
    assert answer_of(response)["error"] == "invalid_request"


def test_public_clients_need_pkce_as_well(provider: Any, answer_of: Answer) -> None:
    browser, app = provider.browser(), provider.public()
    browser.sign_in()
    told = answer_of(browser.ask(app, code_challenge=None, code_challenge_method=None))
    assert told["error"] == "invalid_request"


def test_a_client_without_the_grant_gets_no_code(provider: Any, answer_of: Answer) -> None:
    browser = provider.browser()
    app = provider.machine(redirect_uris=("https://app.example/callback",))
    browser.sign_in()
    assert answer_of(browser.ask(app))["error"] == "unauthorized_client"


def test_an_answer_keeps_the_query_of_the_redirect_uri(provider: Any, answer_of: Answer) -> None:
    browser = provider.browser()
    app = provider.register(redirect_uris=("https://app.example/cb?tenant=1",))
    browser.sign_in()
    assert {"tenant", "code"} <= set(answer_of(browser.ask(app)))


def test_a_native_app_is_answered_at_its_port_or_its_scheme(provider: Any) -> None:
    browser = provider.browser()
    browser.sign_in()
    loopback = provider.public(redirect_uris=("http://127.0.0.1/cb",))
    response = browser.ask(loopback, redirect_uri="http://127.0.0.1:51004/cb")
    assert response.location.startswith("http://127.0.0.1:51004/cb?code=")
    scheme = provider.public(redirect_uris=("com.example.app:/cb",))
    assert browser.ask(scheme).location.startswith("com.example.app:/cb?code=")


# --- prompts --------------------------------------------------------------------------------------


def test_prompt_none_never_shows_a_page(provider: Any, answer_of: Answer) -> None:
    browser, app = provider.browser(), provider.register()
    assert answer_of(browser.ask(app, prompt="none"))["error"] == "login_required"
    browser.sign_in()
    assert "code" in answer_of(browser.ask(app, prompt="none"))


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}])
def test_a_fresh_proof_is_asked_once(
    provider: Any, answer_of: Answer, asked: dict[str, str]
) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    provider.clock.move(seconds=5)
    first = browser.ask(app, **asked)
    assert path_of(first) == "/sign-in"
    unproved = browser.http.get(next_of(first))
    assert path_of(unproved) == "/sign-in"
    provider.clock.move(seconds=5)
    browser.sign_in()
    assert "code" in answer_of(browser.http.get(next_of(first)))


def test_the_stamp_of_another_request_proves_nothing(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    first = browser.ask(app, prompt="login")
    provider.clock.move(seconds=5)
    browser.sign_in()
    stamp = parse_qs(urlsplit(next_of(first)).query)["again"][0]
    assert path_of(browser.ask(app, prompt="login", state="other", again=stamp)) == "/sign-in"
    assert path_of(browser.ask(app, prompt="login", again="made-up")) == "/sign-in"
    provider.clock.move(minutes=16)
    assert path_of(browser.http.get(next_of(first))) == "/sign-in"


def test_max_age_is_kept_and_told_as_auth_time(provider: Any, answer_of: Answer) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in()
    provider.clock.move(minutes=10)
    assert "code" in answer_of(browser.ask(app, max_age="3600"))
    assert path_of(browser.ask(app, max_age="300")) == "/sign-in"


def test_what_a_client_registered_holds_where_its_request_does_not_say(
    provider: Any, answer_of: Answer
) -> None:
    browser, app = provider.browser(), provider.register()
    with provider.parts.db.write(acting("test"), tenant=EVERYONE) as tx:
        tx.run(
            "UPDATE clients SET default_max_age = 300 WHERE client_id = %(id)s",
            {"id": app.client_id},
        )
    provider.parts.clients.forget(app.client_id)
    browser.sign_in()
    assert "code" in answer_of(browser.ask(app))
    provider.clock.move(minutes=10)
    assert path_of(browser.ask(app)) == "/sign-in"
    assert "code" in answer_of(browser.ask(app, max_age="3600")), "what is asked goes before"


# --- consent --------------------------------------------------------------------------------------


def decide(browser: Any, page: Any, decision: str, **changes: str) -> Any:
    import html
    import re

    fields = dict(re.findall(r'name="(form_token|asked)" value="([^"]*)"', page.text))
    form = {name: html.unescape(value) for name, value in fields.items()}
    return browser.http.post("/oauth/consent", data=form | {"decision": decision} | changes)


def test_a_foreign_application_is_agreed_to_once(provider: Any, answer_of: Answer) -> None:
    browser = provider.browser()
    app = provider.register(first_party=False, name="Foreign <b>App</b>")
    browser.sign_in(OTHER)
    page = browser.ask(app)
    assert page.status_code == 200
    assert "Foreign &lt;b&gt;App" in page.text
    assert "https://app.example" in page.headers["Content-Security-Policy"]
    told = answer_of(decide(browser, page, "allow"))
    assert (set(told), told["state"]) == ({"code", "state", "iss"}, "state-1")
    assert "code" in answer_of(browser.ask(app)), "it is remembered"
    more = browser.ask(app, scope="openid users.read")
    assert more.status_code == 200, "more is asked again"
    assert ("oauth:consent:given", app.client_id) in provider.trail()


def test_not_agreeing_is_told_to_the_client(provider: Any, answer_of: Answer) -> None:
    browser, app = provider.browser(), provider.register(first_party=False)
    browser.sign_in(OTHER)
    told = answer_of(decide(browser, browser.ask(app), "deny"))
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "state-1", URL)


def test_agreeing_cannot_be_done_by_a_form_of_another_site(provider: Any) -> None:
    browser, app = provider.browser(), provider.register(first_party=False)
    browser.sign_in(OTHER)
    page = browser.ask(app)
    response = decide(browser, page, "allow", form_token="made-up")
    assert response.status_code == 403
    assert browser.ask(app).status_code == 200


def test_agreeing_to_a_changed_request_is_judged_anew(provider: Any) -> None:
    browser, app = provider.browser(), provider.register(first_party=False)
    browser.sign_in(OTHER)
    page = browser.ask(app)
    asked = urlencode({"client_id": app.client_id, "redirect_uri": "https://evil.example/"})
    response = decide(browser, page, "allow", asked=asked)
    assert (response.status_code, "Location" in response.headers) == (400, False)


def test_prompt_consent_asks_even_ours_and_prompt_none_never(
    provider: Any, answer_of: Answer
) -> None:
    browser = provider.browser()
    browser.sign_in(OTHER)
    ours, foreign = provider.register(), provider.register(first_party=False)
    page = browser.ask(ours, prompt="consent")
    assert page.status_code == 200
    assert "code" in answer_of(decide(browser, page, "allow"))
    assert answer_of(browser.ask(foreign, prompt="none"))["error"] == "consent_required"
