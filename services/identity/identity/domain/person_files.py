"""What staff and the person himself may read of him, and what a trail's readers call him."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.codes import CredentialKind, Office, Role, Section, StaffRole, TenantCode
from contracts.identity import NameKind
from identity.domain.people import Person


@dataclass(frozen=True, slots=True)
class Found:
    person_id: UUID
    login: str
    email: str
    given_name: str
    family_name: str
    enabled: bool
    key: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class PersonRow(Person):
    registered_at: datetime
    disabled_at: datetime | None
    disabled_why: str | None
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class TenantHeld:
    tenant: TenantCode
    name: str
    roles: dict[Section, Role]
    offices: tuple[Office, ...]
    joined_at: datetime
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lock:
    credential: CredentialKind
    tenant: TenantCode | None
    user_name: str
    password_set: bool
    failed_logins: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class SignIn:
    at: datetime
    method: str
    outcome: str
    address: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class PersonFile(Person):
    registered_at: datetime
    disabled_at: datetime | None
    staff_roles: tuple[StaffRole, ...]
    tenants: tuple[TenantHeld, ...]
    locks: tuple[Lock, ...]
    factors: tuple[str, ...]
    sign_ins: tuple[SignIn, ...]


@dataclass(frozen=True, slots=True)
class ExportedIamUser:
    tenant: TenantCode
    user_name: str
    email: str
    mobile: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ExportedFactor:
    kind: str
    name: str | None
    added_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExportedLink:
    purpose: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Naming:
    """What is known of a person where his pseudonym stands in a trail."""

    person_id: UUID
    login: str
    given_name: str
    family_name: str
    erased: bool
    staff: bool
    shown: str | None

    def named(self, *, ours: bool) -> tuple[NameKind, str]:
        """``ours``: the reader is of staff, in the installation's own chain.

        A tenant knows somebody by what it calls him itself; the provider's people by their names;
        anybody else by the login, which it has seen: to know of an act must not be enough to learn
        whose it is.
        """
        full_name = f"{self.given_name} {self.family_name}"
        if self.erased:
            return NameKind.ERASED, self.login
        if self.staff and self.shown is None:
            return NameKind.STAFF, full_name
        return NameKind.PERSON, full_name if ours else self.shown or self.login
