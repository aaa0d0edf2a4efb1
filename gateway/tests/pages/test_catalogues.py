"""Every sentence of a page stands in both languages: none missing, doubtful or left over."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import gateway

pytestmark = pytest.mark.unit

ROOT = Path(gateway.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
PLACES = re.compile(r"%\((\w+)\)s")


@cache
def said() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(ROOT, METHODS, keywords=KEYWORDS)
    return {tuple(m) if isinstance(m, (list, tuple)) else m for _, _, m, _, _ in found}


def catalogue(language: str) -> Catalog:
    path = ROOT / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def strings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, (list, tuple)) else [message.string]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_is_translated_and_none_is_left_over(language: str) -> None:
    known = {m.id: m for m in catalogue(language) if m.id}
    assert said() - set(known) == set()
    assert set(known) - said() == set()
    assert [m.id for m in known.values() if not all(strings(m))] == []
    assert [m.id for m in known.values() if m.fuzzy] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_translations_fill_in_the_same_values(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
        wanted = {name for text in ids for name in PLACES.findall(text)}
        for string in strings(message):
            assert set(PLACES.findall(string)) <= wanted, message.id


def test_no_words_stand_in_a_template_outside_the_catalogues() -> None:
    """Text between tags is put into words by ``_``; product terms of the console stay English."""
    product_terms = {"Identity and Access Management", "Management and Deployment", "More"}
    product_terms |= {"Reset Failed Login"}
    strays = {
        f"{path.relative_to(ROOT)}: {text}"
        for path in (ROOT / "templates").rglob("*.html")
        if path.parent.name != "api"
        for text in bare_words(path.read_text(encoding="utf-8"))
        if text not in product_terms
    }
    assert strays == set()


def bare_words(template: str) -> list[str]:
    without = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template, flags=re.DOTALL)
    texts = re.sub(r"<[^>]*>", "\n", without, flags=re.DOTALL).split("\n")
    return [
        text.strip() for text in texts if re.search(r"[A-Za-zÀ-ÿ]{2}", text) and '"' not in text
    ]
