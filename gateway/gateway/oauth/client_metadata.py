"""What is said of a client when it is registered or changed over the calls: read, judged, shown.

Decided on values alone, for applications of tenants and for the provider's own clients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts.gateway import ClientChange, PublicKeys, TokenEndpointAuthMethod
from gateway.oauth.client_keys import keys_fault
from gateway.oauth.redirects import fetching_fault, registration_fault
from gateway.oauth.registration import AUTHORIZATION_CODE
from gateway.store.clients import ClientKind
from gateway.store.registered_clients import KnownSecretRow, RegisteredRow

_BY_SECRET = (TokenEndpointAuthMethod.BASIC, TokenEndpointAuthMethod.POST)
_URIS = ("redirect_uris", "post_logout_redirect_uris")
# What needs a person who is sent through a browser.
_OF_BROWSERS = (
    "require_pushed_authorization_requests",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "default_max_age",
)

Faults = dict[str, list[str]]


def described(client: RegisteredRow, said: dict[str, Any]) -> RegisteredRow:
    """With all that a call says of it; what is left out is as if never said."""
    method, jwks = said["token_endpoint_auth_method"], said["jwks"]
    return replace(
        client,
        name=said["name"],
        scopes=tuple(sorted(set(said["scopes"]))),
        redirect_uris=tuple(dict.fromkeys(said["redirect_uris"])),
        post_logout_redirect_uris=tuple(dict.fromkeys(said["post_logout_redirect_uris"])),
        token_endpoint_auth_method=None if method is None else method.value,
        jwks=None if jwks is None else PublicKeys().dump(jwks),
        jwks_uri=said["jwks_uri"],
        dpop_bound_access_tokens=said["dpop_bound_access_tokens"],
        require_pushed_authorization_requests=said["require_pushed_authorization_requests"],
        backchannel_logout_uri=said["backchannel_logout_uri"],
        backchannel_logout_session_required=said["backchannel_logout_session_required"],
        default_max_age=said["default_max_age"],
    )


def faults_of(client: RegisteredRow, *, private_allowed: bool) -> Faults:
    """Message codes by field. ``private_allowed``: addresses of this very machine may be asked."""
    found = {
        "token_endpoint_auth_method": _method_fault(client),
        "jwks": _inline_keys_fault(client),
        "jwks_uri": _published_keys_fault(client, private_allowed),
        "backchannel_logout_uri": client.backchannel_logout_uri
        and fetching_fault(client.backchannel_logout_uri, private_allowed=private_allowed),
    }
    if AUTHORIZATION_CODE not in client.grants:
        found |= {field: "field-unused" for field in _OF_BROWSERS if getattr(client, field)}
    faults = {field: [fault] for field, fault in found.items() if fault}
    for field in _URIS:
        faults |= _uris_faults(client, field)
    return faults


def changes_between(before: RegisteredRow, after: RegisteredRow) -> list[ClientChange]:
    """For whoever answers for the client: nothing of it changes untold, its name neither, by which
    people know to whom they agree.
    """
    found = {
        ClientChange.KEYS_CHANGED: proof_of(before) != proof_of(after),
        ClientChange.ANSWERED_ELSEWHERE: has_moved(before, after),
        ClientChange.SIGN_OUT_ELSEWHERE: _sign_out_of(before) != _sign_out_of(after),
        ClientChange.GIVEN_MORE: has_more(before, after),
        ClientChange.FIRST_PARTY: after.first_party and not before.first_party,
        ClientChange.QUOTA_CHANGED: quota_of(before) != quota_of(after),
    }
    changes = [change for change, happened in found.items() if happened]
    if not changes and replace(before, changed_at=after.changed_at) != after:
        return [ClientChange.CHANGED]
    return changes


def proof_of(client: RegisteredRow) -> tuple[Any, ...]:
    """By what it proves itself."""
    return client.token_endpoint_auth_method, client.jwks, client.jwks_uri


def keys_of(client: RegisteredRow) -> tuple[Any, ...]:
    return client.jwks, client.jwks_uri


def with_keys_set(
    before: RegisteredRow | None, after: RegisteredRow, *, by: UUID | None, as_staff: bool
) -> RegisteredRow:
    """Whoever sets keys answers for them; naming the same ones again makes nobody's of them."""
    if not after.has_keys:
        return replace(after, keys_set_by=None, keys_set_as_staff=None, keys_expire_at=None)
    if before is not None and keys_of(before) == keys_of(after):
        return after
    return replace(after, keys_set_by=by, keys_set_as_staff=as_staff, keys_expire_at=None)


def quota_of(client: RegisteredRow) -> tuple[int | None, int | None]:
    return client.quota_amount, client.quota_seconds


def has_moved(before: RegisteredRow, after: RegisteredRow) -> bool:
    return set(before.redirect_uris) != set(after.redirect_uris)


