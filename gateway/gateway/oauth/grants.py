"""The grants that begin in a browser, and the client's own; no implicit, no password."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import (
    AuthorizationCodeGrant as AuthlibAuthorizationCodeGrant,
)
from authlib.oauth2.rfc6749 import (
    ClientCredentialsGrant as AuthlibClientCredentialsGrant,
)
from authlib.oauth2.rfc6749 import (
    InvalidGrantError,
    InvalidRequestError,
    OAuth2Error,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc6749 import (
    RefreshTokenGrant as AuthlibRefreshTokenGrant,
)
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge
from authlib.oauth2.rfc9207 import IssuerParameter as AuthlibIssuerParameter
from authlib.oidc.core import OpenIDToken as AuthlibOpenIDToken

from gateway.oauth.binding import BoundToKey
from gateway.oauth.client_authentication import EVERY, NONE, PROVED
from gateway.oauth.clients import Client
from gateway.oauth.issuing import SignedInPerson
from gateway.oauth.protocol_request import ProtocolRequest
from gateway.oauth.secrecy import digest_of, new_secret
from gateway.oauth.ways_in import bound_domain, opened_scope
from gateway.store.codes import CodeRow
from gateway.store.device_requests import PolledRow
from gateway.store.families import RefreshRow
from gateway.store.sessions import SessionRow

if TYPE_CHECKING:
    from gateway.oauth.server import AuthorizationServer

_CHALLENGE = _THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_NO_KEY = "-" * 43
_NONCE = re.compile(r"[\x20-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    row: CodeRow
    digest: bytes

    @property
    def code_challenge(self) -> str:
        return self.row.code_challenge

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return scope_of(self.row)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    row: RefreshRow
    raw: str

    def check_client(self, client: Client) -> bool:
        return client.client_id == self.row.client_id

    def get_scope(self) -> str:
        return scope_of(self.row)


def scope_of(row: CodeRow | RefreshRow | PolledRow) -> str:
    """Judged again at each token: what was written before a rule became narrower obeys it too."""
    assert row.session_method is not None  # a grant is usable while its session lives
    return opened_scope(" ".join(row.scopes), method=row.session_method)


def person_of(row: CodeRow | RefreshRow | PolledRow) -> SignedInPerson:
    assert row.session_method is not None
    return SignedInPerson(
        person_id=row.person_id,
        session_id=row.session_id,
        family_id=row.family_id,
        auth_time=row.auth_time,
        proved_here=row.proved_here,
        amr=row.amr,
        domain=bound_domain(method=row.session_method, domain=row.session_domain),
    )


def key_to_keep(request: ProtocolRequest) -> str | None:
    """What its refresh tokens are bound to; a confidential client proves itself when it comes."""
    return request.key if request.auth_method == NONE else None


class AuthorizationCodeGrant(BoundToKey, AuthlibAuthorizationCodeGrant):  # type: ignore[misc]
    """RFC 6749, section 4.1."""

    TOKEN_ENDPOINT_AUTH_METHODS = EVERY
    server: AuthorizationServer
    request: ProtocolRequest

    def generate_authorization_code(self) -> str:
        return new_secret()

    def save_authorization_code(self, code: str, request: ProtocolRequest) -> None:
        session: SessionRow = request.user
        self.server.grants.add_code(
            digest=digest_of(code),
            session=session,
            client=request.client,
            redirect_uri=request.payload.redirect_uri,
            scope=opened_scope(request.scope, method=session.method),
            nonce=request.values.get("nonce"),
            code_challenge=request.values["code_challenge"],
            key=request.values.get("dpop_jkt"),
            proved_here=request.proved_here,
        )

    def bind(self, known: str | None = None) -> None:
        super().bind(self.request.authorization_code.row.dpop_jkt)

    def query_authorization_code(self, code: str, client: Client) -> AuthorizationCode | None:
        digest = digest_of(code)
        row = self.server.grants.usable_code(digest=digest, client=client)
        return None if row is None else AuthorizationCode(row, digest)

    def authenticate_user(self, code: AuthorizationCode) -> SignedInPerson:
        return person_of(code.row)

    def save_token(self, token: dict[str, Any]) -> None:
        code: AuthorizationCode = self.request.authorization_code
        redeemed = self.server.grants.redeem(
            code.row,
            digest=code.digest,
            refresh_token=token.get("refresh_token"),
            key=key_to_keep(self.request),
        )
        if not redeemed:
            raise InvalidGrantError()

    def delete_authorization_code(self, code: AuthorizationCode) -> None:
        """Kept as used: when it comes back, what grew from it ends."""


class RefreshTokenGrant(BoundToKey, AuthlibRefreshTokenGrant):  # type: ignore[misc]
    """RFC 6749, section 6, with the rotation of RFC 9700, section 4.14."""

    TOKEN_ENDPOINT_AUTH_METHODS = EVERY
    INCLUDE_NEW_REFRESH_TOKEN = False  # it follows from the old one: save_token
    server: AuthorizationServer
    request: ProtocolRequest

    def authenticate_refresh_token(self, refresh_token: str) -> RefreshToken | None:
        row = self.server.grants.usable_refresh_token(refresh_token, client=self.request.client)
        return None if row is None else RefreshToken(row, refresh_token)

    def authenticate_user(self, token: RefreshToken) -> SignedInPerson:
        return person_of(token.row)

    def bind(self, known: str | None = None) -> None:
        super().bind(self.request.refresh_token.row.dpop_jkt)

    def save_token(self, token: dict[str, Any]) -> None:
        old: RefreshToken = self.request.refresh_token
        successor = self.server.grants.rotate(old.row, old.raw)
        if successor is None:
            raise InvalidGrantError()
        token["refresh_token"] = successor

    def revoke_old_credential(self, token: RefreshToken) -> None:
        """Used up in the transaction that added the new one."""


class ClientCredentialsGrant(BoundToKey, AuthlibClientCredentialsGrant):  # type: ignore[misc]
    """RFC 6749, section 4.4. Nothing is written: the token says all, and lives minutes."""

    TOKEN_ENDPOINT_AUTH_METHODS = PROVED
    server: AuthorizationServer
    request: ProtocolRequest

    def validate_token_request(self) -> None:
        super().validate_token_request()
        if not self.request.client.confidential:
            raise UnauthorizedClientError()

    def save_token(self, token: dict[str, Any]) -> None:
        pass


class ProofKey(CodeChallenge):  # type: ignore[misc]
    """PKCE (RFC 7636) from every client, S256 only: ``plain`` protects from nothing."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012
    CODE_CHALLENGE_METHODS = {  # noqa: RUF012
        "S256": lambda verifier, challenge: hmac.compare_digest(
            create_s256_code_challenge(verifier), challenge
        )
    }

    def validate_code_challenge(self, grant: AuthorizationCodeGrant, redirect_uri: str) -> None:
        values = grant.request.values
        if "code_challenge" not in values:
            raise InvalidRequestError("Missing 'code_challenge'")
        if values.get("code_challenge_method") != "S256":
            raise InvalidRequestError("'code_challenge_method' must be S256")
        if not _CHALLENGE.fullmatch(values["code_challenge"]):
            raise InvalidRequestError("Invalid 'code_challenge'")
        if not _THUMBPRINT.fullmatch(values.get("dpop_jkt", _NO_KEY)):
            raise InvalidRequestError("Invalid 'dpop_jkt'")

    def get_authorization_code_challenge_method(self, code: AuthorizationCode) -> str:
        return "S256"


