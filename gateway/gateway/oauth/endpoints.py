"""Endpoints about tokens and sessions that exist: RFC 7009, RFC 7662, RP-initiated logout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint as AuthlibRevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint as AuthlibIntrospectionEndpoint
from authlib.oidc.rpinitiated import EndSessionEndpoint as AuthlibEndSessionEndpoint
from joserfc import jwt
from joserfc.errors import JoseError

from contracts.rights import CallerKind
from gateway.oauth.client_authentication import EVERY, PROVED
from gateway.oauth.clients import Client
from gateway.oauth.keys import ALGORITHM
from gateway.oauth.proofs import acr_of
from gateway.oauth.protocol_request import ProtocolRequest
from gateway.oauth.tokens import AccessToken, act_of, claims_of
from gateway.store.families import RefreshRow
from servicekit.errors import Unauthenticated

if TYPE_CHECKING:
    from gateway.oauth.server import AuthorizationServer


@dataclass(frozen=True, slots=True)
class LivingToken:
    """A token that was good when it was looked up: an access token or a refresh token."""

    client_id: str
    access: AccessToken | None = None
    refresh: RefreshRow | None = None

    def check_client(self, client: Client) -> bool:
        return client.client_id == self.client_id

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


def find_living_token(
    server: AuthorizationServer, raw: str, *, spent: bool = False
) -> LivingToken | None:
    """The hint is not needed: an access token has dots, a refresh token has none."""
    if "." in raw:
        try:
            access = server.tokens.read(raw)
        except Unauthenticated:
            return None
        return LivingToken(access.client_id, access=access)
    refresh = server.grants.find_refresh_token(raw, spent=spent)
    return None if refresh is None else LivingToken(refresh.client_id, refresh=refresh)


class RevocationEndpoint(AuthlibRevocationEndpoint):  # type: ignore[misc]
    """RFC 7009. With a refresh token goes all that grew with it; an access token goes alone."""

    CLIENT_AUTH_METHODS = EVERY
    server: AuthorizationServer

    def query_token(self, token: str, hint: str | None) -> LivingToken | None:
        """A spent one too: whose answer to a refresh got lost signs out with what he has."""
        return find_living_token(self.server, token, spent=True)

    def revoke_token(self, token: LivingToken, request: ProtocolRequest) -> None:
        if token.refresh is not None:
            self.server.grants.revoke_family(token.refresh.family_id)
        elif token.access is not None:
            self.server.grants.revoke_token(token.access.token_id)


class IntrospectionEndpoint(AuthlibIntrospectionEndpoint):  # type: ignore[misc]
    """RFC 7662, for clients that prove who they are, about tokens that concern them."""

    CLIENT_AUTH_METHODS = PROVED
    server: AuthorizationServer

    def query_token(self, token: str, hint: str | None) -> LivingToken | None:
        return find_living_token(self.server, token)

    def check_permission(
        self, token: LivingToken, client: Client, request: ProtocolRequest
    ) -> bool:
        return token.check_client(client) or (
            token.access is not None and token.access.concerns(client)
        )

    def introspect_token(self, token: LivingToken) -> dict[str, Any]:
        if token.access is not None:
            return self._access(token.access)
        assert token.refresh is not None
        refresh = token.refresh
        return {
            "active": True,
            "iss": self.server.issuer.url,
            "client_id": refresh.client_id,
            "sub": str(refresh.person_id),
            "scope": " ".join(refresh.scopes),
            "sid": str(refresh.session_id),
            "iat": int(refresh.created_at.timestamp()),
            "exp": int(refresh.expires_at.timestamp()),
        }

    def _access(self, token: AccessToken) -> dict[str, Any]:
        told: dict[str, Any] = {
            "active": True,
            "token_type": "Bearer" if token.key is None else "DPoP",
            "iss": self.server.issuer.url,
            "aud": token.audience,
            "client_id": token.client_id,
            "sub": token.subject,
            "scope": " ".join(sorted(token.scopes)),
            "jti": token.token_id,
            "iat": int(token.issued_at.timestamp()),
            "exp": int(token.expires_at.timestamp()),
        }
        if token.kind is CallerKind.CLIENT:
            told["tenants"] = sorted(token.tenants)
        else:
            told["sid"] = token.session_id
            told |= _proof(token)
            if token.domain is not None:
                told["domain"] = token.domain
        if token.grant is not None:  # not the person: who looks by this grant, there alone
            told["domain"] = token.grant.tenant
            told["impersonation"] = claims_of(token.grant)
        if token.key is not None:
            told["cnf"] = {"jkt": token.key}
        if token.act is not None:
            told["act"] = act_of(token.actors)
        return told


def _proof(token: AccessToken) -> dict[str, Any]:
    amr = sorted(token.factors)
    told: dict[str, Any] = {"amr": amr, "acr": acr_of(amr)}
    if token.auth_time is not None:
        told["auth_time"] = int(token.auth_time.timestamp())
    return told


class EndSessionEndpoint(AuthlibEndSessionEndpoint):  # type: ignore[misc]
    """OpenID Connect RP-Initiated Logout. Ending the browser's session is the route's work: it
    needs the response to take the cookie away.
    """

    server: AuthorizationServer

    def end_session(self, end_session_request: Any) -> None:
        pass

    def _validate_id_token_hint(self, id_token_hint: str) -> dict[str, Any]:
        return hinted_claims(self.server, id_token_hint)


def hinted_claims(server: AuthorizationServer, id_token_hint: str) -> dict[str, Any]:
    """Of an ID token of ours by signature and issuer; its age does not matter."""

    def key(signed: Any) -> Any:
        known = server.keys.find(signed.headers().get("kid"))
        if known is None:
            raise ValueError("unknown key")
        return known

    try:
        token = jwt.decode(id_token_hint, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        raise InvalidRequestError("Invalid 'id_token_hint'") from None
    if token.claims.get("iss") != server.issuer.url or token.header.get("typ") != "JWT":
        raise InvalidRequestError("Invalid 'id_token_hint'")
    return dict(token.claims)