def is_entrusted_anew(before: RegisteredRow, after: RegisteredRow) -> bool:
    """Whoever says this of it could be it, or hear what it hears: where it is answered and told,
    by what it proves itself, and what binds its tokens and requests to that.
    """
    loosened = any(
        getattr(before, bond) and not getattr(after, bond)
        for bond in ("dpop_bound_access_tokens", "require_pushed_authorization_requests")
    )
    return (
        loosened
        or has_moved(before, after)
        or proof_of(before) != proof_of(after)
        or _sign_out_of(before) != _sign_out_of(after)
    )


def has_more(before: RegisteredRow, after: RegisteredRow) -> bool:
    loosened = before.dpop_bound_access_tokens and not after.dpop_bound_access_tokens
    return loosened or any(
        set(getattr(after, held)) - set(getattr(before, held))
        for held in ("scopes", "grants", "tenants", "audiences")
    )


def has_less(before: RegisteredRow, after: RegisteredRow) -> bool:
    """Tokens that were given say what they open, and by whose proof, so they end."""
    tightened = after.dpop_bound_access_tokens and not before.dpop_bound_access_tokens
    return (
        tightened
        or is_no_more_ours(before, after)
        or any(
            set(getattr(before, held)) - set(getattr(after, held))
            for held in ("scopes", "grants", "tenants", "audiences")
        )
    )


def is_no_more_ours(before: RegisteredRow, after: RegisteredRow) -> bool:
    """Nobody was asked whether it may have what it was given: from now on everybody is."""
    return before.first_party and not after.first_party


def shown_metadata(client: RegisteredRow, secrets: Sequence[KnownSecretRow]) -> dict[str, Any]:
    method = client.token_endpoint_auth_method
    return {
        "client_id": client.client_id,
        **_told_alike(client),
        "token_endpoint_auth_method": method and TokenEndpointAuthMethod(method),
        "jwks": client.jwks,
        "secrets": [
            {
                "secret_id": one.secret_id,
                "created_at": one.created_at,
                "expires_at": one.expires_at,
                "created_by": one.created_by,
            }
            for one in secrets
        ],
        "keys_set_by": client.keys_set_by,
        "keys_expire_at": client.keys_expire_at,
        "created_at": client.created_at,
        "changed_at": client.changed_at,
    }


def recorded(client: RegisteredRow) -> dict[str, object]:
    """For the trail: which keys, never what is in them."""
    return {
        **_told_alike(client),
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "keys": [one.get("kid") for one in client.jwks["keys"]] if client.jwks else [],
    }


def _told_alike(client: RegisteredRow) -> dict[str, Any]:
    """What a reader is shown and the trail keeps, word for word."""
    return {
        "name": client.name,
        "scopes": list(client.scopes),
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "jwks_uri": client.jwks_uri,
        "dpop_bound_access_tokens": client.dpop_bound_access_tokens,
        "require_pushed_authorization_requests": client.require_pushed_authorization_requests,
        "backchannel_logout_uri": client.backchannel_logout_uri,
        "backchannel_logout_session_required": client.backchannel_logout_session_required,
        "default_max_age": client.default_max_age,
        "quota": _shown_quota(client),
    }


def _sign_out_of(client: RegisteredRow) -> tuple[frozenset[str], str | None]:
    return frozenset(client.post_logout_redirect_uris), client.backchannel_logout_uri


def _shown_quota(client: RegisteredRow) -> dict[str, int | None] | None:
    if client.quota_amount is None:
        return None
    return {"requests": client.quota_amount, "seconds": client.quota_seconds}


def _method_fault(client: RegisteredRow) -> str | None:
    method = client.token_endpoint_auth_method
    if method is None:
        return None
    if (client.kind is ClientKind.PUBLIC) != (method == TokenEndpointAuthMethod.NONE):
        return "auth-method-kind"
    if method in _BY_SECRET and client.has_keys:
        return "auth-method-keys"
    return None


def _inline_keys_fault(client: RegisteredRow) -> str | None:
    if client.kind is ClientKind.PUBLIC and client.has_keys:
        return "keys-public"
    by_keys = client.token_endpoint_auth_method == TokenEndpointAuthMethod.PRIVATE_KEY_JWT
    if client.jwks is None:
        return "keys-needed" if by_keys and client.jwks_uri is None else None
    fault = keys_fault(client.jwks)
    return "keys-weak" if fault == "invalid" else fault


def _published_keys_fault(client: RegisteredRow, private_allowed: bool) -> str | None:
    if client.jwks_uri is None:
        return None
    if client.jwks is not None:
        return "keys-twice"
    return fetching_fault(client.jwks_uri, private_allowed=private_allowed)


def _uris_faults(client: RegisteredRow, field: str) -> Faults:
    """Each address by its place, as the faults of a list's items are told."""
    uris, by_browser = getattr(client, field), AUTHORIZATION_CODE in client.grants
    if uris and not by_browser:
        return {field: ["redirect-uri-unused"]}
    if by_browser and field == "redirect_uris" and not uris:
        return {field: ["required"]}
    judged = enumerate(registration_fault(uri, client.kind) for uri in uris)
    return {f"{field}.{place}": [fault] for place, fault in judged if fault is not None}
