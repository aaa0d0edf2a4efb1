"""The one way from any face of the gateway (REST, portal, login pages) to the services.

Validate, ask what the caller holds, decide, sign, send: in this order, so that a request with
a wrong field costs the services nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from marshmallow import Schema, ValidationError

from contracts.codes import Language, StaffRole, TenantCode
from contracts.declare import Call
from contracts.gateway import GATEWAY
from contracts.identity import change_password, confirm_totp, finish_passkey
from contracts.rights import Audience, Caller, CallerKind, Grant, role_suffices
from gateway.local_calls import LocalCalls
from gateway.naming import Naming
from gateway.oauth.registration import PORTAL
from gateway.oauth.tokens import bearer_of
from gateway.rights import Holding, PersonRights, RightsCache
from gateway.wire import Circumstances, JsonObject, Wire
from servicekit.clock import Clock, SystemClock
from servicekit.context import new_call_id
from servicekit.errors import Forbidden, Invalid, NotFound, Unauthenticated, Unavailable
from servicekit.faults import fields_invalid
from servicekit.freshness import demand_fresh_proof
from servicekit.reasons import demand_reason

if TYPE_CHECKING:
    from gateway.limits.looks import Looks
    from gateway.oauth.tokens import AccessToken

# They travel in the signed context, in one frame of the broker; such a person names the tenant.
MOST_LISTED_TENANTS = 3000
SECOND_FACTOR_REQUIRED = "second-factor-required"
IMPERSONATION_OVER = "impersonation-over"
# What they cause ends the person's other sessions.
_SPARING = (change_password, confirm_totp, finish_passkey)
# As identity has it: whoever looks after customers.
_LOOKERS = frozenset({StaffRole.SUPPORT, StaffRole.OPERATOR})
_GATEWAY = Caller(kind=CallerKind.GATEWAY, subject="gateway")


class Sessions(Protocol):
    def spare(self, session_id: UUID, *, call_id: str) -> None: ...


class Dispatcher:
    def __init__(
        self,
        *,
        wire: Wire,
        rights: RightsCache,
        sessions: Sessions | None = None,
        clock: Clock | None = None,
        local: LocalCalls | None = None,
        naming: Naming | None = None,
        looks: Looks | None = None,
    ) -> None:
        """``clock``: real time, on which tokens live; ``local`` answers the gateway's own calls.
        Without ``naming`` trails show no names; without ``looks`` staff look at what they like.
        """
        self.wire = wire
        self._naming = naming
        self.rights = rights
        self._sessions = sessions
        self._clock = clock or SystemClock()
        self._local = local
        self._looks = looks

    def as_gateway(
        self,
        call: Call,
        payload: Mapping[str, Any],
        *,
        language: Language,
        call_id: str | None = None,
    ) -> JsonObject:
        """A call the gateway makes on nobody's behalf (login pages). JSON values in and out."""
        load_payload(call, payload)
        _demand(call, _GATEWAY)
        about = Circumstances(language=language, call_id=call_id or new_call_id())
        return self.wire.send(call, payload, _GATEWAY, about)

    def as_token(
        self,
        call: Call,
        payload: Mapping[str, Any],
        token: AccessToken,
        *,
        language: Language,
        idempotency_key: str | None = None,
        reason: str | None = None,
        call_id: str | None = None,
        trace: str | None = None,
    ) -> JsonObject:
        """A call on behalf of whoever the token stands for. JSON values in and out.

        Raises Invalid("fields-invalid") with ``details["fields"]`` before anything is sent.
        """
        loaded = load_payload(call, payload)
        about = Circumstances(
            language=language,
            call_id=call_id or new_call_id(),
            trace=trace,
            idempotency_key=idempotency_key,
            reason=reason,
        )
        tenant = loaded.get(call.tenant_field) if call.tenant_field else None
        caller = self._caller(call, token, tenant, about)
        _demand(call, caller)
        demand_reason(call, caller, reason)
        demand_fresh_proof(call, caller, now=self._clock.now())
        if self._looks is not None:
            self._looks.admit(call, caller)
        self._spare_own_session(call, token, about)
        if self._local is not None and call.service == GATEWAY.service:
            answer = self._local.answer(call, payload, loaded, caller, about)
        else:
            answer = self.wire.send(call, payload, caller, about)
        if self._looks is not None:
            self._looks.charge(call, caller, answer)
        return self._naming.named(call, payload, answer, about) if self._naming else answer

    def _spare_own_session(self, call: Call, token: AccessToken, about: Circumstances) -> None:
        """A new password, and a first factor, end the other sessions: that event carries the id
        of this call."""
        if call in _SPARING and self._sessions is not None and token.session_id is not None:
            self._sessions.spare(UUID(token.session_id), call_id=about.call_id)

    def _caller(
        self, call: Call, token: AccessToken, tenant: TenantCode | None, about: Circumstances
    ) -> Caller:
        if token.kind is CallerKind.CLIENT:
            return Caller(
                kind=CallerKind.CLIENT,
                subject=token.subject,
                scopes=token.scopes,
                tenant=tenant,
                tenants=token.tenants,
                act=token.act,
            )
        if token.grant is not None:
            return self._impersonated(call, token, token.grant, tenant, about)
        return self._person(call, token, tenant, about)

    def _impersonated(
        self,
        call: Call,
        token: AccessToken,
        grant: Grant,
        tenant: TenantCode | None,
        about: Circumstances,
    ) -> Caller:
        """What the person holds in the grant's tenant, and nothing of who looks. Both of them are
        asked about with each call: it ends with what it rests on, whoever has heard of that."""
        if tenant not in (None, grant.tenant):
            raise Forbidden("tenant-foreign")
        rights = self.seen_rights(token, about)
        counting = rights.proved_by(token.factors)
        caller = _caller_looking(counting, call, token, grant, tenant)
        if counting is not rights and call.refusal(caller) is not None:
            _demand(call, _caller_looking(rights, call, token, grant, tenant))
            raise Forbidden(SECOND_FACTOR_REQUIRED)
        return caller

    def seen_rights(self, token: AccessToken, about: Circumstances) -> PersonRights:
        """Of whom the bearer sees as himself. Raises Forbidden("impersonation-over") where the
        bearer is none of those any more who may look, or the other holds nothing there."""
        try:
            operator = self.rights.resolve(operator_of(token), about)
            seen = self.rights.resolve(UUID(token.subject), about)
        except (NotFound, ValueError):
            raise Unauthenticated("token-refused") from None
        tenant = None if token.grant is None else token.grant.tenant
        looks = operator.enabled and operator.proved_by(token.factors).staff & _LOOKERS
        if tenant is None or not looks or not seen.enabled or tenant not in seen.tenants:
            raise Forbidden(IMPERSONATION_OVER)
        return seen.within(tenant)

    def name_of(self, target: str, *, chain: str, about: Circumstances) -> str | None:
        """Of a pseudonym, as the readers of that chain may know it; None where nobody knows."""
        if self._naming is None:
            return None
        try:
            return self._naming.name_of(target, chain=chain, about=about)
        except Unavailable:
            return None

    def _person(
        self, call: Call, token: AccessToken, tenant: TenantCode | None, about: Circumstances
    ) -> Caller:
        try:
            rights = self.rights.resolve(UUID(token.subject), about)
        except (NotFound, ValueError):
            raise Unauthenticated("token-refused") from None
        if not rights.enabled:
            raise Unauthenticated("token-refused")
        if token.domain is not None and tenant not in (None, token.domain):
            raise Forbidden("tenant-foreign")
        rights = rights.within(token.domain)
        counting = rights.proved_by(token.factors)
        caller = _caller_holding(counting, call, token, tenant)
        if counting is not rights and call.refusal(caller) is not None:
            # Only who would be let in with a second factor learns that it is what he lacks.
            _demand(call, _caller_holding(rights, call, token, tenant))
            raise Forbidden(SECOND_FACTOR_REQUIRED)
        return caller


