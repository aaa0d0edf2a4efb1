"""Mails put into words: one folder of templates per mail, three parts in each language.

    templates/<mail>/subject.<language>.txt   text.<language>.txt   html.<language>.html

In HTML every value is escaped; a name nobody gave is an error, never an empty place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from contracts.codes import Language
from notifications.domain.letters import Template

TEMPLATES = Path(__file__).parent.parent / "templates"
PARTS = ("subject.{}.txt", "text.{}.txt", "html.{}.html")
_MOMENT = {
    Language.FRENCH: "d MMMM y 'à' HH:mm 'UTC'",
    Language.ENGLISH: "d MMMM y 'at' HH:mm 'UTC'",
}


@dataclass(frozen=True, slots=True)
class House:
    """What every mail may name. ``contact`` is where readers are told to write to."""

    brand: str
    public_url: str
    contact: str


class Wording:
    def __init__(self, house: House) -> None:
        self._house = house
        self._environments = {language: _environment(language) for language in Language}

    def subject(self, *, template: Template, language: Language, values: Mapping[str, Any]) -> str:
        """One line."""
        return " ".join(self._render(template, language, "subject.{}.txt", values).split())

    def text(self, *, template: Template, language: Language, values: Mapping[str, Any]) -> str:
        return self._render(template, language, "text.{}.txt", values).strip() + "\n"

    def html(self, *, template: Template, language: Language, values: Mapping[str, Any]) -> str:
        return self._render(template, language, "html.{}.html", values)

    def _render(
        self, template: Template, language: Language, part: str, values: Mapping[str, Any]
    ) -> str:
        found = self._environments[language].get_template(
            f"{template.value}/{part.format(language.value)}"
        )
        return found.render(house=self._house, language=language.value, **values)


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = lambda text: _day(text, language)
    environment.filters["moment"] = lambda text: _moment(text, language)
    environment.filters["money"] = lambda text, currency: _money(text, currency, language)
    return environment


def _day(text: str, language: Language) -> str:
    day = format_date(date.fromisoformat(text), "d MMMM y", locale=language.value)
    return _first(day, language)


def _moment(text: str, language: Language) -> str:
    """Facts carry UTC; a mail is read in any time zone, so it says so."""
    moment = format_datetime(datetime.fromisoformat(text), _MOMENT[language], locale=language.value)
    return _first(moment, language)


def _first(written: str, language: Language) -> str:
    """French counts its first day of a month, and only that one."""
    is_first = language is Language.FRENCH and written.startswith("1 ")
    return f"1er {written[2:]}" if is_first else written


def _money(text: str, currency: str, language: Language) -> str:
    return format_currency(Decimal(text), currency, locale=language.value)
