"""The authorization server: the RFCs' nouns, put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer as AuthlibAuthorizationServer
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidScopeError, OAuth2Error
from flask import Response
from flask import request as flask_request

from gateway.limits.admission import Admission
from gateway.oauth.client_assertions import ClientAssertions
from gateway.oauth.client_authentication import (
    BASIC,
    NONE,
    POST,
    PRIVATE_KEY_JWT,
    by_basic,
    by_nothing,
    by_post,
)
from gateway.oauth.clients import Client, ClientDirectory, granted_scope
from gateway.oauth.devices import DeviceAuthorizationEndpoint, DeviceCodeGrant, Devices
from gateway.oauth.endpoints import (
    EndSessionEndpoint,
    IntrospectionEndpoint,
    RevocationEndpoint,
    hinted_claims,
)
from gateway.oauth.exchanging import TokenExchangeGrant
from gateway.oauth.granting import Grants
from gateway.oauth.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    IssuerParameter,
    OpenIDConnect,
    ProofKey,
    RefreshTokenGrant,
)
from gateway.oauth.impersonations import Impersonations
from gateway.oauth.issuing import Issuer, SignedInPerson
from gateway.oauth.keys import KeyRing
from gateway.oauth.possession import Possession
from gateway.oauth.protocol_request import Parameters, ProtocolRequest
from gateway.oauth.pushing import PushedRequestEndpoint, PushedRequests
from gateway.oauth.scopes import SCOPES_SUPPORTED
from gateway.oauth.secrecy import new_secret
from gateway.oauth.sessions import Sessions
from gateway.oauth.tokens import TokenChecker
from servicekit.clock import Clock

CHALLENGE = "WWW-Authenticate"
_SUPPORTED = frozenset(SCOPES_SUPPORTED)
# Status, body and headers of an answer of the protocol.
Told = tuple[int, dict[str, Any], list[tuple[str, str]]]


class AuthorizationServer(AuthlibAuthorizationServer):  # type: ignore[misc]
    def __init__(
        self,
        *,
        issuer: Issuer,
        clients: ClientDirectory,
        grants: Grants,
        pushed: PushedRequests,
        devices: Devices,
        assertions: ClientAssertions,
        impersonations: Impersonations,
        possession: Possession,
        tokens: TokenChecker,
        keys: KeyRing,
        sessions: Sessions,
        clock: Clock,
        admission: Admission,
    ) -> None:
        super().__init__(query_client=clients.find)
        self.scopes_supported = SCOPES_SUPPORTED
        self.issuer = issuer
        self.clients = clients
        self.grants = grants
        self.pushed = pushed
        self.devices = devices
        self.impersonations = impersonations
        self.possession = possession
        self.tokens = tokens
        self.keys = keys
        self.sessions = sessions
        self.clock = clock
        self.admission = admission
        self.register_client_auth_method(BASIC, by_basic)
        self.register_client_auth_method(POST, by_post)
        self.register_client_auth_method(PRIVATE_KEY_JWT, assertions)
        self.register_client_auth_method(NONE, by_nothing)
        self.register_grant(AuthorizationCodeGrant, [ProofKey(), OpenIDConnect()])
        self.register_grant(RefreshTokenGrant, [OpenIDConnect()])
        self.register_grant(ClientCredentialsGrant)
        self.register_grant(DeviceCodeGrant, [OpenIDConnect()])
        self.register_grant(TokenExchangeGrant)
        self.register_endpoint(PushedRequestEndpoint)
        self.register_endpoint(DeviceAuthorizationEndpoint)
        self.register_endpoint(RevocationEndpoint)
        self.register_endpoint(IntrospectionEndpoint)
        self.register_endpoint(EndSessionEndpoint)
        self.register_extension(lambda server: IssuerParameter(issuer.url)(server))

    def create_oauth2_request(self, request: Parameters | None) -> ProtocolRequest:
        """Of given parameters, or of the present request: its body where it has one, else its
        query; never both.
        """
        posted = flask_request.method == "POST"
        if request is None:
            request = flask_request.form if posted else flask_request.args
        return ProtocolRequest(
            method=flask_request.method,
            path=flask_request.path,
            headers=flask_request.headers,
            values=request,
        )

    def authenticate_client(
        self, request: ProtocolRequest, methods: Sequence[str], endpoint: str = "token"
    ) -> Client:
        """Counted: who proves who he is by himself, everybody else by his address."""
        try:
            client: Client = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError:
            self.admission.admit_stranger()
            raise
        self.admission.admit_client(client)
        return client

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody here listens to what Authlib tells Flask."""

    def generate_token(
        self,
        grant_type: str,
        client: Client,
        user: SignedInPerson | None = None,
        scope: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = True,
        key: str | None = None,
    ) -> dict[str, Any]:
        if user is None:
            return self.issuer.client_token(client, scope=granted_scope(client, scope), key=key)
        token = self.issuer.person_token(client, user, scope=scope or "", key=key)
        if include_refresh_token:
            token["refresh_token"] = new_secret()
        return token

    def validate_requested_scope(self, scope: str | None) -> None:
        """Authlib's rule, by a set that is made once."""
        if scope and not _SUPPORTED.issuperset(scope.split()):
            raise InvalidScopeError()

    def subject_of(self, id_token_hint: str) -> str:
        """Whom an ID token of ours is about. Raises InvalidRequestError."""
        return str(hinted_claims(self, id_token_hint)["sub"])

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Response:
        response: Response = self.handle_response(*_told(error))
        return response

    # --- for the counter, which makes its own answers -------------------------------------------

    def answer_token(self, request: ProtocolRequest) -> Told:
        try:
            grant = self.get_token_grant(request)
            grant.validate_token_request()
            told: Told = grant.create_token_response()
        except OAuth2Error as error:
            return _told(error)
        return told

    def answer_endpoint(self, name: str, request: ProtocolRequest) -> Told:
        [endpoint] = self._endpoints[name]
        try:
            told: Told = endpoint(request)
        except OAuth2Error as error:
            return _told(error)
        return told


def _told(error: OAuth2Error) -> Told:
    status, body, headers = error(None)
    if isinstance(error, InvalidClientError) and status == 401:
        # Of our realm instead of Authlib's.
        others = [(name, value) for name, value in headers if name != CHALLENGE]
        headers = [*others, (CHALLENGE, 'Basic realm="guichet", charset="UTF-8"')]
    return status, body, headers
