"""What every grant does with a proof of possession (RFC 9449, section 5): its token is bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidGrantError, OAuth2Error

from gateway.oauth.possession import DPOP, Possession
from gateway.oauth.protocol_request import ProtocolRequest
from servicekit.errors import Unauthenticated

if TYPE_CHECKING:
    from gateway.oauth.issuing import SignedInPerson
    from gateway.oauth.server import AuthorizationServer


class InvalidProofError(OAuth2Error):  # type: ignore[misc]
    """RFC 9449, section 5."""

    error = "invalid_dpop_proof"


class BoundToKey:
    """Before Authlib's grant among the bases. The proof is looked at before anything is used up."""

    server: AuthorizationServer
    request: ProtocolRequest

    def generate_token(
        self,
        user: SignedInPerson | None = None,
        scope: str | None = None,
        grant_type: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = True,
    ) -> dict[str, Any]:
        self.bind()
        return self.server.generate_token(
            client=self.request.client,
            grant_type=grant_type or "",
            user=user,
            scope=scope,
            include_refresh_token=include_refresh_token,
            key=self.request.key,
        )

    def bind(self, known: str | None = None) -> None:
        """``known``: the key that what is shown here was bound to before."""
        self.request.key = proved_key(self.server.possession, self.request)
        if known is not None and known != self.request.key:
            raise InvalidGrantError()


def proved_key(possession: Possession, request: ProtocolRequest) -> str | None:
    """The key that a token request proves; None without a proof, where none is wanted."""
    proof = request.headers.get(DPOP)
    if proof is None and not request.client.row.dpop_bound_access_tokens:
        return None
    try:
        return possession.proved(proof, method="POST", path="/oauth/token")
    except Unauthenticated:
        raise InvalidProofError() from None
