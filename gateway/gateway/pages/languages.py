"""The language switcher of every page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from contracts.codes import Language
from gateway.i18n import current_language, remember_language
from gateway.pages.going import see_other
from gateway.pages.local_paths import local_path

_NAMES = {Language.FRENCH: "Français", Language.ENGLISH: "English"}


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    name: str


def other_languages() -> list[Choice]:
    return [
        Choice(language.value, name)
        for language, name in _NAMES.items()
        if language is not current_language()
    ]


def here() -> str:
    """This page, for coming back to it: as it was asked, without a language in its address."""
    kept = {name: request.args.getlist(name) for name in request.args if name != "lang"}
    query = urlencode(kept, doseq=True)
    return f"{request.path}?{query}" if query else request.path


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/language", "choose_language", choose_language, methods=["POST"])


def choose_language() -> Response:
    given = request.form.get("language", "")
    chosen = Language(given) if given in list(Language) else current_language()
    response = see_other(local_path(request.form.get("next")) or url_for("portal.home"))
    remember_language(response, chosen)
    return response
