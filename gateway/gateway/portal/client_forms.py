"""The fields by which a client is described, on the pages of a contract and of the back office."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import gettext

from contracts.gateway import FEW_TENANTS, ClientType, GrantType, TokenEndpointAuthMethod
from gateway.pages.forms import Form
from gateway.portal.lists import whole
from servicekit.errors import Invalid

LINES = ("redirect_uris", "post_logout_redirect_uris")
DEMANDS = (
    "dpop_bound_access_tokens",
    "require_pushed_authorization_requests",
    "backchannel_logout_session_required",
)
_TEXTS = ("token_endpoint_auth_method", "jwks_uri", "backchannel_logout_uri")
_PROVIDER_LINES = ("tenants", "audiences")
_QUOTA = ("quota_requests", "quota_seconds")
# What only whoever holds a private key has of it (RFC 7518, section 6).
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def values_of(client: dict[str, Any]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """As a form shows it: what is typed, and what is ticked."""
    max_age = client.get("default_max_age")
    jwks = client.get("jwks")
    values = {
        "name": client["name"],
        **{name: "\n".join(client[name]) for name in LINES},
        **{name: client.get(name) or "" for name in _TEXTS},
        "jwks": json.dumps(jwks, indent=2) if jwks else "",
        "default_max_age": "" if max_age is None else str(max_age),
    }
    ticked = {
        "scopes": list(client["scopes"]),
        "demands": [name for name in DEMANDS if client.get(name)],
    }
    return values, ticked


def said_in(form: Form) -> dict[str, Any]:
    """As a call wants it. Raises Invalid("fields-invalid") where the keys cannot be read."""
    demands = form.chosen("demands")
    return {
        "name": form.value("name").strip(),
        "scopes": form.chosen("scopes"),
        **{name: form.value(name).split() for name in LINES},
        **{name: form.value(name).strip() or None for name in _TEXTS},
        **{name: name in demands for name in DEMANDS},
        "jwks": _keys(form.value("jwks")),
        "default_max_age": whole(form.value("default_max_age")),
    }


def provider_values_of(client: dict[str, Any]) -> tuple[dict[str, str], dict[str, list[str]]]:
    values, ticked = values_of(client)
    values |= quota_values(client)
    values |= {name: "\n".join(client[name]) for name in _PROVIDER_LINES}
    own = ["first_party"] if client["first_party"] else []
    ticked |= {"grants": list(client["grants"]), "own": own}
    return values, ticked


def provider_said_in(form: Form) -> dict[str, Any]:
    """As a call wants it. Raises Invalid("fields-invalid") where the keys cannot be read."""
    return {
        **said_in(form),
        **{name: form.value(name).split() for name in _PROVIDER_LINES},
        "grants": form.chosen("grants"),
        "first_party": "first_party" in form.chosen("own"),
        "quota": quota_in(form),
    }


def powers_of(client: dict[str, Any]) -> dict[str, bool]:
    """What the command line alone gives: the pages offer only to take it away."""
    return {
        "first_party": client["first_party"],
        "every_tenant": "*" in client["tenants"],
        "many_tenants": len(client["tenants"]) > FEW_TENANTS,
        "audiences": bool(client["audiences"]),
        "token_exchange": GrantType.TOKEN_EXCHANGE.value in client["grants"],
    }


def client_types() -> dict[str, str]:
    return {
        ClientType.CONFIDENTIAL.value: gettext("Keeps a secret: runs on a server"),
        ClientType.PUBLIC.value: gettext("Keeps none: runs on a device or in a browser"),
    }


def grant_names() -> dict[str, str]:
    return {
        GrantType.AUTHORIZATION_CODE.value: gettext("People sign in to it (authorization code)"),
        GrantType.REFRESH_TOKEN.value: gettext("It stays signed in (refresh tokens)"),
        GrantType.CLIENT_CREDENTIALS.value: gettext("It acts by itself (client credentials)"),
        GrantType.DEVICE_CODE.value: gettext("It has no browser (device code)"),
        GrantType.TOKEN_EXCHANGE.value: gettext("It hands tokens on (token exchange)"),
    }


def has_keys(client: dict[str, Any]) -> bool:
    return bool(client.get("jwks") or client.get("jwks_uri"))


QUOTA_FIELDS = {"quota.requests": "quota_requests", "quota.seconds": "quota_seconds"}


def quota_values(client: dict[str, Any]) -> dict[str, str]:
    quota = client.get("quota") or {}
    return {field: str(quota.get(field.removeprefix("quota_"), "")) for field in _QUOTA}


def quota_in(form: Form) -> dict[str, Any] | None:
    """None where nothing is typed: as the installation says."""
    typed = {field.removeprefix("quota_"): whole(form.value(field)) for field in _QUOTA}
    given = {name: value for name, value in typed.items() if value is not None}
    return given or None


def methods() -> list[tuple[str, str]]:
    return [
        ("", gettext("By its secret, in either way")),
        (TokenEndpointAuthMethod.BASIC, gettext("By its secret, in the header (basic)")),
        (TokenEndpointAuthMethod.POST, gettext("By its secret, in the form (post)")),
        (TokenEndpointAuthMethod.PRIVATE_KEY_JWT, gettext("By a key (private_key_jwt)")),
    ]


def demands(*, by_browser: bool) -> list[tuple[str, str]]:
    words = demand_words()
    offered = DEMANDS if by_browser else DEMANDS[:1]
    return [(name, words[name]) for name in offered]


def demand_words() -> dict[str, str]:
    return {
        "dpop_bound_access_tokens": gettext("Its tokens are bound to a key of its own (DPoP)"),
        "require_pushed_authorization_requests": gettext(
            "It hands its requests over by itself (PAR)"
        ),
        "backchannel_logout_session_required": gettext(
            "When a session ends it must be told which one"
        ),
    }


def _keys(text: str) -> dict[str, Any] | None:
    """A key set, or one key alone, as it was pasted."""
    if not text.strip():
        return None
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise _faulty(f"json:{error.lineno}") from None
    except RecursionError:
        raise _faulty("json:1") from None
    keys = found if isinstance(found, dict) and "keys" in found else {"keys": [found]}
    listed = keys["keys"] if isinstance(keys["keys"], list) else []
    if any(isinstance(one, dict) and _PRIVATE & one.keys() for one in listed):
        raise _faulty("keys-private")
    return keys


def _faulty(code: str) -> Invalid:
    return Invalid("fields-invalid", {"fields": {"jwks": [code]}})
