"""How a call and an event are declared: once, here, for every side.

From one ``Call`` come the RPC validation, the REST route, the OpenAPI document, the typed
client and the rights check on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from marshmallow import Schema

from contracts.rights import Audience, Caller, CallerKind, Right, acts_as_staff, refusal

IMPERSONATION_READ_ONLY = "impersonation-read-only"
PORTAL_ONLY = "portal-only"


class Effect(StrEnum):
    """What calling does, and so what calling again does."""

    READ = "read"  # changes nothing
    WRITE = "write"  # takes an idempotency key: the same key gives the same answer, once done
    ATTEMPT = "attempt"  # every try counts (a password): never replayed, never retried


@dataclass(frozen=True, slots=True)
class Route:
    """HTTP face of a call. Path parameters are named as the request's fields."""

    method: str
    path: str
    status: int = 200


@dataclass(frozen=True, slots=True)
class Refusal:
    """A stable error code a call may answer with, beside those every call may.

    ``kind`` is a class name of ``servicekit.errors``; ``code`` is kebab-case and never changes.
    """

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Call:
    service: str
    name: str
    request: type[Schema]
    response: type[Schema]
    right: Right
    effect: Effect
    summary: str
    refusals: tuple[Refusal, ...] = ()
    route: Route | None = None
    tenant_field: str | None = None
    deadline: float = 10.0
    step_up: bool = False
    reason: bool = False
    portal_only: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.service}.{self.name}"

    def refusal(self, caller: Caller) -> str | None:
        """The code of what is missing, or None when the caller may. Somebody of staff who sees a
        tenant as its user does looks at what that user may see there, and does nothing."""
        if caller.impersonated and not self._is_looked_at(caller):
            return IMPERSONATION_READ_ONLY
        code = refusal(self.right, caller)
        if code is None and self.portal_only and not caller.portal:
            return PORTAL_ONLY
        return code

    def _is_looked_at(self, caller: Caller) -> bool:
        """What anybody of the tenant with that role sees; not what is the person's own."""
        return self.is_shared_read and _stays_within_grant(caller)

    @property
    def is_shared_read(self) -> bool:
        """What people of a tenant look at, each of them alike."""
        looks = self.effect is Effect.READ and not self.step_up
        return looks and self.right.audience in (Audience.TENANT, Audience.LISTING)

    def needs_reason(self, caller: Caller) -> bool:
        """Whether this caller, who may call, must say why he does."""
        if self.reason:
            return caller.kind is CallerKind.PERSON
        return self.tenant_field is not None and acts_as_staff(self.right, caller)


@dataclass(frozen=True, slots=True)
class Event:
    """A fact that happened: past tense, ids, UTC times, additive only."""

    service: str
    name: str
    payload: type[Schema]
    heard_by: tuple[str, ...]
    version: int = 1

    @property
    def type(self) -> str:
        """CloudEvents ``type`` and routing key: ``guichet.tenancy.TenantOpened.v1``."""
        return f"guichet.{self.service}.{self.name}.v{self.version}"


@dataclass(frozen=True)
class Contract:
    """All that one service promises."""

    service: str
    calls: dict[str, Call] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)

    def call(
        self,
        name: str,
        *,
        request: type[Schema],
        response: type[Schema],
        right: Right,
        effect: Effect,
        summary: str,
        refusals: tuple[Refusal, ...] = (),
        route: Route | None = None,
        deadline: float = 10.0,
        step_up: bool = False,
        reason: bool = False,
        portal_only: bool = False,
    ) -> Call:
        """Declare a call. ``summary`` is one English sentence for the reference pages.

        A request with a field ``tenant`` belongs to that tenant: rights are resolved there.
        ``step_up``: a person must have proved who he is moments ago (RFC 9470).
        ``reason``: staff must say why, as on every call about a customer's tenant.
        ``portal_only``: by a person's own hand, never by an application that acts for him.
        """
        if name in self.calls:
            raise ValueError(f"{self.service}.{name} is declared twice")
        if right.audience is Audience.GATEWAY and route is not None:
            raise ValueError(f"{self.service}.{name}: a gateway-only call has no REST route")
        fields = request._declared_fields
        tenant_field = "tenant" if "tenant" in fields else None
        if right.audience is Audience.TENANT and tenant_field is None:
            raise ValueError(f"{self.service}.{name}: a right in a tenant needs a field 'tenant'")
        declared = Call(
            service=self.service,
            name=name,
            request=request,
            response=response,
            right=right,
            effect=effect,
            summary=summary,
            refusals=refusals,
            route=route,
            tenant_field=tenant_field,
            deadline=deadline,
            step_up=step_up,
            reason=reason,
            portal_only=portal_only,
        )
        self.calls[name] = declared
        return declared

    def event(
        self,
        name: str,
        *,
        payload: type[Schema],
        heard_by: tuple[str, ...],
        version: int = 1,
    ) -> Event:
        """Declare an event and who listens: the queues exist before the first publisher speaks."""
        if not heard_by:
            raise ValueError(f"{self.service}.{name} has no listener")
        declared = Event(self.service, name, payload, heard_by, version)
        if declared.type in self.events:
            raise ValueError(f"{declared.type} is declared twice")
        self.events[declared.type] = declared
        return declared


def get(path: str) -> Route:
    return Route("GET", path)


def post(path: str, status: int = 200) -> Route:
    return Route("POST", path, status)


def put(path: str) -> Route:
    return Route("PUT", path)


def patch(path: str) -> Route:
    return Route("PATCH", path)


def delete(path: str) -> Route:
    return Route("DELETE", path)


def _stays_within_grant(caller: Caller) -> bool:
    """By what was signed: in the grant's tenant alone, with no staff role beside."""
    if caller.grant is None or caller.staff:
        return False
    seen = {caller.grant.tenant}
    return caller.tenant in (None, caller.grant.tenant) and caller.tenants <= seen


Payload = Mapping[str, Any]
