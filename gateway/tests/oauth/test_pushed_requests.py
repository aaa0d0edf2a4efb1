"""RFC 9126: a request that the client pushed; the browser brings its name, once."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

pytestmark = pytest.mark.servers

CALLBACK = "https://app.example/callback"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def push(provider: Any, app: Any, **changes: str | None) -> Any:
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "scope": "openid contracts.read",
        "state": "pushed-state",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    form = {name: value for name, value in (asked | changes).items() if value is not None}
    return provider.post("/oauth/par", form, app)


def pushed(provider: Any, app: Any, **changes: str | None) -> str:
    response = push(provider, app, **changes)
    assert response.status_code == 201, response.text
    name: str = response.get_json()["request_uri"]
    return name


def come(browser: Any, app: Any, request_uri: str, **more: str) -> Any:
    """With the name, as far as our own addresses lead."""
    asked = {"client_id": app.client_id, "request_uri": request_uri} | more
    response = browser.http.get(f"/oauth/authorize?{urlencode(asked)}")
    while response.status_code == 303 and response.location.startswith("/oauth/authorize"):
        response = browser.http.get(response.location)
    return response


def answer(response: Any) -> dict[str, str]:
    assert response.status_code == 303, response.text
    assert response.location.startswith(CALLBACK), response.location
    return {name: one[0] for name, one in parse_qs(urlsplit(response.location).query).items()}


def signed_in(provider: Any) -> Any:
    browser = provider.browser()
    browser.sign_in()
    return browser


def test_a_pushed_request_is_named_and_lives_a_minute(provider: Any) -> None:
    response = push(provider, provider.register())
    told = response.get_json()
    assert (response.status_code, told["expires_in"]) == (201, 60)
    assert told["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert response.headers["Cache-Control"] == "no-store"


def test_its_name_brings_a_code_for_what_was_pushed(provider: Any) -> None:
    app = provider.register()
    told = answer(come(signed_in(provider), app, pushed(provider, app)))
    assert told["state"] == "pushed-state"
    assert told["iss"]
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    tokens = provider.redeem(app, told["code"], verifier).get_json()
    assert tokens["scope"].split() == ["contracts.read", "openid"]


def test_a_public_client_pushes_by_its_name(provider: Any) -> None:
    app = provider.public()
    assert "code" in answer(come(signed_in(provider), app, pushed(provider, app)))


def test_what_the_browser_adds_or_changes_counts_for_nothing(provider: Any) -> None:
    app = provider.register()
    name = pushed(provider, app)
    told = answer(
        come(
            signed_in(provider),
            app,
            name,
            redirect_uri="https://evil.example/",
            scope="users.read",
            state="another",
        )
    )
    assert told["state"] == "pushed-state"


def test_the_way_through_the_sign_in_page_keeps_the_name(provider: Any) -> None:
    app, browser = provider.register(), provider.browser()
    response = come(browser, app, pushed(provider, app))
    assert urlsplit(response.location).path == "/sign-in"
    page = browser.http.get(response.location)
    assert "form-action 'self' https://app.example" in page.headers["Content-Security-Policy"]
    back = parse_qs(urlsplit(response.location).query)["next"][0]
    assert "state" not in parse_qs(urlsplit(back).query)
    browser.sign_in()
    assert "code" in answer(browser.http.get(back))


def test_a_fresh_proof_that_was_pushed_is_asked_for_once(provider: Any) -> None:
    app, browser = provider.register(), signed_in(provider)
    response = come(browser, app, pushed(provider, app, prompt="login"))
    assert urlsplit(response.location).path == "/sign-in"
    provider.clock.move(seconds=2)
    browser.sign_in()
    back = parse_qs(urlsplit(response.location).query)["next"][0]
    assert "code" in answer(browser.http.get(back))


def test_consent_is_given_to_what_was_pushed(provider: Any) -> None:
    app, browser = provider.register(first_party=False), signed_in(provider)
    page = come(browser, app, pushed(provider, app))
    assert page.status_code == 200
    field = {
        name: page.text.split(f'name="{name}" value="')[1].split('"')[0].replace("&amp;", "&")
        for name in ("form_token", "asked")
    }
    response = browser.http.post("/oauth/consent", data=field | {"decision": "allow"})
    assert "code" in answer(response)
    again = browser.http.post("/oauth/consent", data=field | {"decision": "allow"})
    assert again.status_code == 400


def test_a_name_serves_once(provider: Any) -> None:
    app = provider.register()
    name = pushed(provider, app)
    assert "code" in answer(come(signed_in(provider), app, name))
    response = come(signed_in(provider), app, name)
    assert response.status_code == 400
    assert "invalid_request_uri" in response.text


def test_an_opened_name_opens_for_nobody_else(provider: Any) -> None:
    app = provider.register()
    name = pushed(provider, app)
    come(provider.browser(), app, name)
    assert come(signed_in(provider), app, name).status_code == 400


def test_an_answered_request_cannot_be_answered_again_by_its_stamp(provider: Any) -> None:
    app, browser = provider.register(), signed_in(provider)
    asked = {"client_id": app.client_id, "request_uri": pushed(provider, app)}
    stamped = browser.http.get(f"/oauth/authorize?{urlencode(asked)}").location
    assert "code" in answer(browser.http.get(stamped))
    assert browser.http.get(stamped).status_code == 400


def test_a_refusal_without_a_page_uses_the_name_up(provider: Any) -> None:
    app, browser = provider.register(), provider.browser()
    name = pushed(provider, app, prompt="none")
    assert answer(come(browser, app, name))["error"] == "login_required"
    assert come(browser, app, name).status_code == 400


def test_a_name_is_good_for_a_minute(provider: Any) -> None:
    app = provider.register()
    name = pushed(provider, app)
    provider.clock.move(seconds=61)
    assert come(signed_in(provider), app, name).status_code == 400


def test_an_opened_request_is_good_for_the_time_of_an_interaction(provider: Any) -> None:
    app, browser = provider.register(), provider.browser()
    response = come(browser, app, pushed(provider, app))
    back = parse_qs(urlsplit(response.location).query)["next"][0]
    provider.clock.move(minutes=16)
    browser.sign_in()
    assert browser.http.get(back).status_code == 400


def test_a_name_of_another_client_is_none(provider: Any) -> None:
    app, other = provider.register(), provider.register()
    name = pushed(provider, app)
    assert come(signed_in(provider), other, name).status_code == 400
    assert "code" in answer(come(signed_in(provider), app, name)), "and it is not used up"


@pytest.mark.parametrize("name", ["urn:ietf:params:oauth:request_uri:made-up", "urn:other:x"])
def test_a_name_nobody_made_is_refused(provider: Any, name: str) -> None:
    assert come(signed_in(provider), provider.register(), name).status_code == 400


def test_a_request_uri_that_would_have_to_be_fetched_is_not_offered(provider: Any) -> None:
    app = provider.register()
    response = signed_in(provider).ask(app, request_uri="https://app.example/request.jwt")
    assert answer(response)["error"] == "request_uri_not_supported"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "no.such.scope"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"client_id": None}, "invalid_request"),
    ],
)
def test_what_the_authorization_endpoint_would_refuse_is_refused_at_once(
    provider: Any, changes: dict[str, Any], error: str
) -> None:
    response = push(provider, provider.register(), **changes)
    assert (response.status_code, response.get_json()["error"]) == (400, error)


def test_only_the_client_itself_pushes(provider: Any) -> None:
    app, other = provider.register(), provider.register()
    unproved = provider.post("/oauth/par", {"client_id": app.client_id})
    assert (unproved.status_code, unproved.get_json()["error"]) == (401, "invalid_client")
    foreign = push(provider, other, client_id=app.client_id)
    assert foreign.status_code == 400
    assert provider.app.test_client().get("/oauth/par").status_code == 405


def test_the_secret_of_the_client_is_not_kept(provider: Any) -> None:
    from servicekit.db import EVERYONE

    app = provider.register()
    form = {"client_id": app.client_id, "client_secret": app.secret, "response_type": "code"}
    form |= {"redirect_uri": CALLBACK, "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    assert provider.post("/oauth/par", form).status_code == 201
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        rows = tx.rows("SELECT pushed_requests::text AS row FROM pushed_requests", {}, dict)
    assert app.secret not in str(rows)


def test_a_client_may_be_held_to_pushing(provider: Any) -> None:
    app = provider.register(require_pushed_authorization_requests=True)
    browser = signed_in(provider)
    assert answer(browser.ask(app))["error"] == "invalid_request"
    assert "code" in answer(come(browser, app, pushed(provider, app)))


def test_old_requests_are_swept_away(provider: Any) -> None:
    from servicekit.db import EVERYONE

    pushed(provider, provider.register())
    provider.clock.move(hours=1)
    provider.parts.watch.sweep()
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        assert tx.value("SELECT count(*) FROM pushed_requests", {}) == 0
