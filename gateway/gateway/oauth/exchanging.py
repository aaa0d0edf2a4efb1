"""Token exchange (RFC 8693): a service that was called in a person's name calls on, in his name.

It gets less than the token it shows, never more: fewer scopes, the same tenant, no longer a life;
and it dies with it. Each hand the right went through stands in ``act``, the last one outermost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from authlib.oauth2.rfc6749 import (
    BaseGrant,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    TokenEndpointMixin,
    UnauthorizedClientError,
)

from contracts.registry import LOOKED_AT_SCOPES
from contracts.rights import CallerKind
from gateway.oauth.binding import proved_key
from gateway.oauth.client_authentication import PROVED
from gateway.oauth.clients import Client
from gateway.oauth.protocol_request import ProtocolRequest
from gateway.oauth.tokens import AccessToken
from servicekit.errors import Unauthenticated

if TYPE_CHECKING:
    from gateway.oauth.server import AuthorizationServer

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the name of a type
MOST_ACTORS = 3
# Who he is, and staying signed in, are not passed on.
_NOT_PASSED_ON = frozenset({"openid", "profile", "email", "phone", "offline_access"})
_log = structlog.get_logger(__name__)


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]
    """RFC 8693, section 2.2.2."""

    error = "invalid_target"


class TokenExchangeGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """For confidential clients; the client that asks is the actor."""

    GRANT_TYPE = GRANT_TYPE
    TOKEN_ENDPOINT_AUTH_METHODS = PROVED
    server: AuthorizationServer
    request: ProtocolRequest

    def validate_token_request(self) -> None:
        client: Client = self.authenticate_token_endpoint_client()
        if not client.confidential or not client.check_grant_type(GRANT_TYPE):
            raise UnauthorizedClientError()
        self.request.client = client
        _check_form(self.request.form)
        self.request.credential = self._subject(client)
        self._bind()
        self.request.scope = _scope(self.request.form, self._subject_token, client)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        client, subject = self.request.client, self._subject_token
        asked: dict[str, Any] = {
            "scope": self.request.scope,
            "audience": self._audience(client),
            "key": self.request.key,
        }
        opened = self._opened(client)
        if opened is None:
            token = self.server.issuer.exchanged_token(client, subject, **asked)
        else:
            token = self.server.issuer.impersonation_token(client, subject, opened, **asked)
        _log.info(
            "token-exchanged",
            client_id=client.client_id,
            person_id=subject.subject,
            of=subject.client_id,
            scope=self.request.scope,
            impersonation=None if opened is None else opened["grant_id"],
        )
        return 200, {**token, "issued_token_type": ACCESS_TOKEN}, self.TOKEN_RESPONSE_HEADER

    @property
    def _subject_token(self) -> AccessToken:
        token: AccessToken = self.request.credential
        return token

    def _opened(self, client: Client) -> dict[str, Any] | None:
        """What an operator may see as somebody else, where he names a grant. Only an application of
        the provider's own asks so, and for the REST face alone: what looks only is known there."""
        grant_id = self.request.form.get("impersonation")
        if grant_id is None:
            return None
        if not client.own:
            raise UnauthorizedClientError()
        if self._audience(client) != self.server.issuer.audience:
            raise InvalidTargetError()
        return self.server.impersonations.open(grant_id, self._subject_token)

    def _subject(self, client: Client) -> AccessToken:
        """The same answer whatever is wrong with it: a client learns nothing of others' tokens."""
        try:
            token = self.server.tokens.read(self.request.form["subject_token"])
        except Unauthenticated:
            raise _unacceptable() from None
        if token.kind is not CallerKind.PERSON or not token.concerns(client):
            raise _unacceptable()
        if token.grant is not None:  # who only looks sends nobody else to look
            raise _unacceptable()
        if len(token.actors) >= MOST_ACTORS:
            raise InvalidRequestError("The token went through too many hands.")
        return token

    def _bind(self) -> None:
        """A bound token is exchanged by whoever holds its key, and stays bound."""
        self.request.key = proved_key(self.server.possession, self.request)
        if self._subject_token.key not in (None, self.request.key):
            raise _unacceptable()

    def _audience(self, client: Client) -> str:
        """The REST face, or the client itself."""
        known = {self.server.issuer.audience, client.client_id}
        form = self.request.form
        asked = {form[name] for name in ("audience", "resource") if name in form}
        if not asked <= known or len(asked) > 1:
            raise InvalidTargetError()
        return asked.pop() if asked else self.server.issuer.audience


def _check_form(form: dict[str, str]) -> None:
    if not form.get("subject_token"):
        raise InvalidRequestError("Missing 'subject_token'")
    if form.get("subject_token_type") != ACCESS_TOKEN:
        raise InvalidRequestError("'subject_token_type' must be an access token's")
    if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise InvalidRequestError("'requested_token_type' must be an access token's")
    if "actor_token" in form or "actor_token_type" in form:
        raise InvalidRequestError("The client is the actor: no 'actor_token'.")


def _scope(form: dict[str, str], subject: AccessToken, client: Client) -> str:
    """What both have, and of it for who only looks what opens something to look at; asking for
    more is refused, not cut."""
    asked = form.get("scope")
    common = (subject.scopes & client.row.scopes) - _NOT_PASSED_ON
    if "impersonation" in form:
        common &= LOOKED_AT_SCOPES
    wanted = frozenset(asked.split()) if asked else common
    if not wanted or not wanted <= common:
        raise InvalidScopeError()
    return " ".join(sorted(wanted))


def _unacceptable() -> InvalidRequestError:
    return InvalidRequestError("The 'subject_token' is not acceptable.")