def _caller_holding(
    rights: PersonRights, call: Call, token: AccessToken, tenant: TenantCode | None
) -> Caller:
    holding = rights.holding(tenant)
    return Caller(
        kind=CallerKind.PERSON,
        subject=token.subject,
        scopes=token.scopes,
        staff=rights.staff,
        tenant=tenant,
        roles=holding.roles,
        offices=holding.offices,
        tenants=_shown_tenants(call, rights.tenants, tenant),
        act=token.act,
        proved_at=token.proved_at,
        factors=token.factors,
        session=token.session_id,
        portal=_is_of_portal(token),
    )


def _is_of_portal(token: AccessToken) -> bool:
    """The portal keeps its tokens to itself: what comes by one, somebody clicked there."""
    return token.client_id == PORTAL and token.session_id is not None and token.act is None


def _caller_looking(
    rights: PersonRights, call: Call, token: AccessToken, grant: Grant, tenant: TenantCode | None
) -> Caller:
    """With no staff role, no proof and no session: who looks acts for nobody."""
    holding = rights.holding(tenant)
    return Caller(
        kind=CallerKind.PERSON,
        subject=token.subject,
        scopes=token.scopes,
        tenant=tenant,
        roles=holding.roles,
        offices=holding.offices,
        tenants=_shown_tenants(call, rights.tenants, tenant),
        act=token.act,
        grant=grant,
    )


def operator_of(token: AccessToken) -> UUID:
    """Who looks. Raises ValueError where that is no person."""
    return UUID(bearer_of(token))


def load_payload(call: Call, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values of a payload; all its faults at once as Invalid("fields-invalid")."""
    try:
        loaded: dict[str, Any] = _schema(call.request).load(payload)
    except ValidationError as error:
        raise fields_invalid(error) from None
    return loaded


@cache
def _schema(declared: type[Schema]) -> Schema:
    return declared()


def _demand(call: Call, caller: Caller) -> None:
    code = call.refusal(caller)
    if code is not None:
        details = {"scope": call.right.scope} if code == "scope-missing" else None
        raise Forbidden(code, details)


def _shown_tenants(
    call: Call, tenants: Mapping[TenantCode, Holding], tenant: TenantCode | None
) -> frozenset[str]:
    """A person of thousands of tenants does not drag them all through each call about one.

    A list that is about a section holds the tenants where he has the role on it: it says no
    more of any of them than asking for that one would.
    """
    if call.right.audience is Audience.TENANT:
        return frozenset(held for held in (tenant,) if held is not None and held in tenants)
    if call.right.audience is not Audience.LISTING:
        return frozenset()
    shown = frozenset(tenants)
    if call.right.section is not None:
        shown = frozenset(
            code for code, held in tenants.items() if role_suffices(call.right, held.roles)
        )
    if len(shown) > MOST_LISTED_TENANTS:
        raise Invalid("tenants-too-many", {"limit": MOST_LISTED_TENANTS})
    return shown
