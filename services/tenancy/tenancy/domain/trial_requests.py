"""Asking for a free trial: by anybody, so few times, and answered in a mailbox alone."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.errors import NotFound
from tenancy.domain.contracts import Opening
from tenancy.domain.people import Contact, email_key
from tenancy.domain.trials import SUPPORT_LEVEL

LIFETIME = timedelta(hours=24)
ONE_TRIAL_IN = timedelta(days=365)  # for one mailbox
# While their links live: what somebody may have mailed to one mailbox, from one network, and all
# strangers together.
_OF_MAILBOX = 3
_OF_SOURCE = 20
_OF_EVERYBODY = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """How many links live already."""

    of_mailbox: int
    of_source: int
    of_everybody: int

    @property
    def is_enough(self) -> bool:
        return (
            self.of_mailbox >= _OF_MAILBOX
            or self.of_source >= _OF_SOURCE
            or self.of_everybody >= _OF_EVERYBODY
        )


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """``opened_tenant``: of the trial that it has opened."""

    request_id: UUID
    organisation_name: str
    contact: Contact
    source: str
    requested_at: datetime
    expires_at: datetime
    opened_tenant: TenantCode | None = None

    def check_usable(self, now: datetime) -> None:
        if now >= self.expires_at:
            raise NotFound("link-not-usable")

    def opening(self) -> Opening:
        """The contract is called like the company until its referent gives it another name."""
        return Opening(
            name=self.organisation_name,
            support_level=SUPPORT_LEVEL,
            referent=self.contact,
            organisation_name=self.organisation_name,
        )


def token_hash(token: str) -> bytes:
    """Tokens have 256 bits of chance: nothing slower is needed."""
    return hashlib.sha256(token.encode()).digest()


def email_hash(email: str) -> bytes:
    return hashlib.sha256(email_key(email).encode()).digest()


def last_free_day(today: date) -> date:
    """A mailbox that began its trial on this day, or before, may begin another."""
    return today - ONE_TRIAL_IN


def source_of(address: str | None) -> str:
    """The network somebody asks from: of IPv6 its /64, which is one subscriber's."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
