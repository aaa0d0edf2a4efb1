"""How and when somebody proved who he is: in tokens, at introspection, and proving again."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit
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


# --- whose question a proof answers -------------------------------------------------------------


def agree(browser: Any, response: Any) -> dict[str, str]:
    fields = dict(re.findall(r'name="(form_token|asked)" value="([^"]*)"', response.text))
    form = {name: html.unescape(value) for name, value in fields.items()}
    answer = browser.http.post("/oauth/consent", data={**form, "decision": "allow"})
    return dict(parse_qsl(urlsplit(answer.location).query))


def back_to(response: Any) -> str:
    return parse_qs(urlsplit(response.location).query)["next"][0]


def proved_at(provider: Any, browser: Any, app: Any, code: str) -> Any:
    answer = provider.redeem(app, code, browser.verifier).get_json()
    token = provider.parts.tokens.check(answer["access_token"])
    renewed = provider.refresh(app, answer["refresh_token"]).get_json()["access_token"]
    assert provider.parts.tokens.check(renewed).proved_at == token.proved_at
    told = claims(provider, answer["id_token"])["auth_time"]
    assert told == int(session_of(provider, browser).auth_time.timestamp()), "it stays true"
    assert token.proved_at in (None, token.auth_time)
    return token.proved_at


@pytest.fixture
def agreed(provider: Any) -> Any:
    """A browser whose person has agreed to an application that is not ours."""
    browser, app = provider.browser(), provider.register(first_party=False)
    browser.sign_in(uuid4())
    agree(browser, browser.ask(app))
    return browser, app


def test_a_proof_in_the_portal_is_none_for_applications_that_are_not_ours(
    provider: Any, agreed: Any
) -> None:
    browser, app = agreed
    prove(provider, browser, session_of(provider, browser), "pwd")
    assert proved_at(provider, browser, app, browser.code(app)) is None
    assert proved_at(provider, browser, app, browser.code(app, max_age="3600")) is None
    ours = provider.register()
    assert proved_at(provider, browser, ours, browser.code(ours)) is not None


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}, {"max_age": "600"}])
def test_a_proof_that_the_request_itself_asked_for_counts(
    provider: Any, agreed: Any, asked: dict[str, str]
) -> None:
    """Though he proved it elsewhere seconds ago, or who is told to step up would do so in vain."""
    browser, app = agreed
    provider.clock.move(seconds=5)
    led = browser.ask(app, **asked)
    assert urlsplit(led.location).path == "/sign-in"
    assert urlsplit(browser.http.get(back_to(led)).location).path == "/sign-in"
    provider.clock.move(seconds=5)
    prove(provider, browser, session_of(provider, browser), "pwd")
    code = parse_qs(urlsplit(browser.http.get(back_to(led)).location).query)["code"][0]
    assert proved_at(provider, browser, app, code) is not None


def test_a_request_stamped_in_another_browser_asked_nobody_here(provider: Any, agreed: Any) -> None:
    """The application asks at its own browser, and sends the person there once he has proved who
    he is for something else."""
    browser, app = agreed
    mallory = provider.browser()
    mallory.verifier = browser.verifier
    stamped = back_to(mallory.ask(app, max_age="0"))
    provider.clock.move(seconds=5)
    prove(provider, browser, session_of(provider, browser), "pwd")
    assert urlsplit(browser.http.get(stamped).location).path == "/sign-in"


def test_an_exchange_makes_no_proof_of_none(provider: Any, agreed: Any) -> None:
    browser, app = agreed
    answer = provider.redeem(app, browser.code(app), browser.verifier).get_json()
    ours = provider.register(
        grants=frozenset({"urn:ietf:params:oauth:grant-type:token-exchange"}),
        redirect_uris=(),
        audiences=frozenset({provider.parts.settings.audience}),
    )
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": answer["access_token"],
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
    }
    passed_on = provider.post("/oauth/token", form, ours)
    assert passed_on.status_code == 200, passed_on.text
    token = provider.parts.tokens.check(passed_on.get_json()["access_token"])
    assert (token.proved_at, token.auth_time is None) == (None, False)


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
