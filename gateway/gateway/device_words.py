"""What a browser says of itself, in words a person knows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ua_parser import parse

_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Device:
    """``Firefox 128`` on ``Windows 10``; None where it does not say, or nobody knows it."""

    browser: str | None
    system: str | None


@lru_cache(maxsize=4096)
def device_of(user_agent: str | None) -> Device:
    if not user_agent:
        return Device(None, None)
    read = parse(user_agent)
    browser, system = read.user_agent, read.os
    return Device(
        browser and _named(browser.family, browser.major),
        system and _named(system.family, system.major),
    )


def _named(family: str, major: str | None) -> str:
    return " ".join(filter(None, (family, major)))[:_LONGEST]
