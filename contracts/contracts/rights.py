"""Who may call what. One decision, taken at the gateway and taken again in the service.

Denied is denied by default: a call declares its right or it does not start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.codes import Office, Role, Section, StaffRole, TenantCode

# How recent the proof must be for a call that is declared with ``step_up``.
FRESH_PROOF = timedelta(minutes=10)
_PERSON = "person:"  # how a person is named in ``act``; no application is called so
_STRENGTH = {Role.VISITOR: 1, Role.MANAGER: 2}


class CallerKind(StrEnum):
    PERSON = "person"
    CLIENT = "client"
    GATEWAY = "gateway"
    SERVICE = "service"  # a listener or a timer inside a service: never comes over the wire


class Audience(StrEnum):
    """The widest circle a right is meant for."""

    GATEWAY = "gateway"  # the gateway alone, on nobody's behalf: never a REST route
    SELF = "self"  # any signed-in person, about himself
    TENANT = "tenant"  # people of the tenant by section and role, clients of the tenant, staff
    STAFF = "staff"  # the provider's people only
    LISTING = "listing"  # any caller; the answer holds only what he may see


@dataclass(frozen=True, slots=True)
class Grant:
    """By which somebody of staff sees ``tenant`` as one of its users does, for a while."""

    grant_id: str
    tenant: TenantCode


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, with what he holds in the tenant that the call names.

    ``scopes`` are those of the access token; ``tenants`` those a client is registered for
    (``*``: every one) or a person holds anything in; ``roles`` and ``offices`` are the person's
    own in ``tenant``, the tenant that the call names. ``proved_at`` is when a person last proved
    who he is, in real time; ``factors`` by what (``amr`` of RFC 8176); ``session`` his sign-in.
    ``act`` is who acts for him: an application, or by ``grant`` a person of staff who looks only.
    ``portal``: he is at the provider's portal himself, and no application acts for him.
    """

    kind: CallerKind
    subject: str
    scopes: frozenset[str] = frozenset()
    staff: frozenset[StaffRole] = frozenset()
    tenant: TenantCode | None = None
    roles: Mapping[Section, Role] = field(default_factory=dict)
    offices: frozenset[Office] = frozenset()
    tenants: frozenset[str] = frozenset()
    act: str | None = None
    proved_at: datetime | None = None
    factors: frozenset[str] = frozenset()
    session: str | None = None
    grant: Grant | None = None
    portal: bool = False

    @property
    def impersonated(self) -> bool:
        """By either sign of it: a part that is older or newer must not take it for the person."""
        return self.grant is not None or (self.act or "").startswith(_PERSON)

    def proved_lately(self, now: datetime) -> bool:
        """Whether a person's proof is fresh on real time; nobody else is asked for one."""
        if self.kind is not CallerKind.PERSON:
            return True
        return self.proved_at is not None and now - self.proved_at <= FRESH_PROOF


@dataclass(frozen=True, slots=True)
class Right:
    """What a caller must hold.

    A person needs ``scope`` and, in the tenant, ``role`` on ``section`` (a stronger role will do)
    or one of ``offices``; staff need ``scope`` and one of the ``staff`` roles; a client needs
    ``scope`` and the tenant, and is let in only where ``clients`` is set.
    """

    audience: Audience
    scope: str = ""
    section: Section | None = None
    role: Role | None = None
    offices: frozenset[Office] = frozenset()
    staff: frozenset[StaffRole] = frozenset()
    clients: bool = False


def gateway_only() -> Right:
    return Right(Audience.GATEWAY)


def self_service(scope: str) -> Right:
    return Right(Audience.SELF, scope=scope)


def staff_only(scope: str, *staff: StaffRole, clients: bool = False) -> Right:
    return Right(Audience.STAFF, scope=scope, staff=frozenset(staff), clients=clients)


def listing(scope: str, section: Section | None = None, role: Role | None = None) -> Right:
    """With a section: of a person's tenants, those where he holds that role are listed."""
    return Right(Audience.LISTING, scope=scope, section=section, role=role, clients=True)


def of_a_person(scope: str) -> Right:
    """Any signed-in person, with the tenants that he holds anything in; no program of its own."""
    return Right(Audience.LISTING, scope=scope)


def in_tenant(
    scope: str,
    section: Section,
    role: Role,
    *,
    staff: tuple[StaffRole, ...] = (),
    clients: bool = False,
) -> Right:
    return Right(
        Audience.TENANT,
        scope=scope,
        section=section,
        role=role,
        staff=frozenset(staff),
        clients=clients,
    )


def by_office(scope: str, *offices: Office, staff: tuple[StaffRole, ...] = ()) -> Right:
    return Right(Audience.TENANT, scope=scope, offices=frozenset(offices), staff=frozenset(staff))


def refusal(right: Right, caller: Caller) -> str | None:
    """The code of what is missing, or None when the caller may.

    Codes: ``gateway-only``, ``person-only``, ``staff-only``, ``scope-missing``,
    ``tenant-foreign``, ``role-missing``.
    """
    if caller.kind is CallerKind.SERVICE:
        return "person-only"
    if caller.kind is CallerKind.GATEWAY:
        return None if right.audience is Audience.GATEWAY else "person-only"
    if right.audience is Audience.GATEWAY:
        return "gateway-only"
    if right.scope and right.scope not in caller.scopes:
        return "scope-missing"
    if caller.kind is CallerKind.CLIENT:
        return _client_refusal(right, caller)
    return _person_refusal(right, caller)


def _client_refusal(right: Right, caller: Caller) -> str | None:
    if not right.clients:
        return "person-only"
    if right.audience is not Audience.TENANT and caller.tenant is None:
        return None
    if "*" in caller.tenants or (caller.tenant is not None and caller.tenant in caller.tenants):
        return None
    return "tenant-foreign"


def _person_refusal(right: Right, caller: Caller) -> str | None:
    if right.audience in (Audience.SELF, Audience.LISTING):
        return None
    if right.staff & caller.staff:
        return None
    if right.audience is Audience.STAFF:
        return "staff-only"
    if not caller.roles and not caller.offices:
        return "tenant-foreign"
    if right.offices & caller.offices or role_suffices(right, caller.roles):
        return None
    return "role-missing"


def acts_as_staff(right: Right, caller: Caller) -> bool:
    """Whether a staff role alone is what lets this person in: without it he would be refused."""
    if caller.kind is not CallerKind.PERSON or not right.staff & caller.staff:
        return False
    return refusal(right, replace(caller, staff=frozenset())) is not None


def role_suffices(right: Right, roles: Mapping[Section, Role]) -> bool:
    """Whether these roles, or stronger ones, are what the right asks for in a tenant."""
    if right.section is None or right.role is None:
        return False
    held = roles.get(right.section)
    if held is None:
        return False
    return held is right.role or _STRENGTH.get(held, 0) > _STRENGTH.get(right.role, 9)
