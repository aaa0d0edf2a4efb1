"""The reader's language, and dates, amounts and words put into it.

Order: the language of the account (kept in the cookie from sign-in on), the cookie, then
``Accept-Language``. ``?lang=en`` on any page chooses until the next sign-in, as the switcher does.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, Response, g, request
from flask_babel import Babel, Domain, get_locale, refresh

from contracts.codes import Language

COOKIE = "guichet_language"
TIME_ZONE = ZoneInfo("Europe/Paris")
_YEAR = 365 * 24 * 3600
_LANGUAGES = tuple(language.value for language in Language)


# How days, times and amounts are written: Europeans read these pages.
_FORMATS = {Language.FRENCH: "fr_FR", Language.ENGLISH: "en_GB"}
_TRANSLATIONS = Path(__file__).parent / "translations"


class _Catalogues(Domain):
    """Catalogues straight from their ``.po``: what is read here is what is served."""

    def get_translations(self) -> Translations:
        return _catalogue(str(get_locale()))


class _PageBabel(Babel):
    @cached_property
    def domain_instance(self) -> Domain:
        return _Catalogues()


@cache
def _catalogue(locale: str) -> Translations:
    path = _TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return Translations(compiled)


def install(app: Flask) -> None:
    """flask-babel for the pages, with our filters."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", Language.FRENCH.value)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", TIME_ZONE.key)
    _PageBabel(app, locale_selector=lambda: current_language().value)
    app.jinja_env.filters.update(
        {"instant": format_instant, "day": format_day, "money": format_money, "count": format_count}
    )
    app.jinja_env.globals["current_language"] = current_language
    app.after_request(_keep_choice)


def current_language() -> Language:
    """Decided once per request."""
    if "language" not in g:
        g.language = _negotiate()
    language: Language = g.language
    return language


def _negotiate() -> Language:
    for candidate in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if candidate in _LANGUAGES:
            return Language(candidate)
    accepted = [value.replace("-", "_") for value in request.accept_languages.values()]
    return Language(negotiate_locale(accepted, _LANGUAGES) or Language.FRENCH.value)


def prefer_language(language: Language) -> None:
    """What this page is best read in, unless the reader has chosen."""
    if COOKIE not in request.cookies and request.args.get("lang") not in _LANGUAGES:
        g.language = language
        refresh()


def remember_language(response: Response, language: Language) -> None:
    """The account's language at sign-in, or the reader's own choice."""
    response.set_cookie(
        COOKIE,
        language.value,
        max_age=_YEAR,
        httponly=True,
        secure=request.is_secure,
        samesite="Lax",
    )


def _keep_choice(response: Response) -> Response:
    response.headers.setdefault("Content-Language", current_language().value)
    chosen = request.args.get("lang")
    if chosen in _LANGUAGES and response.mimetype == "text/html":
        remember_language(response, Language(chosen))
    return response


def _format() -> str:
    return _FORMATS[current_language()]


def _instant(value: str | datetime) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(TIME_ZONE)


def format_instant(
    value: str | datetime | None, style: str = "medium", time_style: str = "short"
) -> str:
    """``3 déc. 2026, 14:05`` on the clocks of Paris."""
    if value is None:
        return ""
    moment = _instant(value)
    day = dates.format_date(moment, style, locale=_format())
    time = dates.format_time(moment, time_style, locale=_format())
    return f"{day}, {time}"


def format_day(value: str | date | datetime | None, style: str = "long") -> str:
    """``1 décembre 2026``; an instant is first read on the clocks of Paris."""
    if value is None:
        return ""
    if isinstance(value, datetime) or (isinstance(value, str) and "T" in value):
        return _ordinal(dates.format_date(_instant(value), style, locale=_format()))
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return _ordinal(dates.format_date(day, style, locale=_format()))


def _ordinal(day: str) -> str:
    """French says ``1er décembre``, which CLDR leaves out."""
    if current_language() is Language.FRENCH and day.startswith("1 "):
        return f"1er {day[2:]}"
    return day


def format_money(value: str | Decimal, currency: str) -> str:
    """``1 234,50 €``: a decimal string stays one, it never becomes a float."""
    return numbers.format_currency(Decimal(value), currency, locale=_format())


def format_count(value: Any) -> str:
    return numbers.format_decimal(value, locale=_format())
