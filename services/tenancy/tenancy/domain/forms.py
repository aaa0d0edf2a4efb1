"""Forms: what a request of a kind asks, and whether answers answer it.

A form is data that operators publish. ``faults_of`` says what is wrong with declarations,
``checked_answers`` what is wrong with answers; both say all of it at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from contracts.tenancy import FieldType, RequestKind
from servicekit.errors import Invalid
from tenancy.domain.answers import LONGEST, fault_of

_BOUNDED = frozenset({FieldType.TEXT, FieldType.LINES, FieldType.WHOLE, FieldType.DAY})


@dataclass(frozen=True, slots=True)
class Label:
    fr: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.fr


@dataclass(frozen=True, slots=True)
class Group:
    """A catalogue, or a category of one."""

    code: str
    label: Label


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    label: Label


@dataclass(frozen=True, slots=True)
class Field:
    """One question. What ``minimum`` and ``maximum`` bound is said with ``FieldType``."""

    code: str
    type: FieldType
    label: Label
    hint: Label | None
    required: bool
    minimum: int | None
    maximum: int | None
    options: tuple[Option, ...]

    def option(self, code: str) -> Option | None:
        return next((one for one in self.options if one.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What an operator says of a form; it gets its version when it is published."""

    code: str
    kind: RequestKind
    title: Label
    description: Label | None
    catalogue: Group | None
    category: Group | None
    asks_subject: bool
    deadline_hours: int
    position: int
    offered: bool
    fields: tuple[Field, ...]

    def field(self, code: str) -> Field | None:
        return next((one for one in self.fields if one.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Declaration):
    """A declaration as it was published: never changed, followed by another version at most."""

    version: int
    published_at: datetime

    def says(self, declaration: Declaration) -> bool:
        """Whether it was published with these very words."""
        return all(
            getattr(self, name) == getattr(declaration, name)
            for name in Declaration.__dataclass_fields__
        )


# --- from what the contract's schema has loaded, or the database kept ------------------------


def declared(said: Mapping[str, Any]) -> Declaration:
    return Declaration(**parts_of(said))


def parts_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a declaration, typed."""
    return {
        "code": said["code"],
        "kind": RequestKind(said["kind"]),
        "title": Label(**said["title"]),
        "description": _label(said["description"]),
        "catalogue": _group(said["catalogue"]),
        "category": _group(said["category"]),
        "asks_subject": said["asks_subject"],
        "deadline_hours": said["deadline_hours"],
        "position": said["position"],
        "offered": said["offered"],
        "fields": tuple(_field(one) for one in said["fields"]),
    }


def _label(said: Mapping[str, str] | None) -> Label | None:
    return None if said is None else Label(**said)


def _group(said: Mapping[str, Any] | None) -> Group | None:
    return None if said is None else Group(said["code"], Label(**said["label"]))


def _field(said: Mapping[str, Any]) -> Field:
    return Field(
        code=said["code"],
        type=FieldType(said["type"]),
        label=Label(**said["label"]),
        hint=_label(said["hint"]),
        required=said["required"],
        minimum=said["minimum"],
        maximum=said["maximum"],
        options=tuple(Option(one["code"], Label(**one["label"])) for one in said["options"]),
    )


def published(declaration: Declaration, *, before: Form | None, at: datetime) -> Form:
    """The next version; the one before itself where it says the same already."""
    if before is not None and before.says(declaration):
        return before
    said = {name: getattr(declaration, name) for name in Declaration.__dataclass_fields__}
    return Form(**said, version=1 if before is None else before.version + 1, published_at=at)


# --- what may be published ------------------------


def demand_sound(declarations: Sequence[Declaration], *, kinds: Mapping[str, RequestKind]) -> None:
    """``kinds``: of the forms that stand already, by code: who may ask for a thing hangs on it.

    Raises Invalid that names every form and field to blame.
    """
    found: dict[str, list[str]] = {}
    for path, code in _faults(declarations, kinds):
        found.setdefault(path, []).append(code)
    if found:
        raise Invalid("fields-invalid", {"fields": found})


def _faults(
    declarations: Sequence[Declaration], kinds: Mapping[str, RequestKind]
) -> Iterator[tuple[str, str]]:
    named = Counter(one.code for one in declarations)
    labels: dict[tuple[str, str], Label] = {}
    for line, declaration in enumerate(declarations):
        path = f"forms.{line}"
        if named[declaration.code] > 1:
            yield f"{path}.code", "twice"
        if kinds.get(declaration.code, declaration.kind) is not declaration.kind:
            yield f"{path}.kind", "form-kind-fixed"
        yield from _group_faults(path, declaration, labels)
        yield from _field_faults(path, declaration)


def _group_faults(
    path: str, declaration: Declaration, labels: dict[tuple[str, str], Label]
) -> Iterator[tuple[str, str]]:
    """A change has its place in a catalogue; one group is called one thing in the whole file."""
    is_change = declaration.kind is RequestKind.CHANGE
    for name, group in (("catalogue", declaration.catalogue), ("category", declaration.category)):
        if (group is not None) != is_change:
            yield f"{path}.{name}", "required" if is_change else "invalid"
        elif (
            group is not None and labels.setdefault((name, group.code), group.label) != group.label
        ):
            yield f"{path}.{name}.label", "named-otherwise"


def _field_faults(path: str, declaration: Declaration) -> Iterator[tuple[str, str]]:
    named = Counter(field.code for field in declaration.fields)
    for number, field in enumerate(declaration.fields):
        here = f"{path}.fields.{number}"
        if named[field.code] > 1:
            yield f"{here}.code", "twice"
        if (field.type is FieldType.CHOICE) != bool(field.options):
            yield f"{here}.options", "invalid" if field.options else "required"
        if len({option.code for option in field.options}) < len(field.options):
            yield f"{here}.options", "twice"
        yield from _bound_faults(here, field)


def _bound_faults(path: str, field: Field) -> Iterator[tuple[str, str]]:
    bounds = {"minimum": field.minimum, "maximum": field.maximum}
    longest = LONGEST.get(field.type)
    for name, bound in bounds.items():
        if bound is not None and field.type not in _BOUNDED:
            yield f"{path}.{name}", "invalid"
        elif bound is not None and longest is not None and bound > longest:
            yield f"{path}.{name}", f"range:0:{longest}"
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        yield f"{path}.maximum", "invalid"


# --- answers ------------------------


def checked_answers(
    form: Declaration, answers: Mapping[str, str], *, today: date
) -> dict[str, str]:
    """The answers as they are kept, in the form's order; what was left out is left out.

    Raises Invalid that blames ``answers.<field>`` for each that does not do.
    """
    faults = {f"answers.{code}": ["unknown"] for code in answers if form.field(code) is None}
    kept: dict[str, str] = {}
    for field in form.fields:
        value = answers.get(field.code, "").strip()
        if fault := _fault(field, value, today):
            faults[f"answers.{field.code}"] = [fault]
        elif value:
            kept[field.code] = value
    if faults:
        raise Invalid("fields-invalid", {"fields": faults})
    return kept


def _fault(field: Field, value: str, today: date) -> str | None:
    """An unticked box is no answer, so a box that must be ticked is a required one."""
    if not value or (field.type is FieldType.FLAG and value == "false"):
        return "required" if field.required else None
    if field.type is FieldType.CHOICE:
        known = field.option(value) is not None
        return None if known else "choice:" + ",".join(one.code for one in field.options)
    return fault_of(field.type, value, minimum=field.minimum, maximum=field.maximum, today=today)
