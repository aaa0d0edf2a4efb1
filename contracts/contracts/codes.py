"""Business codes and closed vocabularies. A bare string stops being one at the edge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

TENANT_CODE = re.compile(r"OCB[0-9]{7}")
REQUEST_NUMBER = re.compile(r"D[0-9]{7}")
MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")


class TenantCode(str):
    """Contract code = domain name of a tenant: ``OCB`` and seven digits (FAQ, "OCB000XXXX")."""

    __slots__ = ()

    def __new__(cls, value: str) -> TenantCode:
        if not TENANT_CODE.fullmatch(value):
            raise ValueError(f"not a tenant code: {value!r}")
        return super().__new__(cls, value)

    @classmethod
    def numbered(cls, number: int) -> TenantCode:
        return cls(f"OCB{number:07d}")


class RequestNumber(str):
    """By what customer and staff call a request: ``D`` and seven digits, one series for all."""

    __slots__ = ()

    def __new__(cls, value: str) -> RequestNumber:
        if not REQUEST_NUMBER.fullmatch(value):
            raise ValueError(f"not a request number: {value!r}")
        return super().__new__(cls, value)

    @classmethod
    def numbered(cls, number: int) -> RequestNumber:
        return cls(f"D{number:07d}")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, never a date: ``2026-11``."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        match = MONTH.fullmatch(text)
        if match is None:
            raise ValueError(f"not a month: {text!r}")
        return cls(int(match["year"]), int(match["month"]))

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    def next(self) -> Month:
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


class Language(StrEnum):
    FRENCH = "fr"
    ENGLISH = "en"


class Section(StrEnum):
    """Where a role applies (capability ID-11)."""

    CONTRACT = "contract"
    DASHBOARD = "dashboard"
    SERVICES = "services"
    SUBSCRIPTIONS = "subscriptions"
    INVOICES = "invoices"
    DOCUMENTS = "documents"
    SUPPORT = "support"
    USERS = "users"
    BACKUP_CONSOLE = "backup_console"
    TECHNICAL_CONSOLE = "technical_console"


class Role(StrEnum):
    VISITOR = "visitor"
    MANAGER = "manager"
    CUST_ADMIN = "cust_admin"


class StaffRole(StrEnum):
    """Named roles of the provider's own people (capability ID-13)."""

    SALES = "sales"
    BILLING = "billing"
    SUPPORT = "support"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class Office(StrEnum):
    """Singletons of a tenant: exactly one holder each, at any time."""

    REFERENT = "referent"
    DOMAIN_OWNER = "domain_owner"


class SupportLevel(StrEnum):
    BASIC = "basic"
    STANDARD = "standard"
    BUSINESS = "business"
    PREMIUM = "premium"


class CredentialKind(StrEnum):
    PORTAL = "portal"
    API = "api"


class FactorKind(StrEnum):
    """A second factor that a person has enrolled."""

    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery_code"


class SecondFactorStep(StrEnum):
    """What of a second factor a sign-in still needs after the right password."""

    NONE = "none"
    NEEDED = "needed"  # prove one that is enrolled
    ENROL = "enrol"  # enrol one first: a rule demands it


ROLES_OF_SECTION: dict[Section, tuple[Role, ...]] = {
    section: (Role.CUST_ADMIN,)
    if section is Section.BACKUP_CONSOLE
    else (Role.VISITOR, Role.MANAGER)
    for section in Section
}
