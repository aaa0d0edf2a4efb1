"""Whoever guesses too much must wait: one address, and all of them together.

It stands before the lock of a credential. One address is turned away before it has locked more
than four people out. When everybody together guesses more than a minute bears, the cores are for
those who come from where they came from before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address

from servicekit.errors import TooMany

FAMILIAR_FOR = timedelta(days=90)
_CROWD_WAITS = 60


class Guess(StrEnum):
    """What is counted, each for itself."""

    PASSWORD = "password"  # noqa: S105 - a kind of guess
    RESET = "reset"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Throttle:
    """``of_address`` failures inside ``window``; ``a_minute`` of all addresses together."""

    of_address: int = 20
    window: timedelta = timedelta(minutes=15)
    a_minute: int = 600


@dataclass(frozen=True, slots=True)
class Doorstep:
    """Somebody is about to guess: what, from where, when, under which rule."""

    guess: Guess
    source: str | None
    now: datetime
    throttle: Throttle = field(default_factory=Throttle)

    def params(self) -> dict[str, object]:
        """As the store asks for the pressure on this doorstep."""
        return {
            "guess": self.guess.value,
            "source": self.source,
            "now": self.now,
            "of_address": self.throttle.of_address,
            "window": int(self.throttle.window.total_seconds()),
            "a_minute": self.throttle.a_minute,
            "familiar_since": self.now - FAMILIAR_FOR,
        }


# Where no doorstep is: who is signed in already and proves himself again.
NOWHERE = Doorstep(
    Guess.PASSWORD, None, datetime(1970, 1, 1, tzinfo=UTC), Throttle(a_minute=2**31 - 1)
)


@dataclass(frozen=True, slots=True)
class Pressure:
    """``full_since``: when the oldest was made of so many guesses as an address is allowed."""

    full_since: datetime | None
    crowded: bool


def turn_away(doorstep: Doorstep, pressure: Pressure, *, familiar: bool) -> None:
    """TooMany where this doorstep must be left; nothing is counted then, so waiting helps.

    ``familiar``: the person whose name was given has come in from this address before.
    """
    if pressure.full_since is not None:
        opens = pressure.full_since + doorstep.throttle.window - doorstep.now
        raise _throttled(max(1, math.ceil(opens.total_seconds())))
    if pressure.crowded and not familiar:
        raise _throttled(_CROWD_WAITS)


def _throttled(seconds: int) -> TooMany:
    details = {"retry_after": seconds, "minutes": math.ceil(seconds / 60)}
    return TooMany("sign-in-throttled", details)


def source_of(address: str | None) -> str | None:
    """What counts as one address: IPv4 as it is, of IPv6 the /64 that one customer gets."""
    try:
        known = ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(IPv6Network((known, 64), strict=False))
    return str(known)
