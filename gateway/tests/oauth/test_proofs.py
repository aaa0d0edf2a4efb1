"""How and when somebody proved who he is: in tokens, at introspection, and proving again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from flask import Request, Response
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.test import EnvironBuilder

from gateway.oauth.proofs import ONE_FACTOR_CLASS, TWO_FACTORS_CLASS
from servicekit.errors import Unauthenticated

pytestmark = pytest.mark.servers

TWO = ("mfa", "otp", "pwd")


def claims(provider: Any, raw: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(provider.parts.keys.public_set())
    return dict(jwt.decode(raw, keys, algorithms=["RS256"]).claims)


def session_of(provider: Any, browser: Any) -> Any:
    headers = {"Cookie": f"{provider.cookie_name}={browser.cookie()}"}
    return provider.parts.sessions.current(Request(EnvironBuilder(headers=headers).get_environ()))


@pytest.mark.parametrize(("amr", "acr"), [(("pwd",), ONE_FACTOR_CLASS), (TWO, TWO_FACTORS_CLASS)])
def test_tokens_say_how_and_when(provider: Any, amr: tuple[str, ...], acr: str) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in(uuid4(), amr=amr)
    auth_time = int(session_of(provider, browser).auth_time.timestamp())
    tokens = browser.tokens(app)
    renewed = provider.refresh(app, tokens["refresh_token"]).get_json()
    for raw in (tokens["access_token"], tokens["id_token"], renewed["access_token"]):
        told = claims(provider, raw)
        assert (told["amr"], told["acr"], told["auth_time"]) == (list(amr), acr, auth_time)
    token = provider.parts.tokens.check(tokens["access_token"])
    assert token.factors == frozenset(amr)
    told = provider.post("/oauth/introspect", {"token": tokens["access_token"]}, app).get_json()
    assert (told["amr"], told["acr"], told["auth_time"]) == (list(amr), acr, auth_time)


def test_tokens_of_a_code_say_what_was_proved_before_it(provider: Any) -> None:
    """Proving more later makes newer tokens stronger, not those that rest on the older proof."""
    browser, app = provider.browser(), provider.register()
    browser.sign_in(uuid4())
    tokens = browser.tokens(app)
    session = session_of(provider, browser)
    provider.clock.move(minutes=5)
    prove(provider, browser, session, "otp")
    older = claims(
        provider, provider.refresh(app, tokens["refresh_token"]).get_json()["access_token"]
    )
    newer = claims(provider, browser.tokens(app)["access_token"])
    assert older["amr"] == ["pwd"]
    assert newer["amr"] == list(TWO)
    assert newer["auth_time"] - older["auth_time"] >= 300


def prove(provider: Any, browser: Any, session: Any, *amr: str, **about: Any) -> None:
    response = Response()
    provider.parts.sessions.prove(response, session, amr=amr, **about)
    cookie = response.headers["Set-Cookie"].split(";")[0].partition("=")[2]
    browser.http.set_cookie(provider.cookie_name, cookie)


def test_proving_again_changes_the_cookie_and_keeps_the_session(provider: Any) -> None:
    """Whoever had copied the old cookie is out: he has not proved anything."""
    browser, thief = provider.browser(), provider.browser()
    browser.sign_in(uuid4())
    thief.http.set_cookie(provider.cookie_name, browser.cookie())
    before = session_of(provider, browser)
    provider.clock.move(minutes=30)
    prove(provider, browser, before, "pwd")
    after = session_of(provider, browser)
    assert session_of(provider, thief) is None
    assert after.session_id == before.session_id
    assert after.auth_time - before.auth_time >= timedelta(minutes=30)
    assert after.expires_at == before.expires_at, "a proof does not make the day longer"


def test_session_that_has_ended_cannot_be_proved_back(provider: Any) -> None:
    browser, person = provider.browser(), uuid4()
    browser.sign_in(person)
    session = session_of(provider, browser)
    provider.parts.sessions.end_all(person)
    with pytest.raises(Unauthenticated):
        prove(provider, browser, session, "pwd")


def test_client_told_to_step_up_comes_back_with_a_fresh_proof(provider: Any) -> None:
    """RFC 9470: it authorizes again with the max_age of the challenge."""
    browser, app, person = provider.browser(), provider.register(), UUID(int=uuid4().int)
    browser.sign_in(person)
    old = claims(provider, browser.tokens(app)["access_token"])
    provider.clock.move(minutes=11)
    led = browser.ask(app, max_age="600")
    assert urlsplit(led.location).path == "/sign-in"
    refused = browser.ask(app, max_age="600", prompt="none")
    assert "error=login_required" in refused.location
    browser.sign_in(person)
    new = claims(provider, browser.tokens(app, max_age="600")["access_token"])
    assert new["auth_time"] - old["auth_time"] >= 660
    assert new["sid"] == old["sid"], "the other applications stay signed in"


@pytest.mark.parametrize("minutes", [15, 240])
def test_session_idles_out_by_its_own_rule(provider: Any, minutes: int) -> None:
    browser, app = provider.browser(), provider.register()
    browser.sign_in(uuid4(), idle_minutes=minutes)
    tokens = browser.tokens(app)
    for _ in range(2):
        provider.clock.move(minutes=minutes - 1)
        assert session_of(provider, browser) is not None
    provider.clock.move(minutes=minutes + 1)
    assert session_of(provider, browser) is None
    assert provider.refresh(app, tokens["refresh_token"]).status_code == 400
    assert "error=login_required" in browser.ask(app, prompt="none").location


def test_last_use_is_written_once_a_minute(provider: Any) -> None:
    browser = provider.browser()
    browser.sign_in(uuid4())
    first = session_of(provider, browser).last_seen_at
    provider.clock.move(seconds=50)
    session_of(provider, browser)
    assert session_of(provider, browser).last_seen_at == first
    provider.clock.move(seconds=11)
    session_of(provider, browser)
    assert session_of(provider, browser).last_seen_at > first


def test_discovery_names_the_classes(provider: Any) -> None:
    told = provider.app.test_client().get("/.well-known/openid-configuration").get_json()
    assert told["acr_values_supported"] == [ONE_FACTOR_CLASS, TWO_FACTORS_CLASS]
    assert {"amr", "acr", "auth_time"} <= set(told["claims_supported"])


# --- forms that wait for a proof ------------------------------------------------------------------


def keep(provider: Any, session_id: UUID, name: str = "Jane") -> UUID:
    kept: UUID = provider.parts.kept_forms.keep(
        session_id, path="/contracts/OCB0000001", fields=[("name", name)], secrets=["password"]
    )
    return kept


def test_kept_form_is_its_sessions_alone_and_sealed(provider: Any) -> None:
    from servicekit.db import EVERYONE

    sid, stranger = provider.browser().sign_in(uuid4()), provider.browser().sign_in(uuid4())
    form_id = keep(provider, sid, "A name nobody else should read")
    kept = provider.parts.kept_forms.read(sid, form_id)
    assert (kept.path, kept.fields) == (
        "/contracts/OCB0000001",
        (("name", "A name nobody else should read"),),
    )
    assert provider.parts.kept_forms.read(stranger, form_id) is None
    provider.parts.kept_forms.forget(stranger, form_id)
    assert provider.parts.kept_forms.read(sid, form_id) is not None
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        asked = {"id": form_id}
        sealed = tx.value("SELECT sealed_form FROM kept_forms WHERE form_id = %(id)s", asked)
    assert "nobody else" not in sealed


def test_kept_forms_are_few_expire_and_end_with_their_session(provider: Any) -> None:
    person = uuid4()
    sid = provider.browser().sign_in(person)
    forms = [keep(provider, sid) for _ in range(7)]
    read = provider.parts.kept_forms.read
    assert [read(sid, form) is not None for form in forms] == [False] * 2 + [True] * 5
    provider.clock.move(minutes=16)
    assert read(sid, forms[-1]) is None
    last = keep(provider, sid)
    provider.parts.sessions.end_all(person)
    assert read(sid, last) is None
