"""Multi-tenant management: a second login by which all tenants of an organisation are managed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Management:
    management_id: UUID
    organisation_id: UUID
    organisation_name: str
    first_person_id: UUID


@dataclass(frozen=True, slots=True)
class Manager:
    """``person_id``: of the second login."""

    management_id: UUID
    organisation_id: UUID
    person_id: UUID
    ended: bool
