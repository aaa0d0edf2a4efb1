"""An operator's program sees, for a while, what a user of a tenant sees: by token exchange.

It shows the operator's own token and names the grant (``impersonation``). What it gets reads the
REST face as the user would; who looks stands in ``act`` (RFC 8693, section 4.1), and the token ends
with the grant.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error

from contracts.codes import Language
from contracts.identity import open_impersonation
from contracts.rights import FRESH_PROOF, Caller, CallerKind
from gateway.oauth.tokens import AccessToken
from gateway.wire import Circumstances, Wire
from servicekit.clock import Clock
from servicekit.context import new_call_id
from servicekit.errors import Conflict, NotFound

_GATEWAY = Caller(kind=CallerKind.GATEWAY, subject="gateway")


class ProofNeededError(OAuth2Error):  # type: ignore[misc]
    """The operator proved too long ago who he is (the code of RFC 9470)."""

    error = "insufficient_user_authentication"

    def __init__(self) -> None:
        super().__init__(f"Prove again who you are: {int(FRESH_PROOF.total_seconds())} seconds.")


class Impersonations:
    def __init__(self, *, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock

    def open(self, grant_id: str, operator: AccessToken) -> dict[str, Any]:
        """As identity answers. The same refusal whatever is wrong with the grant: it is somebody
        else's, has ended or never was."""
        if operator.grant is not None or operator.actors or operator.domain is not None:
            raise InvalidRequestError("The 'subject_token' is not the operator's own.")
        proved_at = operator.proved_at
        if proved_at is None or self._clock.now() - proved_at > FRESH_PROOF:
            raise ProofNeededError()
        try:
            asked = {"grant_id": str(UUID(grant_id)), "operator_id": operator.subject}
            about = Circumstances(language=Language.ENGLISH, call_id=new_call_id())
            return self._wire.send(open_impersonation, asked, _GATEWAY, about)
        except (Conflict, NotFound, ValueError):
            raise InvalidRequestError("The 'impersonation' is not open to this operator.") from None
