"""One-time links: what they are for, how long they live, when they can be used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import CredentialKind, Language, TenantCode
from contracts.identity import LinkPurpose
from identity.domain.passwords import PasswordRules

LIFETIMES = {
    LinkPurpose.WELCOME: timedelta(days=7),
    LinkPurpose.CONSOLE_WELCOME: timedelta(days=7),
    LinkPurpose.RESET: timedelta(hours=1),
    LinkPurpose.MAIL_CHANGE: timedelta(hours=24),
    LinkPurpose.INVITATION: timedelta(days=14),
    LinkPurpose.NOT_ME: timedelta(days=7),
}

SETS_PASSWORD = frozenset({LinkPurpose.WELCOME, LinkPurpose.CONSOLE_WELCOME, LinkPurpose.RESET})


@dataclass(frozen=True, slots=True)
class Link:
    """A link with whose credential it opens."""

    link_id: UUID
    purpose: LinkPurpose
    expires_at: datetime
    closed: bool
    credential_id: UUID
    credential: CredentialKind
    person_id: UUID
    user_name: str
    tenant: TenantCode | None
    language: Language
    enabled: bool
    iam_user_id: UUID | None
    minimum_length: int
    maximum_length: int
    character_classes: int
    not_user_name: bool

    def usable(self, now: datetime) -> bool:
        return self.enabled and not self.closed and now < self.expires_at

    @property
    def rules(self) -> PasswordRules:
        return PasswordRules(
            self.minimum_length, self.maximum_length, self.character_classes, self.not_user_name
        )


def token_hash(token: str) -> bytes:
    """A token has 256 random bits: one round of SHA-256 is enough, and can be looked up."""
    return hashlib.sha256(token.encode()).digest()
