"""The people of a contract, as far as tenancy keeps them: copies that identity completes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import Language, Office, TenantCode


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an office. ``person_id`` and ``login`` are None until identity knows him."""

    person_id: UUID | None
    login: str | None
    email: str
    given_name: str
    family_name: str


@dataclass(frozen=True, slots=True)
class Contact:
    email: str
    given_name: str
    family_name: str
    language: Language
    mobile: str | None = None

    def as_holder(self) -> Holder:
        return Holder(None, None, self.email, self.given_name, self.family_name)


@dataclass(frozen=True, slots=True)
class HeldOffice:
    """What a contract keeps of who holds an office of it."""

    tenant: TenantCode
    office: Office
    email: str
    given_name: str
    family_name: str
    held_since: datetime


def email_key(email: str) -> str:
    """One address however it is spelled."""
    return email.casefold()
