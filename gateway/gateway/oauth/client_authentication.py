"""How a client proves itself (RFC 6749, section 2.3). Unknown and wrong get the same answer."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749 import InvalidRequestError

from gateway.oauth.clients import Client
from gateway.oauth.protocol_request import ProtocolRequest

QueryClient = Callable[[object], Client | None]

BASIC, POST, NONE = "client_secret_basic", "client_secret_post", "none"
PRIVATE_KEY_JWT = "private_key_jwt"
PROVED = (BASIC, POST, PRIVATE_KEY_JWT)
EVERY = (*PROVED, NONE)
# What a form holds to prove the client, beside what it asks.
PROOFS_IN_FORM = frozenset({"client_secret", "client_assertion", "client_assertion_type"})


def by_basic(query_client: QueryClient, request: ProtocolRequest) -> Client | None:
    given = _basic_credentials(request.headers.get("Authorization"))
    if given is None:
        return None
    if not PROOFS_IN_FORM.isdisjoint(request.form):
        raise InvalidRequestError("Two ways of authentication in one request.")
    client_id, secret = given
    if request.form.get("client_id", client_id) != client_id:
        raise InvalidRequestError("Two client ids in one request.")
    return _proved(query_client(client_id), secret)


def by_post(query_client: QueryClient, request: ProtocolRequest) -> Client | None:
    secret = request.form.get("client_secret")
    if not secret:
        return None
    if "client_assertion" in request.form:
        raise InvalidRequestError("Two ways of authentication in one request.")
    return _proved(query_client(request.form.get("client_id")), secret)


def by_nothing(query_client: QueryClient, request: ProtocolRequest) -> Client | None:
    """A public client only says who it is."""
    if not PROOFS_IN_FORM.isdisjoint(request.form) or request.headers.get("Authorization"):
        return None
    client = query_client(request.form.get("client_id"))
    return client if client is not None and not client.confidential else None


def _proved(client: Client | None, secret: str) -> Client | None:
    proved = client is not None and client.check_client_secret(secret)
    return client if proved else None


def _basic_credentials(header: str | None) -> tuple[str, str] | None:
    """Form-encoded before they were base64-encoded (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    client_id, colon, secret = text.partition(":")
    return (unquote_plus(client_id), unquote_plus(secret)) if colon else None