class OpenIDConnect(AuthlibOpenIDToken):  # type: ignore[misc]
    """An ID token beside the access token where ``openid`` was asked for and granted."""

    def __call__(self, grant: Any) -> None:
        super().__call__(grant)
        grant.register_hook("after_validate_authorization_request_payload", self.validate_nonce)

    def validate_nonce(self, grant: AuthorizationCodeGrant, redirect_uri: str) -> None:
        nonce = grant.request.values.get("nonce")
        if nonce is not None and not _NONCE.fullmatch(nonce):
            raise InvalidRequestError("Invalid 'nonce'")

    def process_token(self, grant: Any, response: tuple[int, dict[str, Any], Any]) -> None:
        _, token, _ = response
        if "openid" not in token["scope"].split():
            return
        request: ProtocolRequest = grant.request
        code: AuthorizationCode | None = request.authorization_code
        token["id_token"] = grant.server.issuer.id_token(
            request.client,
            request.user,
            access_token=token["access_token"],
            nonce=code.row.nonce if code is not None else None,
        )


class IssuerParameter(AuthlibIssuerParameter):  # type: ignore[misc]
    """RFC 9207: every answer of the authorization endpoint says who answers."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        return self._issuer


__all__ = [
    "AuthorizationCodeGrant",
    "ClientCredentialsGrant",
    "IssuerParameter",
    "OAuth2Error",
    "OpenIDConnect",
    "ProofKey",
    "RefreshTokenGrant",
]
