"""The company behind one or more contracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.tenancy import ORGANISATION_GROUPS_FROM
from servicekit.errors import Conflict, Invalid
from tenancy.domain.online_opening import OnlineOpening


@dataclass(frozen=True, slots=True)
class Organisation:
    organisation_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class OrganisationSummary:
    organisation_id: UUID
    name: str
    known_since: datetime
    contracts: int
    name_key: str


@dataclass(frozen=True, slots=True)
class Management:
    """Multi-tenant management of an organisation. ``person_id`` and ``login``: of the second login,
    None until identity has made it."""

    management_id: UUID
    organisation_id: UUID
    first_person_id: UUID
    person_id: UUID | None
    login: str | None
    activated_at: datetime


@dataclass(frozen=True, slots=True)
class OrganisationSheet:
    organisation_id: UUID
    name: str
    known_since: datetime
    online_opening: OnlineOpening | None
    multi_tenant_management: Management | None


@dataclass(frozen=True, slots=True)
class Nameable:
    """A user of one of its contracts, whom sales may name for an option."""

    person_id: UUID
    login: str
    given_name: str
    family_name: str
    tenant: str


def require_one_organisation(*, organisation_id: UUID | None, name: str | None) -> None:
    """A contract is opened for an organisation that exists, by id, or for a new one, by name.

    Companies do share names, so a name never finds an organisation: it founds one. Both at once
    would be two answers to one question.
    """
    if organisation_id is None and name is None:
        fields = {"organisation_id": ["required"], "organisation_name": ["required"]}
        raise Invalid("organisation-required", {"fields": fields})
    if organisation_id is not None and name is not None:
        raise Invalid("organisation-required", {"fields": {"organisation_name": ["invalid"]}})


def check_may_be_grouped(contracts: int) -> None:
    """A multi-tenant invoice is offered from three tenants on (FAQ)."""
    if contracts < ORGANISATION_GROUPS_FROM:
        details = {"needed": ORGANISATION_GROUPS_FROM, "present": contracts}
        raise Conflict("contracts-too-few", details)
