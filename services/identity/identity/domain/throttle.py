"""Whoever guesses too much must wait: one address, and all of them together.

It stands before the lock of a credential. One address is shut before it has locked more than four
strangers out; those who have come in by it before are still checked, each against his own lock, and
nobody can tell who they are. When everybody together guesses more than a minute bears, the cores
are for those who come from where they came from before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address

from servicekit.errors import TooMany

FAMILIAR_FOR = timedelta(days=90)
_CROWD_WAITS = 60
# A /56 is one household's as a rule, a /48 a company's, or the telephones of a town.
_TIMES_56, _TIMES_48 = 3, 10


class Guess(StrEnum):
    """What is counted, each for itself."""

    PASSWORD = "password"  # noqa: S105 - a kind of guess
    THROTTLED = "throttled"  # a password, checked although its address had failed too often
    RESET = "reset"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Throttle:
    """``of_address`` failures inside ``window``; ``a_minute`` of all addresses together. More of
    the IPv6 networks around an address: fewer than the /64 in them, for they may be one's own."""

    of_address: int = 20
    window: timedelta = timedelta(minutes=15)
    a_minute: int = 600

    @property
    def of_56(self) -> int:
        return self.of_address * _TIMES_56

    @property
    def of_48(self) -> int:
        return self.of_address * _TIMES_48


@dataclass(frozen=True, slots=True)
class Doorstep:
    """Somebody is about to guess: what, from where, when, under which rule."""

    guess: Guess
    source: str | None
    now: datetime
    throttle: Throttle = field(default_factory=Throttle)

    @property
    def network(self) -> str | None:
        """The widest that is counted: guesses from it are counted one after another."""
        if self.source is None or "/" not in self.source:
            return self.source
        return str(IPv6Network(self.source).supernet(new_prefix=48))

    def throttled(self) -> Doorstep:
        """Counts here for all together, and makes no address wait for longer."""
        return replace(self, guess=Guess.THROTTLED)

    def params(self) -> dict[str, object]:
        """As the store asks for the pressure on this doorstep."""
        return {
            "guess": self.guess.value,
            "source": self.source,
            "now": self.now,
            "of_address": self.throttle.of_address,
            "of_56": self.throttle.of_56,
            "of_48": self.throttle.of_48,
            "window": int(self.throttle.window.total_seconds()),
            "a_minute": self.throttle.a_minute,
            "familiar_since": self.now - FAMILIAR_FOR,
        }


@dataclass(frozen=True, slots=True)
class Pressure:
    """``full_since``: when the oldest was made of so many guesses as an address is allowed.
    ``swamped``: from addresses that are full already, more come than a minute bears."""

    full_since: datetime | None
    crowded: bool
    swamped: bool = False


def turn_away(doorstep: Doorstep, pressure: Pressure) -> None:
    """TooMany where this doorstep must be left; nothing is counted then, so waiting helps."""
    shut = _shut(doorstep, pressure)
    if shut is not None:
        raise shut


def admit_to_check(doorstep: Doorstep, pressure: Pressure, *, familiar: bool) -> TooMany | None:
    """What he is told whose password, checked now, is not right; None: that it is not.

    Where the address is full, everybody's is checked, and answered in the same way: those who are
    not ``familiar`` are checked as nobody. So who guesses there does not learn who has come in by
    it. Raises TooMany where none, or not his, is checked.
    """
    shut = _shut(doorstep, pressure)
    if shut is not None and pressure.swamped:
        raise shut
    if pressure.crowded and not familiar:
        raise shut or _throttled(_CROWD_WAITS)
    return shut


def _shut(doorstep: Doorstep, pressure: Pressure) -> TooMany | None:
    if pressure.full_since is None:
        return None
    opens = pressure.full_since + doorstep.throttle.window - doorstep.now
    return _throttled(max(1, math.ceil(opens.total_seconds())))


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
