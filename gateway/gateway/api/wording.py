"""Codes into sentences. A program reads the code, a person the sentence, in his language.

The catalogues are ``translations/<language>/LC_MESSAGES/errors.po``; the message id is the code
without its parameters: ``length:1:64`` is worded by ``length`` with ``{0}`` = 1 and ``{1}`` = 64,
details of an error stand in braces by their name, a day as people write it and a value of a closed
vocabulary by its name (``value-premium``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from babel.dates import format_date
from babel.messages.pofile import read_po

from contracts.codes import Language
from servicekit.errors import GuichetError

_TRANSLATIONS = Path(__file__).parent.parent / "translations"
_PLACE = re.compile(r"\{(\w+)\}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_log = structlog.get_logger(__name__)


def sentence(code: str, language: Language, details: Mapping[str, Any] | None = None) -> str:
    name, _, parameters = code.partition(":")
    words = catalogue(language).get(name)
    if words is None:
        _log.warning("code-without-words", code=code)
        return catalogue(language)["refused"]
    values = {**(details or {}), **_numbered(name, parameters)}
    # A sentence may speak of a detail that this refusal does not have.
    return _PLACE.sub(lambda place: _told(values.get(place[1], "…"), language), words)


def _told(value: Any, language: Language) -> str:
    if isinstance(value, list):
        known = [_told(one, language) for one in value]
        return ", ".join(known) or catalogue(language)["value-none"]
    text = str(value)
    day = _day_in(text)
    if day is not None:
        return written_day(day, language)
    return catalogue(language).get(f"value-{text}", text)


def _day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def written_day(day: date, language: Language) -> str:
    """``1er décembre 2026``: French counts the first day of a month, which CLDR leaves out."""
    written = format_date(day, "d MMMM y", locale=language.value)
    is_first = language is Language.FRENCH and day.day == 1
    return f"1er {written.partition(' ')[2]}" if is_first else written


def error_sentence(error: GuichetError, language: Language) -> str:
    return sentence(error.code, language, error.details)


def field_sentence(code: str, language: Language) -> str:
    """What is wrong with one field."""
    return sentence(code, language)


def _numbered(name: str, parameters: str) -> dict[str, str]:
    if name == "password-special-characters":  # the colon may be one of them
        return {"0": parameters}
    listed = [parameters.replace(",", ", ")] if name == "choice" else parameters.split(":")
    return {str(place): text for place, text in enumerate(listed)}


@cache
def catalogue(language: Language) -> dict[str, str]:
    path = _TRANSLATIONS / language.value / "LC_MESSAGES" / "errors.po"
    with path.open("rb") as file:
        read = read_po(file, locale=language.value, domain="errors")
    return {
        str(message.id): str(message.string) for message in read if message.id and message.string
    }
