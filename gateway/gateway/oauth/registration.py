"""Registering clients. A secret is shown once, to whoever registers; two may live at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from contracts.codes import TENANT_CODE
from contracts.registry import SCOPES
from gateway.oauth.acting import acting
from gateway.oauth.client_keys import keys_fault
from gateway.oauth.clients import CLIENT_ID
from gateway.oauth.endings import Endings
from gateway.oauth.redirects import registration_fault
from gateway.oauth.scopes import SCOPES_SUPPORTED
from gateway.oauth.secrecy import digest_of, new_secret
from gateway.store import clients as store
from gateway.store import consents
from gateway.store.clients import ClientKind, ClientRow
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Invalid
from servicekit.ids import new_id

AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a grant
CLIENT_CREDENTIALS = "client_credentials"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105
GRANTS = (AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS, DEVICE_CODE, TOKEN_EXCHANGE)
_OF_CONFIDENTIAL_CLIENTS = frozenset({CLIENT_CREDENTIALS, TOKEN_EXCHANGE})

PORTAL = "portal"
LIVE_SECRETS = 2
# Each stands in every token of the client, and no token above 8 KiB is read. Whoever acts for
# more registers "*", or a second client.
MOST_TENANTS = 300
_LOOKS_LIKE_A_PERSON = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What is asked for a client. ``jwks``: its public keys, where it proves itself by them."""

    client_id: str
    name: str
    kind: ClientKind
    grants: frozenset[str]
    scopes: frozenset[str] = frozenset()
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    tenants: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    first_party: bool = False
    require_pushed_authorization_requests: bool = False
    jwks: dict[str, Any] | None = None
    dpop_bound_access_tokens: bool = False
    backchannel_logout_uri: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """``secret`` is None for a public client, and where none was asked for."""

    client_id: str
    new: bool
    secret: str | None


def register_client(
    *,
    db: Database,
    clock: Clock,
    asked: Registration,
    secret: str | None = None,
    new_secret_wanted: bool = False,
) -> Registered:
    """Add a client, or change the one of that id. Raises Invalid("fields-invalid").

    A confidential client without keys gets a secret when it has none or when one is wanted;
    ``secret`` is one that the caller has already, and again is harmless.
    """
    faults = registration_faults(asked)
    if faults:
        raise Invalid("fields-invalid", {"fields": faults})
    now = clock.now()
    endings = Endings(db=db, clock=clock)
    with db.write(acting("client.register"), tenant=EVERYONE) as tx:
        known = store.find_client(tx, client_id=asked.client_id, now=now)
        new = store.add_or_change_client(tx, client=_row(asked), now=now)
        if known is not None:
            _end_what_it_had(tx, endings=endings, known=known, asked=asked, now=now)
        given = None
        if asked.kind is ClientKind.CONFIDENTIAL and asked.jwks is None:
            given = _ensure_secret(
                tx, client_id=asked.client_id, secret=secret, wanted=new_secret_wanted, now=now
            )
        tx.record(
            "oauth:client:registered" if new else "oauth:client:changed",
            target=asked.client_id,
            details=_told(asked, secret_added=given is not None),
            at=now,
        )
    _log.info("client-registered", client_id=asked.client_id, new=new)
    return Registered(asked.client_id, new, given)


def ensure_portal(*, db: Database, clock: Clock, public_url: str, secret: str) -> None:
    """The portal is a client like others, of this very gateway: told by settings, not by hand."""
    asked = Registration(
        client_id=PORTAL,
        name="Portal",
        kind=ClientKind.CONFIDENTIAL,
        grants=frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN}),
        scopes=frozenset({"openid", "profile", "email", *SCOPES}),
        redirect_uris=(f"{public_url}/portal/callback",),
        post_logout_redirect_uris=(f"{public_url}/", f"{public_url}/sign-in"),
        first_party=True,
    )
    now = clock.now()
    with db.read(tenant=EVERYONE) as tx:
        known = store.find_client(tx, client_id=asked.client_id, now=now)
    if known == replace(_row(asked), secrets=(digest_of(secret),)):
        return
    register_client(db=db, clock=clock, asked=asked, secret=secret)
    _forget_other_secrets(db=db, client_id=asked.client_id, secret=secret, now=now)


def registration_faults(asked: Registration) -> dict[str, list[str]]:
    """Message codes by field."""
    faults = identity_faults(
        client_id=asked.client_id,
        kind=asked.kind,
        grants=asked.grants,
        scopes=asked.scopes,
        tenants=asked.tenants,
    )
    if not 1 <= len(asked.name) <= 120 or not asked.name.isprintable():
        faults["name"] = ["length:1:120"]
    if AUTHORIZATION_CODE in asked.grants and not asked.redirect_uris:
        faults["redirect_uris"] = ["required"]
    judged = {
        "jwks": _keys_fault(asked),
        "backchannel_logout_uri": _logout_fault(asked.backchannel_logout_uri),
    }
    faults |= {field: [fault] for field, fault in judged.items() if fault is not None}
    for field in ("redirect_uris", "post_logout_redirect_uris"):
        if any(registration_fault(uri, asked.kind) for uri in getattr(asked, field)):
            faults[field] = ["invalid"]
    return faults


