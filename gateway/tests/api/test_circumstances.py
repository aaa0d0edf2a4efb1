"""The reader's language, as he weighs it."""

from __future__ import annotations

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from contracts.codes import Language
from gateway.api.circumstances import spoken

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", Language.FRENCH),
        ("en", Language.ENGLISH),
        ("EN-us", Language.ENGLISH),
        ("en-GB,fr;q=0.5", Language.ENGLISH),
        ("fr;q=0.4, en;q=0.8", Language.ENGLISH),
        ("de, en;q=0.1", Language.ENGLISH),
        ("en;q=0", Language.FRENCH),
        ("de", Language.FRENCH),
        ("*", Language.FRENCH),
        ("en" * 500, Language.FRENCH),
        (";;q=,,,", Language.FRENCH),
    ],
)
def test_the_language_asked_for_first_is_spoken(header: str, language: Language) -> None:
    environ = EnvironBuilder(headers={"Accept-Language": header}).get_environ()
    assert spoken(Request(environ)) is language
