"""One-time links: what they are for, how long they live, when they can be used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.codes import CredentialKind, Language, TenantCode
from contracts.identity import LinkPurpose, NotMe
from identity.domain.passwords import PasswordRules, strictest
from identity.domain.people import Invitation
from servicekit.errors import TooMany

LIFETIMES = {
    LinkPurpose.WELCOME: timedelta(days=7),
    LinkPurpose.CONSOLE_WELCOME: timedelta(days=7),
    LinkPurpose.RESET: timedelta(hours=1),
    LinkPurpose.MAIL_CHANGE: timedelta(hours=24),
    LinkPurpose.INVITATION: timedelta(days=14),
    LinkPurpose.NOT_ME: timedelta(days=7),
}

SETS_PASSWORD = frozenset({LinkPurpose.WELCOME, LinkPurpose.CONSOLE_WELCOME, LinkPurpose.RESET})
_MAIL_CHANGES_A_DAY = 5
_INVITATIONS_A_DAY = 5
_PASSWORD_LINKS_A_DAY = 5


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
    topic: str
    payload: dict[str, Any]
    names: list[str]  # the person's own: no password is made of them
    policies: list[dict[str, Any]]  # that a new password must satisfy, all of them
    invitation: Invitation | None = None

    def usable(self, now: datetime) -> bool:
        return self.enabled and not self.closed and now < self.expires_at

    @property
    def about(self) -> NotMe | None:
        named = self.topic.partition("@")[0]
        return NotMe(named) if self.purpose is LinkPurpose.NOT_ME else None

    @property
    def mailbox(self) -> str:
        return self.topic.partition("@")[2]

    @property
    def by_staff(self) -> bool:
        return bool(self.payload.get("by_staff"))

    @property
    def new_email(self) -> str | None:
        return self.payload.get("new_email")

    @property
    def rules(self) -> PasswordRules:
        return strictest(PasswordRules(**policy) for policy in self.policies)


def check_mail_changes(asked: int) -> None:
    """``asked``: of one person within a day. Each sends a mail to an address of his choice."""
    if asked >= _MAIL_CHANGES_A_DAY:
        raise TooMany("mail-changes-too-many", {"retry_after": 86_400})


def check_invitations(sent: int) -> None:
    """``sent``: by one tenant to one person within a day. Whoever knows an address could mail it
    at will."""
    if sent >= _INVITATIONS_A_DAY:
        raise TooMany("invitations-too-many", {"retry_after": 86_400})


def check_password_links(sent: int) -> None:
    """``sent``: by a domain, or by himself, to one of its users within a day; what strangers ask
    for who forgot a password is not among them."""
    if sent >= _PASSWORD_LINKS_A_DAY:
        raise TooMany("password-links-too-many", {"retry_after": 86_400})


def mailbox_of(email_key: str) -> str:
    """How the topic of a link names the mailbox that it was sent to."""
    return hashlib.sha256(email_key.encode()).hexdigest()[:16]


def token_hash(token: str) -> bytes:
    """A token has 256 random bits: one round of SHA-256 is enough, and can be looked up."""
    return hashlib.sha256(token.encode()).digest()
