"""An operator's program sees, for a while, what a user of a tenant sees: by token exchange.

It shows the operator's own token and names the grant (``impersonation``). What it gets reads the
REST face as the user would; who looks stands in ``act`` (RFC 8693, section 4.1), and the token ends
with the grant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError, OAuth2Error

from contracts.codes import Language
from contracts.identity import open_impersonation, propose_impersonation
from contracts.rights import FRESH_PROOF, Caller, CallerKind
from gateway.oauth.tokens import AccessToken
from gateway.wire import Circumstances, Wire
from servicekit.clock import Clock
from servicekit.context import new_call_id
from servicekit.errors import Conflict, NotFound

if TYPE_CHECKING:
    from gateway.rights import PersonRights, RightsCache

_GATEWAY = Caller(kind=CallerKind.GATEWAY, subject="gateway")


class ProofNeededError(OAuth2Error):  # type: ignore[misc]
    """The operator proved too long ago, or by too little, who he is (the code of RFC 9470)."""

    error = "insufficient_user_authentication"


class Impersonations:
    def __init__(self, *, wire: Wire, rights: RightsCache, clock: Clock) -> None:
        self._wire = wire
        self._rights = rights
        self._clock = clock

    def open(self, grant_id: str, operator: AccessToken) -> dict[str, Any]:
        """As identity answers. The same refusal whatever is wrong with the grant: it is somebody
        else's, has ended or never was."""
        if operator.grant is not None or operator.actors or operator.domain is not None:
            raise InvalidRequestError("The 'subject_token' is not the operator's own.")
        proved_at = operator.proved_at
        if proved_at is None or self._clock.now() - proved_at > FRESH_PROOF:
            longest = int(FRESH_PROOF.total_seconds())
            raise ProofNeededError(f"Prove again who you are: {longest} seconds.")
        # As all refusals of the protocol: for whoever programs the client (RFC 6749).
        about = Circumstances(language=Language.ENGLISH, call_id=new_call_id())
        try:
            self._check_may_look(operator, about)
            asked = {"grant_id": str(UUID(grant_id)), "operator_id": operator.subject}
            return self._wire.send(open_impersonation, asked, _GATEWAY, about)
        except (Conflict, NotFound, ValueError):
            raise _not_open() from None

    def _check_may_look(self, operator: AccessToken, about: Circumstances) -> None:
        """As the portal asks before it begins: the scope, the staff role, the second factor."""
        rights = self._rights.resolve(UUID(operator.subject), about)
        if not rights.enabled:
            raise _not_open()
        lacking = _refusal(operator, rights.proved_by(operator.factors))
        if lacking == "scope-missing":
            scope = propose_impersonation.right.scope
            raise InvalidScopeError(f"The 'subject_token' lacks the scope '{scope}'.")
        if lacking is not None and _refusal(operator, rights) is None:
            raise ProofNeededError("Prove who you are with a second factor.")
        if lacking is not None:
            raise _not_open()


def _refusal(operator: AccessToken, rights: PersonRights) -> str | None:
    caller = Caller(
        kind=CallerKind.PERSON,
        subject=operator.subject,
        scopes=operator.scopes,
        staff=rights.staff,
        proved_at=operator.proved_at,
        factors=operator.factors,
        session=operator.session_id,
    )
    return propose_impersonation.refusal(caller)


def _not_open() -> InvalidRequestError:
    return InvalidRequestError("The 'impersonation' is not open to this operator.")
