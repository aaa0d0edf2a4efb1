"""What may be said of a client, decided on values: addresses, keys, ways of proving itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from contracts.gateway import ClientChange
from gateway.oauth.client_metadata import (
    changes_between,
    faults_of,
    has_less,
    is_entrusted_anew,
    recorded,
)
from gateway.oauth.registration import AUTHORIZATION_CODE, CLIENT_CREDENTIALS
from gateway.store.clients import ClientKind
from gateway.store.registered_clients import RegisteredRow

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = ECKey.generate_key("P-256", parameters={"kid": "one"})
KEYS = {"keys": [KEY.as_dict(private=False)]}
PUBLISHED = "https://app.example/keys"
OUT = "https://app.example/out"
LATER = NOW + timedelta(days=1)


def client(**changes: Any) -> RegisteredRow:
    plain = RegisteredRow(
        client_id="app",
        name="App",
        kind=ClientKind.CONFIDENTIAL,
        grants=frozenset({AUTHORIZATION_CODE}),
        scopes=("contracts.read",),
        redirect_uris=("https://app.example/cb",),
        post_logout_redirect_uris=(),
        created_at=NOW,
        changed_at=NOW,
    )
    return replace(plain, **changes)


def faults(**changes: Any) -> dict[str, list[str]]:
    return faults_of(client(**changes), private_allowed=False)


SERVICE: dict[str, Any] = {"grants": frozenset({CLIENT_CREDENTIALS}), "redirect_uris": ()}
NATIVE: dict[str, Any] = {"kind": ClientKind.PUBLIC}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, {}),
        ({"token_endpoint_auth_method": "client_secret_post"}, {}),
        ({"token_endpoint_auth_method": "none"}, {"token_endpoint_auth_method": "kind"}),
        ({**NATIVE, "token_endpoint_auth_method": "none"}, {}),
        (
            {**NATIVE, "token_endpoint_auth_method": "client_secret_basic"},
            {"token_endpoint_auth_method": "kind"},
        ),
        (
            {"token_endpoint_auth_method": "client_secret_basic", "jwks": KEYS},
            {"token_endpoint_auth_method": "keys"},
        ),
    ],
)
def test_how_it_proves_itself_fits_what_it_is(changes: Any, found: dict[str, str]) -> None:
    said = {field: [f"auth-method-{fault}"] for field, fault in found.items()}
    assert faults(**changes) == said


@pytest.mark.parametrize(
    ("changes", "field", "fault"),
    [
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks", "keys-needed"),
        ({**NATIVE, "jwks": KEYS}, "jwks", "keys-public"),
        ({**NATIVE, "jwks_uri": PUBLISHED}, "jwks", "keys-public"),
        ({"jwks": KEYS, "jwks_uri": PUBLISHED}, "jwks_uri", "keys-twice"),
        ({"jwks": {"keys": []}}, "jwks", "length:1:5"),
        (
            {"jwks": {"keys": [{"kty": "RSA", "e": "AQAB", "n": "s" * 171}]}},
            "jwks",
            "keys-weak",
        ),
        ({"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}, "jwks", "keys-weak"),
        ({"jwks": {"keys": [KEY.as_dict(private=True)]}}, "jwks", "keys-weak"),
    ],
)
def test_keys_are_public_strong_and_from_one_place(changes: Any, field: str, fault: str) -> None:
    assert faults(**changes) == {field: [fault]}


@pytest.mark.parametrize("keys", [{"jwks": KEYS}, {"jwks_uri": PUBLISHED}])
def test_keys_inline_or_published_will_do(keys: Any) -> None:
    assert faults(token_endpoint_auth_method="private_key_jwt", **keys) == {}
    assert faults(**keys) == {}


OURS = [
    "https://127.0.0.1/k",
    "https://localhost/k",
    "https://[::1]/k",
    "https://[::ffff:127.0.0.1]/k",
    "https://[::ffff:10.0.0.1]/k",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.7/k",
    "https://192.168.1.1/k",
    "https://[fd00::1]/k",
    "https://[64:ff9b::a9fe:a9fe]/k",
    "https://0.0.0.0/k",
    "https://metadata.google.internal/k",
    "https://identity.local/k",
    "https://identity/k",
    "https://app.localhost./k",
    "http://127.0.0.1/k",
]


@pytest.mark.parametrize("uri", OURS)
@pytest.mark.parametrize("field", ["jwks_uri", "backchannel_logout_uri"])
def test_nothing_is_asked_of_addresses_that_are_ours(field: str, uri: str) -> None:
    assert faults(**{field: uri}) == {field: ["uri-private"]}


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("http://app.example/k", "uri-http"),
        ("ftp://app.example/k", "uri-scheme"),
        ("file:///etc/passwd", "uri-scheme"),
        ("com.example.app:/k", "uri-scheme"),
        ("https://user:pw@app.example/k", "uri-user"),
        ("https://app.example/k#x", "uri-fragment"),
        ("https://app.example/ k", "uri-not-plain"),
        ("https:///k", "uri-no-host"),
    ],
)
def test_an_address_to_ask_is_plain_https(uri: str, fault: str) -> None:
    for field in ("jwks_uri", "backchannel_logout_uri"):
        assert faults(**{field: uri}) == {field: [fault]}


def test_where_all_runs_on_one_machine_its_addresses_may_be_asked() -> None:
    asked = client(jwks_uri="http://127.0.0.1:9000/keys")
    assert faults_of(asked, private_allowed=True) == {}


def test_each_faulty_redirect_uri_is_named_by_its_place() -> None:
    uris = ("https://app.example/cb", "http://app.example/cb", "https://*.example/cb")
    assert faults(redirect_uris=uris, post_logout_redirect_uris=("app:/x",)) == {
        "redirect_uris.1": ["uri-http"],
        "redirect_uris.2": ["uri-not-plain"],
        "post_logout_redirect_uris.0": ["uri-scheme"],
    }


@pytest.mark.parametrize(
    "unused",
    [
        {"require_pushed_authorization_requests": True},
        {"backchannel_logout_uri": "https://app.example/out"},
        {"backchannel_logout_session_required": True},
        {"default_max_age": 60},
    ],
)
def test_what_would_have_no_effect_is_said_to_have_none(unused: Any) -> None:
    [field] = unused
    assert faults(**SERVICE, **unused) == {field: ["field-unused"]}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"changed_at": LATER}, []),
        ({"name": "Other"}, [ClientChange.CHANGED]),
        ({"default_max_age": 60}, [ClientChange.CHANGED]),
        ({"scopes": ()}, [ClientChange.CHANGED]),
        ({"backchannel_logout_uri": OUT}, [ClientChange.SIGN_OUT_ELSEWHERE]),
        ({"post_logout_redirect_uris": (OUT,)}, [ClientChange.SIGN_OUT_ELSEWHERE]),
        ({"first_party": True}, [ClientChange.FIRST_PARTY]),
        ({"quota_amount": 5, "quota_seconds": 1}, [ClientChange.QUOTA_CHANGED]),
        ({"grants": frozenset({AUTHORIZATION_CODE, "x"})}, [ClientChange.GIVEN_MORE]),
        ({"scopes": ("contracts.read", "users.read")}, [ClientChange.GIVEN_MORE]),
        ({"jwks": KEYS}, [ClientChange.KEYS_CHANGED]),
        ({"jwks_uri": PUBLISHED}, [ClientChange.KEYS_CHANGED]),
        ({"redirect_uris": ("https://evil.example/cb",)}, [ClientChange.ANSWERED_ELSEWHERE]),
    ],
)
def test_nothing_of_a_client_changes_untold(changes: Any, told: list[ClientChange]) -> None:
    assert changes_between(client(), client(**changes)) == told


def test_a_client_that_no_longer_binds_its_tokens_can_do_more() -> None:
    bound = client(dpop_bound_access_tokens=True)
    assert changes_between(bound, client()) == [ClientChange.GIVEN_MORE]
    assert has_less(client(), bound), "tokens that are not bound end"


def test_the_trail_names_keys_and_holds_none() -> None:
    told = recorded(client(jwks=KEYS))
    assert told["keys"] == ["one"]
    assert KEYS["keys"][0]["x"] not in str(told)


def test_the_trail_holds_all_that_a_client_was_told_to_be() -> None:
    """Whatever is changed unseen would be found in no entry: keys, by their names, excepted."""
    plain = recorded(client())
    changes: dict[str, Any] = {
        "post_logout_redirect_uris": (OUT,),
        "default_max_age": 60,
        "backchannel_logout_session_required": True,
    }
    for field, value in changes.items():
        told = recorded(client(**{field: value}))
        kept = list(value) if isinstance(value, tuple) else value
        assert (told[field], plain[field] != told[field]) == (kept, True), field
    quota = recorded(client(quota_amount=5, quota_seconds=1))["quota"]
    assert (plain["quota"], quota) == (None, {"requests": 5, "seconds": 1})


BOUND = {"dpop_bound_access_tokens": True, "require_pushed_authorization_requests": True}


@pytest.mark.parametrize(
    "changes",
    [
        {"dpop_bound_access_tokens": False},
        {"require_pushed_authorization_requests": False},
        {"backchannel_logout_uri": OUT},
        {"post_logout_redirect_uris": (OUT,)},
        {"redirect_uris": ("https://other.example/cb",)},
        {"jwks_uri": PUBLISHED},
        {"token_endpoint_auth_method": "client_secret_post"},
    ],
)
def test_who_says_where_it_hears_or_what_binds_it_could_be_it(changes: dict[str, Any]) -> None:
    assert is_entrusted_anew(client(**BOUND), client(**(BOUND | changes)))


@pytest.mark.parametrize("changes", [BOUND, {"name": "Other"}, {"scopes": ()}])
def test_who_binds_it_or_calls_it_otherwise_is_no_more_than_he_was(changes: dict[str, Any]) -> None:
    assert not is_entrusted_anew(client(), client(**changes))
