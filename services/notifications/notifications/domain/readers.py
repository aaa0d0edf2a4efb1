"""Whom mails go to, and what tenants are called: read copies of other services' facts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.codes import Language, TenantCode


@dataclass(frozen=True, slots=True)
class Reader:
    person_id: UUID
    login: str
    email: str
    given_name: str
    family_name: str
    language: Language
    erased: bool = False

    @property
    def full_name(self) -> str:
        """Empty of a stranger: what somebody else may have typed is no name of his."""
        return f"{self.given_name} {self.family_name}".strip()


def stranger(person_id: UUID, *, email: str, language: Language) -> Reader:
    """Who is nobody's person: an address and a language."""
    return Reader(person_id, "", email, "", "", language)


@dataclass(frozen=True, slots=True)
class Tenant:
    tenant: TenantCode
    name: str
    organisation_name: str
    region: str
