"""The API password lies in scripts: whoever has it has the console of one domain, no more."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any
from urllib.parse import urlencode

import pytest

from contracts.registry import SCOPES

pytestmark = pytest.mark.servers

CONSOLE = {"openid", "contracts.read", "iam.read", "iam.write"}
EVERYTHING = " ".join(("openid", *SCOPES))


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def test_asking_for_everything_before_the_api_login_gives_the_console(
    provider: Any, portal: Any
) -> None:
    """The request was made signed out, so with every scope, and outlived the sign-in page."""
    browser = provider.browser()
    assert browser.ask(portal, scope=EVERYTHING).location.startswith("/sign-in")
    browser.sign_in(method="api")
    tokens = browser.tokens(portal, scope=EVERYTHING)
    assert set(tokens["scope"].split()) == CONSOLE
    told = claims(tokens["access_token"])
    assert (set(told["scope"].split()), told["domain"]) == (CONSOLE, "OCB0000001")
    checked = provider.parts.tokens.check(tokens["access_token"])
    assert (checked.scopes, checked.domain) == (CONSOLE, "OCB0000001")


@pytest.mark.parametrize("method", ["portal", "web"])
def test_the_portal_password_opens_what_was_asked(provider: Any, portal: Any, method: str) -> None:
    browser = provider.browser()
    browser.sign_in(method=method)
    tokens = browser.tokens(portal, scope=EVERYTHING)
    assert set(tokens["scope"].split()) == set(EVERYTHING.split())
    assert "domain" not in claims(tokens["access_token"])


def test_refreshing_widens_nothing(provider: Any, portal: Any) -> None:
    browser = provider.browser()
    browser.sign_in(method="api")
    tokens = browser.tokens(portal, scope=EVERYTHING)
    wider = provider.refresh(portal, tokens["refresh_token"], scope="openid account staff")
    assert wider.get_json()["error"] == "invalid_scope"
    fresh = provider.refresh(portal, tokens["refresh_token"]).get_json()
    assert set(fresh["scope"].split()) == CONSOLE
    assert claims(fresh["access_token"])["domain"] == "OCB0000001"


def test_an_application_of_others_gets_no_more(provider: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in(method="api")
    tokens = browser.tokens(app, scope="openid profile email contracts.read users.read")
    assert set(tokens["scope"].split()) == {"openid", "contracts.read"}


def test_agreeing_to_everything_agrees_to_what_the_way_in_opens(provider: Any) -> None:
    browser, app = provider.browser(), provider.register(first_party=False)
    browser.sign_in(method="api")
    page = browser.ask(app, scope="contracts.read users.read", lang="en").get_data(as_text=True)
    assert "Read your contracts" in page or "contrats" in page
    assert "Read the users of your contracts" not in page
    form = {"asked": hidden(page, "asked"), "form_token": hidden(page, "form_token")}
    answer = browser.http.post("/oauth/consent", data=form | {"decision": "allow"})
    code = answer.location.split("code=")[1].split("&")[0]
    tokens = provider.redeem(app, code, browser.verifier).get_json()
    assert tokens["scope"] == "contracts.read"
    browser.sign_in(method="portal")
    again = browser.ask(app, scope="contracts.read users.read")
    assert again.status_code == 200, "the portal login has not agreed to more yet"


def test_where_nothing_is_left_the_application_is_told_no(provider: Any, answer_of: Any) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in(method="api")
    assert answer_of(browser.ask(app, scope="users.read"))["error"] == "access_denied"


def test_an_older_family_obeys_at_its_next_refresh(provider: Any, portal: Any) -> None:
    from servicekit.db import EVERYONE

    browser = provider.browser()
    session = browser.sign_in(method="api")
    tokens = browser.tokens(portal, scope=EVERYTHING)
    with provider.parts.db.write(acting(), tenant=EVERYONE) as tx:
        tx.run(
            "UPDATE token_families SET scopes = %(scopes)s WHERE session_id = %(session)s",
            {"scopes": EVERYTHING.split(), "session": session},
        )
    fresh = provider.refresh(portal, tokens["refresh_token"]).get_json()
    assert set(fresh["scope"].split()) == CONSOLE


def test_the_claim_is_no_matter_of_taste(provider: Any, portal: Any) -> None:
    browser = provider.browser()
    browser.sign_in(method="api")
    raw = browser.tokens(portal, scope=EVERYTHING)["access_token"]
    told = provider.post("/oauth/introspect", {"token": raw}, portal).get_json()
    assert told["domain"] == "OCB0000001"


def test_a_wrong_request_is_explained_in_words(provider: Any) -> None:
    query = urlencode({"client_id": "nobody", "redirect_uri": "https://x.example"})
    for language, words in (("fr", "ne nous est pas connue"), ("en", "not known to us")):
        page = provider.browser().http.get(f"/oauth/authorize?{query}&lang={language}")
        assert (page.status_code, words in page.text) == (400, True)


def acting() -> Any:
    from gateway.oauth.acting import acting

    return acting("test")


def hidden(page: str, name: str) -> str:
    import html
    import re

    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])
