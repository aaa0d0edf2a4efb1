"""Who of a customer opens contracts alone, and how many in a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contracts.tenancy import OpeningGround
from servicekit.calendar import beginning_of, day_of
from servicekit.errors import TooMany

# Of a second login, which opens all tenants of its organisation.
MANAGED_A_DAY = 20


@dataclass(frozen=True, slots=True)
class OnlineOpening:
    """The option of an organisation that names one user of it."""

    organisation_id: UUID
    person_id: UUID
    daily_limit: int
    activated_at: datetime


@dataclass(frozen=True, slots=True)
class OwnOpening:
    """What somebody may open, today: by the option, or as a second login."""

    organisation_id: UUID
    name: str
    ground: OpeningGround
    daily_limit: int
    opened_today: int

    @property
    def left_today(self) -> int:
        return max(0, self.daily_limit - self.opened_today)


def check_may_open(opening: OwnOpening, *, now: datetime) -> None:
    """A day ends at midnight in Paris. Raises TooMany("openings-too-many")."""
    if opening.left_today == 0:
        tomorrow = beginning_of(day_of(now) + timedelta(days=1))
        wait = int((tomorrow - now).total_seconds()) + 1
        details = {"limit": opening.daily_limit, "retry_after": wait}
        raise TooMany("openings-too-many", details)
