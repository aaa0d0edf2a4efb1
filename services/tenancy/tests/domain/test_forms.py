"""Forms are data: what may be published, and which answers answer them."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.tenancy.tests.papers import INCIDENT, QUOTA, TERMINATION, declaration

from contracts.tenancy import PublishForms, RequestKind
from servicekit.errors import Invalid
from tenancy.actions.load_forms import shipped_forms
from tenancy.domain.forms import checked_answers, declared, demand_sound, published

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def changed(said: dict[str, Any], **otherwise: Any) -> Any:
    return declaration(copy.deepcopy(said) | otherwise)


def question(**said: Any) -> dict[str, Any]:
    return {"code": "asked", "label": {"fr": "Demandé", "en": "Asked"}} | said


def faults(*declarations: Any, kinds: dict[str, RequestKind] | None = None) -> dict[str, Any]:
    with pytest.raises(Invalid) as refused:
        demand_sound(declarations, kinds=kinds or {})
    return refused.value.details["fields"]


def fault(value: str, **said: Any) -> str | None:
    """Of one answer to one question."""
    form = changed(INCIDENT, fields=[question(**said)])
    try:
        checked_answers(form, {"asked": value}, today=TODAY)
    except Invalid as refused:
        return str(refused.details["fields"]["answers.asked"][0])
    return None


def test_the_shipped_forms_are_sound_and_ask_for_each_kind() -> None:
    said = PublishForms().loads(shipped_forms().read_text(encoding="utf-8"))
    forms = [declared(one) for one in said["forms"]]
    demand_sound(forms, kinds={})
    assert {form.kind for form in forms} == set(RequestKind)
    quotas = [form for form in forms if form.category and form.category.code == "quota-management"]
    assert {form.category.label.fr for form in quotas if form.category} == {"Gestion des Quotas"}
    assert len(quotas) > 4


def test_everything_wrong_with_a_file_is_said_at_once() -> None:
    other_name = {"code": "quotas", "label": {"fr": "Quotas", "en": "Quotas"}}
    assert faults(
        changed(QUOTA, catalogue=None),
        changed(QUOTA, code="other", category=other_name),
        changed(INCIDENT, category=other_name),
        changed(INCIDENT, kind="termination"),
        changed(TERMINATION, fields=[question(type="choice"), question(type="flag", minimum=1)]),
        changed(TERMINATION, code="bounds", fields=[question(type="text", minimum=9, maximum=3)]),
        kinds={"termination": RequestKind.CHANGE},
    ) == {
        "forms.0.catalogue": ["required"],
        "forms.1.category.label": ["named-otherwise"],
        "forms.2.code": ["twice"],
        "forms.2.category": ["invalid"],
        "forms.3.code": ["twice"],
        "forms.4.kind": ["form-kind-fixed"],
        "forms.4.fields.0.code": ["twice"],
        "forms.4.fields.0.options": ["required"],
        "forms.4.fields.1.code": ["twice"],
        "forms.4.fields.1.minimum": ["invalid"],
        "forms.5.fields.0.maximum": ["invalid"],
    }


def test_the_same_words_again_are_no_new_version() -> None:
    first = published(declaration(QUOTA), before=None, at=AT)
    assert published(declaration(QUOTA), before=first, at=AT) is first
    second = published(changed(QUOTA, deadline_hours=24), before=first, at=AT)
    assert (first.version, second.version, second.deadline_hours) == (1, 2, 24)


@pytest.mark.parametrize(
    ("said", "value", "expected"),
    [
        ({"type": "text"}, "a\nb", "printable"),
        ({"type": "text"}, "a" * 256, "length:1:255"),
        ({"type": "text", "maximum": 3}, "abcd", "length:1:3"),
        ({"type": "lines"}, "a\nb", None),
        ({"type": "whole", "minimum": 1, "maximum": 5}, "0", "range:1:5"),
        ({"type": "whole", "maximum": 0}, "1", "range:0:0"),
        ({"type": "whole"}, "-1", "integer"),
        ({"type": "whole"}, "9" * 4000, "integer"),
        ({"type": "whole"}, "٣", "integer"),
        ({"type": "day"}, "2026-02-30", "date"),
        ({"type": "day"}, "20261201", "date"),
        (
            {"type": "day", "minimum": 0, "maximum": 9},
            "2026-11-22",
            "day-between:2026-11-23:2026-12-02",
        ),
        ({"type": "day", "maximum": 0}, "2026-11-24", "day-until:2026-11-23"),
        ({"type": "day", "maximum": 0}, "1999-01-01", None),
        ({"type": "flag"}, "yes", "boolean"),
        ({"type": "flag"}, "false", "required"),
        ({"type": "flag", "required": False}, "false", None),
        ({"type": "email"}, "john@", "email"),
        ({"type": "mobile"}, "0612345678", "mobile"),
        ({"type": "tenant"}, "OCB1", "tenant-code"),
        ({"type": "network"}, "192.0.2.1/24", "network"),
        ({"type": "network"}, "2001:db8::/32", None),
        ({"type": "text"}, "   ", "required"),
        ({"type": "text", "required": False}, "   ", None),
    ],
)
def test_an_answer_is_checked_by_its_question(
    said: dict[str, Any], value: str, expected: str | None
) -> None:
    assert fault(value, **said) == expected


def test_a_choice_is_one_of_its_options() -> None:
    form = declaration(QUOTA)
    with pytest.raises(Invalid) as refused:
        checked_answers(form, {"cores": "1", "region": "mars"}, today=TODAY)
    assert refused.value.details["fields"] == {"answers.region": ["choice:paris"]}


@given(days=st.integers(-4000, 4000), first=st.integers(0, 3000), span=st.integers(0, 600))
def test_a_day_is_taken_exactly_within_its_bounds(days: int, first: int, span: int) -> None:
    value = (TODAY + timedelta(days=days)).isoformat()
    taken = fault(value, type="day", minimum=first, maximum=first + span) is None
    assert taken == (first <= days <= first + span)


@given(answers=st.dictionaries(st.text(max_size=8), st.text(max_size=40), max_size=4))
def test_whatever_is_answered_is_kept_or_refused_by_name(answers: dict[str, str]) -> None:
    form = changed(QUOTA, fields=[*QUOTA["fields"], question(type="lines", required=False)])
    kept, blamed = outcome(form, answers)
    assert set(kept) <= {field.code for field in form.fields}
    assert all(name.startswith("answers.") for name in blamed)
    assert not (kept and blamed)


def outcome(form: Any, answers: dict[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    """What is kept, and what is blamed."""
    try:
        return checked_answers(form, answers, today=TODAY), {}
    except Invalid as refused:
        return {}, refused.details["fields"]
