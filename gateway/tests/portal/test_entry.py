"""The code flow as the portal runs it, and its tokens afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from contracts.codes import Role, Section, StaffRole, TenantCode
from gateway.oauth.ways_in import CONSOLE_SCOPES
from gateway.portal import client, tokens
from servicekit.errors import Forbidden, Unauthenticated, Unavailable

pytestmark = pytest.mark.unit

TENANT = TenantCode("OCB0001234")


def asked(answer: Any) -> dict[str, str]:
    split = urlsplit(answer.headers["Location"])
    assert split.path == "/oauth/authorize"
    return {name: values[0] for name, values in parse_qs(split.query).items()}


def test_page_without_a_session_leads_through_the_code_flow_and_back(site: Any) -> None:
    answer = site.get("/contracts/OCB0001234?lang=fr")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/portal/start?next=/contracts/OCB0001234"


def test_code_is_asked_for_with_pkce_state_and_nonce(site: Any) -> None:
    query = asked(site.get("/portal/start?next=/account"))
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert len(query["code_challenge"]) == 43
    assert query["redirect_uri"] == "http://localhost/portal/callback"
    assert query["state"] != query["nonce"]


def of_api_login(site: Any, **held: Any) -> None:
    """As the provider answers for such a session: few scopes, one domain."""
    site.sign_in(method="api", **held)
    site.parts.tokens.scopes = frozenset(CONSOLE_SCOPES)
    site.parts.tokens.domain = TENANT


def test_api_login_comes_home_to_the_console_of_its_domain(site: Any) -> None:
    of_api_login(site, roles={Section.USERS: Role.MANAGER}, staff=(StaffRole.OPERATOR,))
    assert site.get("/").headers["Location"] == f"/console/{TENANT}"
    site.services.answers["tenancy.list_contracts"] = {"items": [], "next_cursor": None}
    page = site.get(f"/console/{TENANT}?lang=en")
    assert page.status_code == 200
    assert "Sign in to your customer space" in page.text
    assert "/back-office" not in page.text
    assert "/account" not in page.text


def test_api_login_is_shown_the_way_to_the_customer_space(site: Any) -> None:
    of_api_login(site)
    site.services.answers["identity.get_account"] = Forbidden("scope-missing")
    page = site.get("/account?lang=en")
    assert page.status_code == 403
    assert "You came in by API Login" in page.text
    assert 'href="/sign-in?next=/account"' in page.text


def test_portal_login_without_right_is_not_sent_to_sign_in_again(site: Any) -> None:
    site.sign_in()
    site.services.answers["identity.get_account"] = Forbidden("scope-missing")
    assert "/sign-in?next" not in site.get("/account").text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?state=unknown&iss=http://localhost&code=c",
        "?state={state}&code=c",
        "?state={state}&iss=x",
    ],
)
def test_answer_to_no_question_of_ours_is_refused(site: Any, query: str) -> None:
    site.sign_in()
    state = asked(site.get("/portal/start"))["state"]
    assert site.get(f"/portal/callback{query.format(state=state)}").status_code == 400


def test_state_serves_once(site: Any) -> None:
    site.sign_in()
    state = asked(site.get("/portal/start"))["state"]
    back = f"/portal/callback?state={state}&iss=http://localhost&error=access_denied"
    assert [site.get(back).status_code, site.get(back).status_code] == [403, 400]


class Sessions:
    """Portal sessions as the database keeps them."""

    def __init__(self, now: datetime, session_id: Any) -> None:
        self.session_id = session_id
        self.kept: dict[str, Any] | None = {
            "access_token": "old",
            "refresh_token": "r1",
            "expires_at": now.isoformat(),
        }

    def read(self, secret: str) -> Any:
        return None if self.kept is None else replace_tokens(self.kept, self.session_id)

    def claim(self, secret: str, *, due: Any) -> dict[str, Any] | None:
        assert self.kept is not None
        if not due(self.kept, NOW):
            return None
        before = dict(self.kept)
        self.kept["claimed_at"] = NOW.isoformat()
        return before

    def change(self, secret: str, *, tokens: dict[str, Any]) -> bool:
        self.kept = dict(tokens)
        return True

    def delete(self, secret: str) -> None:
        self.kept = None


NOW = datetime.fromisoformat("2026-11-23T12:00:00+00:00")


class Kept:
    def __init__(self, tokens: dict[str, Any], session_id: Any) -> None:
        self.tokens, self.session_id, self.view = dict(tokens), session_id, None
        self.perimeter: str | None = None


def replace_tokens(kept: dict[str, Any], session_id: Any) -> Kept:
    return Kept(kept, session_id)


@pytest.fixture
def expiring(site: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A signed-in visitor whose access token is at its end."""
    site.sign_in()
    [session] = site.sessions.known.values()
    site.parts.portal_sessions = Sessions(NOW, session.session_id)
    site.session = session
    site.refreshed = []

    def refresh(token: str) -> dict[str, Any]:
        site.refreshed.append(token)
        return {"access_token": "new", "refresh_token": "r2", "expires_in": 300}

    monkeypatch.setattr(client, "refresh", refresh)
    return site


def current_token(site: Any, session: Any = None) -> str | None:
    with site.app.test_request_context("/", headers={"Cookie": "guichet_portal=secret"}) as context:
        found = tokens.kept(context.request, session or site.session)
        return None if found is None else found.access_token


def test_token_is_renewed_once_before_it_expires(expiring: Any) -> None:
    assert [current_token(expiring), current_token(expiring)] == ["new", "new"]
    assert expiring.refreshed == ["r1"]


def test_while_another_request_renews_the_old_token_serves(expiring: Any) -> None:
    sessions = expiring.parts.portal_sessions
    sessions.kept["claimed_at"] = NOW.isoformat()
    sessions.kept["expires_at"] = (NOW + timedelta(seconds=30)).isoformat()
    assert current_token(expiring) == "old"
    assert expiring.refreshed == []


def test_claim_of_a_process_that_died_is_taken_over(expiring: Any) -> None:
    old = (NOW - timedelta(minutes=1)).isoformat()
    expiring.parts.portal_sessions.kept["claimed_at"] = old
    assert current_token(expiring) == "new"


def test_refused_renewal_leads_back_through_the_sign_in(
    expiring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(token: str) -> dict[str, Any]:
        raise Unauthenticated("token-refused")

    monkeypatch.setattr(client, "refresh", refuse)
    assert current_token(expiring) is None
    assert expiring.get("/").headers["Location"].startswith("/portal/start")


def test_renewal_that_could_not_be_asked_is_asked_again(
    expiring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(token: str) -> dict[str, Any]:
        raise Unavailable("token-endpoint", {"retry_after": 2})

    working = client.refresh
    monkeypatch.setattr(client, "refresh", away)
    with pytest.raises(Unavailable):
        current_token(expiring)
    monkeypatch.setattr(client, "refresh", working)
    assert current_token(expiring) == "new"


def test_portal_session_of_another_browser_session_opens_nothing(expiring: Any) -> None:
    stranger = replace(expiring.session, session_id=expiring.session.person_id)
    assert current_token(expiring, stranger) is None
