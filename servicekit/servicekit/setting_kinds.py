"""How the text of a setting becomes its value; ValueError says what was expected."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_QUOTA = re.compile(r"([1-9][0-9]{0,7})/([1-9][0-9]{0,3})")


class Mode(StrEnum):
    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Quota:
    """``amount`` requests at once, given back evenly within ``seconds``."""

    amount: int
    seconds: int


def text(*, minimum: int = 1, maximum: int = 255) -> Callable[[str], str]:
    def parse(given: str) -> str:
        if not minimum <= len(given) <= maximum or not given.isprintable():
            raise ValueError(f"expected {minimum} to {maximum} printable characters")
        return given

    return parse


def number(minimum: int, maximum: int) -> Callable[[str], int]:
    def parse(given: str) -> int:
        if not given.isascii() or not given.isdigit() or not minimum <= int(given) <= maximum:
            raise ValueError(f"expected a whole number from {minimum} to {maximum}")
        return int(given)

    return parse


def choice(choices: Iterable[Any]) -> Callable[[str], Any]:
    """A member of an enum, or one of some words."""
    known = {str(one): one for one in choices}

    def parse(given: str) -> Any:
        if given not in known:
            raise ValueError(f"expected one of {', '.join(known)}")
        return known[given]

    return parse


def url(*schemes: str) -> Callable[[str], str]:
    def parse(given: str) -> str:
        # A database may be reached by a socket's path, given as a parameter: no host then.
        if urlsplit(given).scheme not in schemes:
            raise ValueError(f"expected a URL that begins with {schemes[0]}://")
        return given

    return parse


def origin(given: str) -> str:
    """``https://host[:port]``, without a path; a slash at the end is taken off."""
    parts = urlsplit(given.rstrip("/"))
    tail = parts.path or parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or tail:
        raise ValueError("expected http(s)://host[:port] without a path")
    return given.rstrip("/")


def base64_key(size: int) -> Callable[[str], str]:
    def parse(given: str) -> str:
        if _decoded_size(given) != size:
            raise ValueError(f"expected {size} bytes in base64")
        return given

    return parse


def fernet_key(given: str) -> str:
    if _decoded_size(given.replace("-", "+").replace("_", "/")) != 32:
        raise ValueError("expected a Fernet key: 32 bytes in URL-safe base64")
    return given


def _decoded_size(given: str) -> int | None:
    try:
        return len(base64.b64decode(given, validate=True))
    except (ValueError, binascii.Error):
        return None


def email_address(given: str) -> str:
    if not _EMAIL.fullmatch(given) or not given.isprintable():
        raise ValueError("expected an e-mail address")
    return given


def identifier(given: str) -> str | None:
    """A PostgreSQL role; None where empty."""
    if given and not _IDENTIFIER.fullmatch(given):
        raise ValueError("expected a name of lower-case letters, digits and _")
    return given or None


def peers(given: str) -> dict[str, str]:
    """``name=url`` pairs, by comma."""
    found = {}
    for pair in filter(None, given.split(",")):
        name, equals, address = pair.partition("=")
        if not equals or not name.strip() or urlsplit(address).scheme not in ("http", "https"):
            raise ValueError("expected name=http://host:port pairs, separated by commas")
        found[name.strip()] = address.strip().rstrip("/")
    return found


def networks(given: str) -> tuple[Network, ...]:
    """``10.0.0.0/8,fd00::/8,192.0.2.7``; a bit set beside the mask is a mistake to name."""
    found = []
    for text in filter(None, (part.strip() for part in given.split(","))):
        try:
            found.append(ip_network(text))
        except ValueError:
            raise ValueError(
                "expected addresses or networks like 10.0.0.0/8, separated by commas"
            ) from None
    return tuple(found)


def days(given: str) -> tuple[int, ...]:
    """``30,7,1``: so many days before something, the earliest first."""
    found = {text.strip() for text in given.split(",")}
    if not all(one.isascii() and one.isdigit() and 1 <= int(one) <= 365 for one in found):
        raise ValueError("expected whole numbers from 1 to 365, separated by commas, like 30,7,1")
    return tuple(sorted(map(int, found), reverse=True))


def quota(given: str) -> Quota | None:
    """``600/60``: 600 requests at once, given back within 60 seconds; None where ``off``."""
    if given == "off":
        return None
    match = _QUOTA.fullmatch(given)
    if match is None:
        raise ValueError("expected requests/seconds like 600/60, or off")
    return Quota(int(match[1]), int(match[2]))
