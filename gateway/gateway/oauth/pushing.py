"""Pushed authorization requests (RFC 9126): the client hands its request over by itself, proved,
and the browser carries no more than a name for it.

The name serves once. The first browser that comes with it opens it and is sent on to an address
of ours that is stamped (``asking``); with the stamp alone the way through the sign-in and consent
pages goes on. The answer to the client takes the request away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authlib.consts import default_json_headers
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from werkzeug.datastructures import MultiDict

from gateway.oauth.acting import acting
from gateway.oauth.authorizing import NoRedirect, read_question
from gateway.oauth.client_authentication import EVERY, PROOFS_IN_FORM
from gateway.oauth.clients import Client
from gateway.oauth.lifetimes import INTERACTION, PUSHED_REQUEST
from gateway.oauth.protocol_request import Parameters, ProtocolRequest
from gateway.oauth.secrecy import digest_of, new_secret
from gateway.store import pushed_requests as store
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database

if TYPE_CHECKING:
    from gateway.oauth.server import AuthorizationServer

REQUEST_URI = "request_uri"
_URN = "urn:ietf:params:oauth:request_uri:"


class PushedRequests:
    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def add(self, client: Client, values: dict[str, str]) -> str:
        """The name of the request."""
        now, secret = self._clock.now(), new_secret()
        with self._db.write(acting("request.push"), tenant=EVERYONE) as tx:
            store.add_pushed_request(
                tx,
                digest=digest_of(secret),
                client_id=client.client_id,
                parameters=values,
                expires_at=now + PUSHED_REQUEST,
                now=now,
            )
        return f"{_URN}{secret}"

    def open(self, request_uri: str, *, client_id: str) -> Parameters:
        """What was asked, for the first who comes. Raises NoRedirect."""
        now = self._clock.now()
        with self._db.write(acting("request.open"), tenant=EVERYONE) as tx:
            found = store.change_pushed_request_to_opened(
                tx,
                digest=_digest(request_uri),
                client_id=client_id,
                expires_at=now + INTERACTION,
                now=now,
            )
        return _found(found)

    def opened(self, request_uri: str, *, client_id: str) -> Parameters:
        """What was asked, on the way through our pages. Raises NoRedirect."""
        with self._db.read(tenant=EVERYONE) as tx:
            found = store.find_opened_request(
                tx, digest=_digest(request_uri), client_id=client_id, now=self._clock.now()
            )
        return _found(found)

    def close(self, request_uri: str) -> None:
        """Before it is answered. Raises NoRedirect where it was answered already."""
        with self._db.write(acting("request.close"), tenant=EVERYONE) as tx:
            first = store.remove_pushed_request(tx, digest=_digest(request_uri))
        if not first:
            raise _not_usable()


class PushedRequestEndpoint:
    """RFC 9126, section 2. What would be refused at the authorization endpoint is refused here."""

    ENDPOINT_NAME = "pushed_authorization_request"
    CLIENT_AUTH_METHODS = EVERY

    def __init__(self, server: AuthorizationServer) -> None:
        self.server = server

    def create_endpoint_request(self, request: Parameters | None) -> ProtocolRequest:
        return self.server.create_oauth2_request(request)

    def __call__(self, request: ProtocolRequest) -> tuple[int, dict[str, Any], Any]:
        client: Client = self.server.authenticate_client(
            request, self.CLIENT_AUTH_METHODS, self.ENDPOINT_NAME
        )
        if REQUEST_URI in request.values:
            raise InvalidRequestError("A pushed request has no 'request_uri'.")
        asked = {
            name: value for name, value in request.values.items() if name not in PROOFS_IN_FORM
        }
        self._check(client, MultiDict(asked))
        told = {
            "request_uri": self.server.pushed.add(client, asked),
            "expires_in": int(PUSHED_REQUEST.total_seconds()),
        }
        return 201, told, default_json_headers

    def _check(self, client: Client, asked: Parameters) -> None:
        if asked.get("client_id") != client.client_id:
            raise InvalidRequestError("'client_id' must be the client that pushes.")
        try:
            read_question(
                self.server.clients, asked, subject_of=self.server.subject_of, pushed=True
            )
            self.server.get_consent_grant(asked)
        except NoRedirect as fault:
            raise InvalidRequestError(f"Invalid '{fault.parameter}'") from None
        except OAuth2Error as error:
            # Whoever pushed is told, not a browser.
            raise OAuth2Error(error=error.error, description=error.description) from None


def is_pushed(values: Parameters) -> bool:
    """Any other ``request_uri`` would have to be fetched, which is not offered."""
    return values.get(REQUEST_URI, "").startswith(_URN)


def _digest(request_uri: str) -> bytes:
    return digest_of(request_uri.removeprefix(_URN))


def _found(parameters: dict[str, str] | None) -> Parameters:
    if parameters is None:
        raise _not_usable()
    return MultiDict(parameters)


def _not_usable() -> NoRedirect:
    return NoRedirect("invalid_request_uri", REQUEST_URI)
