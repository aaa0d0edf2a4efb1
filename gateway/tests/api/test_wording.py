"""Every code has a sentence in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from marshmallow import Schema, fields

from contracts.codes import Language
from contracts.fields import MESSAGES
from contracts.registry import CALLS
from gateway.api.openapi import refusals
from gateway.api.wording import catalogue, sentence

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
KINDS = {"NotFound", "Conflict", "Invalid", "Unauthenticated", "Forbidden", "TooMany"} | {
    "Unavailable",
    "Refused",
    "Refusal",
}
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def sources() -> Iterator[Path]:
    for package in ("contracts", "servicekit", "services", "gateway"):
        for path in (ROOT / package).rglob("*.py"):
            if "tests" not in path.parts and ".venv" not in path.parts:
                yield path


def codes_raised(path: Path) -> Iterator[str]:
    """First text among the arguments of what raises one of the kinds."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KINDS:
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            yield from (t for t in texts[-1:] if isinstance(t, str) and CODE.fullmatch(t))
        if isinstance(node, ast.keyword) and node.arg == "codes":
            yield from (leaf.value for leaf in ast.walk(node.value) if _is_code(leaf))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ValidationError":
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            yield from (t.partition(":")[0] for t in texts[:1] if isinstance(t, str))


def _is_code(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and bool(CODE.fullmatch(str(node.value)))


def fields_of(schema: Schema) -> Iterator[fields.Field]:
    for field in schema.fields.values():
        yield from inside(field)


def inside(field: fields.Field) -> Iterator[fields.Field]:
    yield field
    if isinstance(field, fields.Nested):
        yield from fields_of(field.schema)
    if isinstance(field, fields.List):
        yield from inside(field.inner)
    if isinstance(field, fields.Dict):
        for part in (field.key_field, field.value_field):
            yield from inside(part) if part is not None else ()


def worded() -> set[str]:
    return set(catalogue(Language.FRENCH))


def test_both_languages_word_the_same_codes() -> None:
    assert set(catalogue(Language.FRENCH)) == set(catalogue(Language.ENGLISH))


def test_sentences_have_the_same_places_in_both_languages() -> None:
    places = {
        language: {code: set(re.findall(r"{\w+}", text)) for code, text in words.items()}
        for language in Language
        for words in [catalogue(language)]
    }
    assert places[Language.FRENCH] == places[Language.ENGLISH]


def test_every_code_that_is_raised_is_worded() -> None:
    raised = {code: path.name for path in sources() for code in codes_raised(path)}
    assert len(raised) > 40
    assert sorted(set(raised) - worded()) == []


def test_every_refusal_of_a_call_is_worded() -> None:
    declared = {refusal.code for call in CALLS.values() for refusal in call.refusals}
    routed = [call for call in CALLS.values() if call.route]
    general = {code for call in routed for codes in refusals(call).values() for code in codes}
    assert (declared | general) - worded() == set()


def test_every_complaint_of_a_field_is_worded() -> None:
    said = set(MESSAGES.values()) | {"unknown", "object"}
    for call in CALLS.values():
        for field in fields_of(call.request()):
            said |= {str(text).partition(":")[0] for text in field.error_messages.values()}
            said |= {str(check.error).partition(":")[0] for check in field.validators}
    assert said - worded() == set()


def test_every_status_has_a_title() -> None:
    statuses = {400, 401, 403, 404, 405, 406, 408, 409, 411, 413, 414, 415, 422, 429, 431, 500, 503}
    assert {f"status-{status}" for status in statuses} <= worded()


def test_parameters_stand_in_their_places() -> None:
    assert sentence("length:1:64", Language.ENGLISH) == "Between 1 and 64 characters or items."
    assert sentence("choice:fr,en", Language.FRENCH) == "Une de ces valeurs : fr, en."
    assert "12" in sentence("too-many-requests", Language.ENGLISH, {"retry_after": 12})


def test_a_day_and_a_value_are_written_as_people_write_them() -> None:
    details = {
        "support_level": "business",
        "committed_until": "2027-05-31",
        "earliest": "2027-05-01",
        "earliest_effect": "2027-06-01",
        "possible_now": ["premium"],
    }
    french = sentence("support-level-committed", Language.FRENCH, details)
    assert "Business engage jusqu'au 31 mai 2027" in french
    assert "1er mai 2027" in french
    assert french.endswith("Possible maintenant : Premium.")
    english = sentence("support-level-committed", Language.ENGLISH, {**details, "possible_now": []})
    assert "committed until 31 May 2027" in english
    assert english.endswith("Possible now: nothing.")


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "20260101"])
def test_what_only_looks_like_a_day_is_told_as_it_is(text: str) -> None:
    assert text in sentence("support-level-pending", Language.ENGLISH, {"from_on": text})


def test_a_detail_that_is_missing_does_not_break_a_sentence() -> None:
    assert "…" in sentence("too-many-requests", Language.ENGLISH)


def test_a_code_nobody_knows_is_still_a_sentence() -> None:
    assert sentence("from-the-future", Language.FRENCH) == "La demande a été refusée."