def identity_faults(
    *,
    client_id: str,
    kind: ClientKind,
    grants: frozenset[str],
    scopes: Iterable[str],
    tenants: frozenset[str],
) -> dict[str, list[str]]:
    """Message codes by field: who a client is, and what it may."""
    faults: dict[str, list[str]] = {}
    if not CLIENT_ID.fullmatch(client_id) or _LOOKS_LIKE_A_PERSON.fullmatch(client_id):
        faults["client_id"] = ["invalid"]
    if not grants or not grants <= set(GRANTS):
        faults["grants"] = [f"choice:{','.join(GRANTS)}"]
    if not set(scopes) <= set(SCOPES_SUPPORTED):
        faults["scopes"] = ["invalid"]
    if kind is ClientKind.PUBLIC and grants & _OF_CONFIDENTIAL_CLIENTS:
        faults["kind"] = ["invalid"]
    tenants_fault = _tenants_fault(tenants)
    if tenants_fault is not None:
        faults["tenants"] = [tenants_fault]
    return faults


def _keys_fault(asked: Registration) -> str | None:
    if asked.jwks is None:
        return None
    return "invalid" if asked.kind is ClientKind.PUBLIC else keys_fault(asked.jwks)


def _logout_fault(uri: str | None) -> str | None:
    """What only a program of its own could open is no address to be told at."""
    faulty = uri is not None and registration_fault(uri, ClientKind.CONFIDENTIAL)
    return "invalid" if faulty else None


def _tenants_fault(tenants: frozenset[str]) -> str | None:
    if any(one != "*" and not TENANT_CODE.fullmatch(one) for one in tenants):
        return "invalid"
    return f"length:0:{MOST_TENANTS}" if len(tenants) > MOST_TENANTS else None


def _end_what_it_had(
    tx: Tx, *, endings: Endings, known: ClientRow, asked: Registration, now: datetime
) -> None:
    if _is_no_more_ours(known, asked):
        consents.remove_unused_codes_of_client(tx, client_id=asked.client_id)
        endings.end_families_of_client(tx, client_id=asked.client_id, now=now)
    if _is_less(known, asked):
        endings.end_client(tx, client_id=asked.client_id, now=now)


def _is_less(known: ClientRow, asked: Registration) -> bool:
    """Tokens that it was given say what they open, so they end."""
    narrowed = (
        known.scopes - asked.scopes
        or known.grants - asked.grants
        or known.tenants - asked.tenants
        or known.audiences - asked.audiences
    )
    tightened = asked.dpop_bound_access_tokens and not known.dpop_bound_access_tokens
    return bool(narrowed) or tightened or _is_no_more_ours(known, asked)


def _is_no_more_ours(known: ClientRow, asked: Registration) -> bool:
    """Nobody was asked whether it may have what it was given: from now on everybody is."""
    return known.first_party and not asked.first_party


def _ensure_secret(
    tx: Tx, *, client_id: str, secret: str | None, wanted: bool, now: datetime
) -> str | None:
    """The secret that was added, or None where those there are will do."""
    live = store.list_secrets(tx, client_id=client_id, now=now)
    if secret is not None and any(one.digest == digest_of(secret) for one in live):
        return None
    if secret is None and live and not wanted:
        return None
    for oldest in live[: max(0, len(live) - LIVE_SECRETS + 1)]:
        store.remove_secret(tx, client_id=client_id, secret_id=oldest.secret_id)
    given = secret or new_secret()
    store.add_secret(tx, secret_id=new_id(), client_id=client_id, digest=digest_of(given), now=now)
    return given


def _forget_other_secrets(*, db: Database, client_id: str, secret: str, now: datetime) -> None:
    """Whoever changes the setting means the old secret to be dead."""
    with db.write(acting("client.secrets"), tenant=EVERYONE) as tx:
        for one in store.list_secrets(tx, client_id=client_id, now=now):
            if one.digest != digest_of(secret):
                store.remove_secret(tx, client_id=client_id, secret_id=one.secret_id)


def _row(asked: Registration) -> ClientRow:
    return ClientRow(
        client_id=asked.client_id,
        name=asked.name,
        kind=asked.kind,
        first_party=asked.first_party,
        redirect_uris=asked.redirect_uris,
        post_logout_redirect_uris=asked.post_logout_redirect_uris,
        grants=asked.grants,
        scopes=asked.scopes,
        tenants=asked.tenants,
        audiences=asked.audiences,
        secrets=(),
        require_pushed_authorization_requests=asked.require_pushed_authorization_requests,
        jwks=asked.jwks,
        dpop_bound_access_tokens=asked.dpop_bound_access_tokens,
        backchannel_logout_uri=asked.backchannel_logout_uri,
    )


def _told(asked: Registration, *, secret_added: bool) -> dict[str, object]:
    return {
        "kind": asked.kind.value,
        "grants": sorted(asked.grants),
        "scopes": sorted(asked.scopes),
        "tenants": sorted(asked.tenants),
        "redirect_uris": list(asked.redirect_uris),
        "secret_added": secret_added,
        "keys": [one.get("kid") for one in asked.jwks["keys"]] if asked.jwks else [],
    }
