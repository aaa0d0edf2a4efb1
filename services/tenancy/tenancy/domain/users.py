"""People as tenancy keeps them: read copies of what identity tells."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.codes import TenantCode


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a handover; without names where identity has told none, or he is erased."""

    person_id: UUID
    login: str | None
    given_name: str | None
    family_name: str | None

    @property
    def full_name(self) -> str:
        named = f"{self.given_name or ''} {self.family_name or ''}".strip()
        return named or self.login or str(self.person_id)


@dataclass(frozen=True, slots=True)
class User:
    """Of a tenant, as far as it matters to whom an office may be given."""

    tenant: TenantCode
    person_id: UUID
    accepted: bool
    disabled: bool
    closed: bool  # his login, everywhere
    second_login: bool = False  # of multi-tenant management
