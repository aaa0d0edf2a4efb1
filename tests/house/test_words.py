"""Mails and portal call sections and roles the same, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader

import gateway
from contracts.codes import Language
from gateway.pages.roles import role_names, section_names
from notifications.clients.wording import TEMPLATES

pytestmark = pytest.mark.unit

TRANSLATIONS = Path(gateway.__file__).parent / "translations"


def on_pages(names: dict[str, str], language: Language) -> dict[str, str]:
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    known = {message.id: message.string for message in catalogue if message.id}
    return {str(code): str(known.get(name) or name) for code, name in names.items()}


@pytest.mark.parametrize("language", list(Language))
def test_sections_and_roles_have_one_name_in_mails_and_on_pages(language: Language) -> None:
    templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    words = templates.get_template(f"layout/words.{language}.txt").make_module()
    assert vars(words)["sections"] == on_pages(section_names(), language)
    assert vars(words)["role_names"] == on_pages(role_names(), language)
