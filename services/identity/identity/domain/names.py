"""When two spellings are one name, and how a login is made from a person's name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LOGIN_LENGTH = (5, 64)
_STEM_LENGTH = LOGIN_LENGTH[1] - 6  # leaves room for a number behind it
_SORT_LENGTH = 64  # a cursor carries it

# Letters that Unicode does not decompose into an ASCII letter and an accent.
_ASCII = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th",
        "ı": "i", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ŋ": "n", "Ŋ": "N",
    }
)  # fmt: skip
_NOT_IN_LOGIN = re.compile(r"[^A-Za-z0-9]+")
_MOBILE_PUNCTUATION = re.compile(r"[\s().\-/]+")
_MOBILE = re.compile(r"(?:\+|00)([0-9]+)")


def name_key(text: str) -> str:
    """The one spelling of a login, user name or e-mail: case, width and white space do not count.

    Folding twice makes it stable: a few characters compose into ones that fold again.
    """
    return _casefold_nfkc(_casefold_nfkc("".join(_casefold_nfkc(text).split())))


def _casefold_nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def mobile_key(text: str) -> str | None:
    """E.164 as people type it: ``+33 (6) 12-34`` and ``0033612`` are the number they mean.

    None for what is no such number. A user name can still look like one: ``0033.612345678``.
    """
    digits = _MOBILE_PUNCTUATION.sub("", unicodedata.normalize("NFKC", text))
    number = _MOBILE.fullmatch(digits)
    return None if number is None else "+" + number[1]


def sort_key(*, given_name: str, family_name: str) -> str:
    """Orders people by family name, accents and case aside."""
    return _folded(f"{family_name} {given_name}")[:_SORT_LENGTH]


def search_key(*, given_name: str, family_name: str, login: str, email: str) -> str:
    """The text a search looks into; what is searched for is folded by ``searched``."""
    return _folded(f"{given_name} {family_name} {given_name} {login} {email}")


def searched(text: str) -> str:
    return _folded(text)


def _folded(text: str) -> str:
    return " ".join(_without_accents(text).casefold().split())


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_ASCII)


def login_stem(*, given_name: str, family_name: str, email: str) -> str:
    """``John.Doe``; from the e-mail's local part where the name has no Latin letter."""
    parts = [_latin(given_name), _latin(family_name)]
    stem = ".".join(part for part in parts if part)
    if not stem:
        stem = _latin(email.partition("@")[0]) or "user"
    return stem[:_STEM_LENGTH].rstrip(".-").ljust(LOGIN_LENGTH[0], "0")


def _latin(name: str) -> str:
    return _NOT_IN_LOGIN.sub("-", _without_accents(name)).strip("-")


def numbered_logins(stem: str, *, first: int) -> Iterator[tuple[int, str]]:
    """``John.Doe``, ``John.Doe2``, ``John.Doe3`` …, each with its number, from ``first`` on."""
    number = first
    while True:
        yield number, stem if number == 1 else f"{stem}{number}"
        number += 1
