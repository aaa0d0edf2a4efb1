from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts.registry import SCOPES
from gateway.oauth.registration import (
    MOST_TENANTS,
    Registration,
    ensure_portal,
    registration_faults,
)
from gateway.store.clients import ClientKind
from servicekit.errors import Invalid, Unauthenticated

pytestmark = pytest.mark.servers

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


def wanted(**changes: Any) -> Registration:
    known: dict[str, Any] = {
        "client_id": "app",
        "name": "App",
        "kind": ClientKind.CONFIDENTIAL,
        "grants": frozenset({"authorization_code"}),
        "redirect_uris": ("https://app.example/cb",),
    }
    return Registration(**(known | changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client_id": ""}, "client_id"),
        ({"client_id": "a b"}, "client_id"),
        ({"client_id": "x" * 65}, "client_id"),
        ({"client_id": str(uuid4())}, "client_id"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"grants": frozenset()}, "grants"),
        ({"grants": frozenset({"password"})}, "grants"),
        ({"grants": frozenset({"implicit"})}, "grants"),
        ({"scopes": frozenset({"everything"})}, "scopes"),
        ({"tenants": frozenset({"OCB1"})}, "tenants"),
        ({"redirect_uris": ()}, "redirect_uris"),
        ({"redirect_uris": ("http://app.example/cb",)}, "redirect_uris"),
        ({"post_logout_redirect_uris": ("javascript:x",)}, "post_logout_redirect_uris"),
        (
            {"kind": ClientKind.PUBLIC, "grants": frozenset({"client_credentials"})},
            "kind",
        ),
        ({"kind": ClientKind.PUBLIC, "grants": frozenset({EXCHANGE})}, "kind"),
    ],
)
def test_what_may_not_be_registered_is_named(changes: dict[str, Any], field: str) -> None:
    assert field in registration_faults(wanted(**changes))


def test_more_tenants_than_fit_into_a_token_are_refused_when_registering() -> None:
    many = frozenset(f"OCB{number:07}" for number in range(MOST_TENANTS + 1))
    assert registration_faults(wanted(tenants=many)) == {"tenants": [f"length:0:{MOST_TENANTS}"]}


def test_the_token_of_a_client_of_as_many_tenants_as_may_be_is_read(provider: Any) -> None:
    many = frozenset(f"OCB{number:07}" for number in range(MOST_TENANTS))
    app = provider.machine(client_id="m" * 64, tenants=many, scopes=frozenset(SCOPES))
    raw = provider.client_token(app)
    assert len(f"Bearer {raw}") <= 8192
    assert provider.parts.tokens.check(raw).tenants == many


def test_nothing_is_wrong_with_a_good_one() -> None:
    assert registration_faults(wanted()) == {}


def test_registering_is_audited_without_the_secret(provider: Any) -> None:
    app = provider.register()
    assert ("oauth:client:registered", app.client_id) in provider.trail()


def test_a_bad_registration_is_refused_by_field(provider: Any) -> None:
    with pytest.raises(Invalid) as refused:
        provider.register(redirect_uris=("https://*.example/",))
    assert refused.value.details["fields"] == {"redirect_uris": ["invalid"]}


def test_the_portal_is_there_and_another_setting_ends_its_old_secret(
    provider: Any, portal: Any
) -> None:
    def token_with(secret: str) -> int:
        provider.parts.clients.forget("portal")
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        answer = provider.app.test_client().post("/oauth/token", data=form, auth=("portal", secret))
        return int(answer.status_code)

    def ensure(secret: str) -> None:
        ensure_portal(
            db=provider.parts.db,
            clock=provider.clock,
            public_url=provider.parts.settings.public_url,
            secret=secret,
        )

    assert token_with(portal.secret) == 400, "authenticated; the refresh token is what is wrong"
    trail = len(provider.trail())
    ensure(portal.secret)
    assert len(provider.trail()) == trail, "again changes nothing"
    ensure("another-secret-of-the-tests")
    assert (token_with(portal.secret), token_with("another-secret-of-the-tests")) == (401, 400)
    ensure(portal.secret)


def test_the_command_registers_and_says_the_secret_once(
    gateway_database_url: str, tmp_path: Path
) -> None:
    from cryptography.fernet import Fernet

    def run(*more: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "gateway", "register-client", "--id", client_id]
        command += ["--name", "Billing", "--kind", "confidential", "--grant", "client_credentials"]
        command += ["--scope", "contracts.read users.read", "--tenants", "*", *more]
        done = subprocess.run(
            command,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("GUICHET_")},
                "DATABASE_URL": gateway_database_url,
                "GUICHET_VAULT_KEY": Fernet.generate_key().decode(),
            },
            capture_output=True,
            text=True,
            check=True,
        )
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    client_id = f"billing-{uuid4().hex[:8]}"
    own = tmp_path / "secret"
    first = run()
    assert first["new"] is True
    assert len(first["client_secret"]) == 43
    own.write_text(first["client_secret"])
    assert run("--secret-file", str(own)) == {"client_id": client_id, "new": False}


@pytest.mark.parametrize(
    "less",
    [
        {"scopes": frozenset({"users.read"})},
        {"tenants": frozenset({"OCB0000001"})},
        {"dpop_bound_access_tokens": True},
        {"first_party": False},
    ],
)
def test_what_the_command_line_takes_away_ends_at_once(provider: Any, less: Any) -> None:
    held = {"scopes": frozenset({"contracts.read", "users.read"}), "tenants": frozenset({"*"})}
    app = provider.machine(**held)
    raw = provider.client_token(app)
    provider.register(
        client_id=app.client_id,
        grants=frozenset({"client_credentials"}),
        redirect_uris=(),
        **(held | less),
    )
    provider.parts.endings.refresh()
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(raw)


def test_a_client_that_the_command_line_calls_ours_no_more_asks_everybody_anew(
    provider: Any,
) -> None:
    ours = provider.register()
    browser = provider.browser()
    browser.sign_in()
    given, code = browser.tokens(ours), browser.code(ours)
    provider.register(client_id=ours.client_id, first_party=False)
    assert provider.refresh(ours, given["refresh_token"]).status_code == 400
    assert provider.redeem(ours, code, browser.verifier).status_code == 400
    assert browser.ask(ours).status_code == 200, "the question, not an answer"
