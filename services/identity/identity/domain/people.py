"""People as identity keeps them, and as one tenant or one domain sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.codes import Language, Office, Role, Section, StaffRole, TenantCode
from identity.domain.lockout import Guard, Lockable
from identity.domain.passwords import PasswordRules


@dataclass(frozen=True, slots=True)
class Person:
    person_id: UUID
    login: str
    email: str
    given_name: str
    family_name: str
    mobile: str | None
    language: Language
    enabled: bool


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody whom identity may or may not know yet, by e-mail."""

    email: str
    given_name: str
    family_name: str
    language: Language
    mobile: str | None = None
    login: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person with roles in a tenant."""

    tenant: TenantCode
    person_id: UUID
    login: str
    email: str
    given_name: str
    family_name: str
    roles: dict[Section, Role]
    offices: tuple[Office, ...]
    activated: bool
    sort_key: str = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class RightsInTenant:
    tenant: TenantCode
    roles: dict[Section, Role]
    offices: tuple[Office, ...]


@dataclass(frozen=True, slots=True)
class Rights:
    person_id: UUID
    enabled: bool
    staff: tuple[StaffRole, ...]
    tenants: tuple[RightsInTenant, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffMember:
    person_id: UUID
    login: str
    email: str
    given_name: str
    family_name: str
    roles: tuple[StaffRole, ...]


@dataclass(frozen=True, slots=True)
class IamUser:
    iam_user_id: UUID
    tenant: TenantCode
    person_id: UUID
    user_name: str
    email: str
    mobile: str | None
    is_domain_owner: bool
    api_password_set: bool
    failed_logins: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class IamUserRow(Lockable):
    """An IAM user with the stored state of its API credential's lock."""

    iam_user_id: UUID
    credential_id: UUID
    tenant: TenantCode
    person_id: UUID
    user_name: str
    user_name_key: str
    email: str
    mobile: str | None
    is_domain_owner: bool
    api_password_set: bool

    def at(self, now: datetime) -> IamUser:
        """What an administrator sees now: a lock that has run out is no lock."""
        return self.guarded_by(self.guard.seen_at(now, self.rule))

    def guarded_by(self, guard: Guard) -> IamUser:
        return IamUser(
            iam_user_id=self.iam_user_id,
            tenant=self.tenant,
            person_id=self.person_id,
            user_name=self.user_name,
            email=self.email,
            mobile=self.mobile,
            is_domain_owner=self.is_domain_owner,
            api_password_set=self.api_password_set,
            failed_logins=guard.failures(),
            locked_until=guard.locked_until,
        )


@dataclass(frozen=True, slots=True)
class Account:
    person_id: UUID
    login: str
    email: str
    given_name: str
    family_name: str
    mobile: str | None
    language: Language
    password_changed_at: datetime | None
    rules: PasswordRules
    iam_users: tuple[IamUser, ...]
