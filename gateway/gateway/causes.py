"""What ends because of what identity tells: sessions, and what somebody knows of clients. Decided
on values alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts import identity
from contracts.codes import CredentialKind, Role, Section, StaffRole, TenantCode
from contracts.identity.facts import Leaving

ALL_WAYS_IN = ("portal", "web", "api")
CONSOLE_WAYS_IN = ("web", "api")


@dataclass(frozen=True, slots=True)
class Ending:
    """``domain``: only those that came in at this domain's console; ``spares_caller``: not the
    one that made the call which caused this; ``spares_two_factors``: none that a second factor
    has opened."""

    methods: tuple[str, ...] = ALL_WAYS_IN
    domain: TenantCode | None = None
    spares_caller: bool = False
    spares_two_factors: bool = False


def ending_of(fact_type: str, data: Mapping[str, Any]) -> Ending | None:
    """None where nothing ends: what somebody may do is asked anew at each call anyway."""
    decide = _BY_TYPE.get(fact_type)
    return None if decide is None else decide(data)


def _by_password(data: Mapping[str, Any]) -> Ending:
    """What that password has opened."""
    if data["credential"] is CredentialKind.API:
        return Ending(methods=("api",), domain=data["tenant"], spares_caller=True)
    return Ending(methods=("portal", "web"), spares_caller=True)


def _all(_data: Mapping[str, Any]) -> Ending:
    return Ending()


def _by_first_factor(data: Mapping[str, Any]) -> Ending | None:
    """Who came in by a password alone has not shown what is asked for from now on."""
    return Ending(spares_caller=True, spares_two_factors=True) if data["first"] else None


def _at_the_domain(data: Mapping[str, Any]) -> Ending:
    return Ending(methods=CONSOLE_WAYS_IN, domain=data["tenant"])


def _by_disabling(data: Mapping[str, Any]) -> Ending:
    """A contract that somebody never accepted reaches none of his sessions elsewhere: otherwise
    inviting a stranger and disabling him would sign him out of everything."""
    return Ending() if data["accepted"] else _at_the_domain(data)


def _by_leaving(data: Mapping[str, Any]) -> Ending:
    """Who leaves by himself stays signed in to what he keeps; who is removed signs in anew."""
    return _by_disabling(data) if data["how"] is Leaving.REMOVED else _at_the_domain(data)


_BY_TYPE: dict[str, Callable[[Mapping[str, Any]], Ending | None]] = {
    identity.PasswordSet.type: _by_password,
    identity.LoginDisowned.type: _all,
    identity.FactorsReset.type: _all,
    identity.FactorsChanged.type: _by_first_factor,
    identity.PersonDisabled.type: _all,
    identity.PersonErased.type: _all,
    identity.UserDisabled.type: _by_disabling,
    identity.TenantLeft.type: _by_leaving,
    identity.IamUserDisabled.type: _at_the_domain,
}


@dataclass(frozen=True, slots=True)
class Loss:
    """Somebody may no longer administer a tenant's applications, the provider's own clients (None),
    or any."""

    person_id: UUID
    tenant: TenantCode | None = None
    everywhere: bool = False


def loss_of(fact_type: str, data: Mapping[str, Any]) -> Loss | None:
    if fact_type in _OUT_OF_TENANT:
        return Loss(data["person_id"], data["tenant"])
    if fact_type in _OUT_OF_EVERYTHING:
        return Loss(data["person_id"], everywhere=True)
    if fact_type == identity.RolesChanged.type:
        return _lost_role(data)
    if fact_type == identity.StaffRolesChanged.type and StaffRole.OPERATOR not in data["roles"]:
        return Loss(data["person_id"])
    return None


def _lost_role(data: Mapping[str, Any]) -> Loss | None:
    """A fact of the version before does not say which roles: then nothing is known to be lost."""
    roles = data.get("roles")
    if roles is None or roles.get(Section.USERS) is Role.MANAGER:
        return None
    return Loss(data["person_id"], data["tenant"])


_OUT_OF_TENANT = frozenset({identity.TenantLeft.type, identity.UserDisabled.type})
_OUT_OF_EVERYTHING = frozenset({identity.PersonDisabled.type, identity.PersonErased.type})
