"""Codes into sentences. A program reads the code, a person the sentence, in his language.

The catalogues are ``translations/<language>/LC_MESSAGES/errors.po``; the message id is the code
without its parameters: ``length:1:64`` is worded by ``length`` with ``{0}`` = 1 and ``{1}`` = 64,
details of an error stand in braces by their name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from babel.messages.pofile import read_po

from contracts.codes import Language
from servicekit.errors import GuichetError

_TRANSLATIONS = Path(__file__).parent.parent / "translations"
_PLACE = re.compile(r"\{(\w+)\}")
_log = structlog.get_logger(__name__)


def sentence(code: str, language: Language, details: Mapping[str, Any] | None = None) -> str:
    name, _, parameters = code.partition(":")
    words = catalogue(language).get(name)
    if words is None:
        _log.warning("code-without-words", code=code)
        return catalogue(language)["refused"]
    values = {**(details or {}), **_numbered(name, parameters)}
    # A sentence may speak of a detail that this refusal does not have.
    return _PLACE.sub(lambda place: str(values.get(place[1], "…")), words)


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
