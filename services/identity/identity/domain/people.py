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

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def names(self) -> list[str]:
        """All of them: no password is made of these."""
        return [self.given_name, self.family_name, self.login, self.email]


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
    mobile: str | None
    has_iam_user: bool
    disabled_at: datetime | None
    invited_until: datetime | None
    accepted: bool
    manages_organisation: bool
    sort_key: str = field(repr=False, compare=False)

    @property
    def held(self) -> dict[Section, Role]:
        """What counts: a disabled user keeps his roles and holds none of them."""
        return {} if self.disabled_at is not None else self.roles


@dataclass(frozen=True, slots=True)
class RightsInTenant:
    tenant: TenantCode
    roles: dict[Section, Role]
    offices: tuple[Office, ...]
    second_factor_required: bool
    managed: bool = False


@dataclass(frozen=True, slots=True)
class Rights:
    person_id: UUID
    enabled: bool
    staff: tuple[StaffRole, ...]
    tenants: tuple[RightsInTenant, ...] = ()
    second_factor_required: bool = False  # of staff


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
    disabled_at: datetime | None = None


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
    disabled_at: datetime | None

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
            disabled_at=self.disabled_at,
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
    password_expires_at: datetime | None
    rules: PasswordRules
    iam_users: tuple[IamUser, ...]


@dataclass(frozen=True, slots=True)
class Invitation:
    """A contract that asks somebody who has a login to accept it. No inviter: the provider."""

    tenant: TenantCode
    name: str
    roles: dict[Section, Role]
    invited_by: str | None
    invited_by_id: UUID | None
    invited_until: datetime
