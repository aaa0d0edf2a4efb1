"""When somebody is told that his password expires: 15 days before (domain facts), and again 3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_WORD = 15
LAST_WORD = 3
EVERY = timedelta(days=1)  # how often it is looked for, and idle users with it


@dataclass(frozen=True, slots=True)
class ExpiryWindow:
    """Passwords of ``validity_days`` that expire soon, by when they were set."""

    validity_days: int
    now: datetime

    @property
    def first_days(self) -> int:
        """A rule of so few days has no first word: it would come with the new password."""
        return FIRST_WORD if self.validity_days > 2 * FIRST_WORD else LAST_WORD

    def params(self) -> dict[str, object]:
        gone = self.now - timedelta(days=self.validity_days)
        return {
            "gone": gone,
            "first": gone + timedelta(days=self.first_days),
            "last": gone + timedelta(days=LAST_WORD),
            "first_days": self.first_days,
            "last_days": LAST_WORD,
            "validity": self.validity_days,
        }


def expires_soon(expires_at: datetime | None, *, now: datetime) -> bool:
    """Whether to prompt at a sign-in: one that has expired is asked for instead."""
    return expires_at is not None and now < expires_at <= now + timedelta(days=FIRST_WORD)
