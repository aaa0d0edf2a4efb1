"""What stands in a form's fields and what is wrong with them; a page shows both again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import uuid4

from flask import request
from flask_babel import gettext
from werkzeug.exceptions import BadRequest

from gateway.api.circumstances import fit_idempotency_key
from gateway.api.wording import sentence
from gateway.i18n import current_language
from servicekit.errors import GuichetError, Unavailable

KEY_FIELD = "idempotency_key"
_SECRET = "keys-private"  # noqa: S105 - what is said of a field that should hold none
# Never shown again, never put into a hidden field.
SECRET_FIELDS = ("password", "password_again", "current_password", "new_password", "code")


@dataclass(frozen=True, slots=True)
class Form:
    """``errors`` are sentences by field name; ``notice`` is about the whole.

    ``key`` makes sending twice one act; a definite refusal gets a new one. ``meanwhile``: what is
    there now, by label, where somebody else has changed it since the form was shown. ``labels``: of
    fields that are data, not code.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    many: Mapping[str, list[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str | None = None
    meanwhile: tuple[tuple[str, str], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    key: str = field(default_factory=lambda: uuid4().hex)

    def value(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def chosen(self, name: str) -> list[str]:
        """What is ticked among boxes of one name."""
        return self.many.get(name, [])

    def faulty(self, errors: Mapping[str, str]) -> Form:
        return replace(self, errors=dict(errors), key=uuid4().hex)

    def labelled(self, labels: Mapping[str, str]) -> Form:
        return replace(self, labels=dict(labels))

    def refused(self, error: GuichetError, *, known: Mapping[str, str] | None = None) -> Form:
        """The form again with what the service said; ``known`` renames fields of the call."""
        fields = error.details.get("fields")
        errors = self._by_field(fields, known or {}) if isinstance(fields, Mapping) else {}
        key = self.key if isinstance(error, Unavailable) else uuid4().hex
        notice = None if errors else in_words(error)
        values = {**self.values, **dict.fromkeys(_secrets_among(fields), "")}
        return replace(self, values=values, errors=errors, notice=notice, key=key)

    def _by_field(self, faults: Mapping[str, object], known: Mapping[str, str]) -> dict[str, str]:
        sentences: dict[str, str] = {}
        for path, codes in faults.items():
            name, place = self._placed(known.get(path, path))
            said = [str(code) for code in codes] if isinstance(codes, list) else [str(codes)]
            if said and said[0].startswith("length:") and not self._has(name):
                said = ["required"]
            fault = " ".join(sentence(code, current_language()) for code in said)
            told = fault if place is None else f"{place} {fault}"
            sentences[name] = f"{sentences[name]} {told}" if name in sentences else told
        return sentences

    def _placed(self, path: str) -> tuple[str, str | None]:
        """A fault inside what one field holds: of a line, or of a part of a document."""
        name, _, inside = path.partition(".")
        if path in self.values or name not in self.values or not inside:
            return path, None
        if inside.isdigit():
            return name, gettext("Line %(number)s:", number=int(inside) + 1)
        return name, f"{inside}:"

    def _has(self, name: str) -> bool:
        return bool(self.value(name).strip() or (name in SECRET_FIELDS and secret(name)))


def _secrets_among(faults: object) -> list[str]:
    """Fields that turned out to hold a secret: they are not shown again."""
    if not isinstance(faults, Mapping):
        return []
    return [name for name, codes in faults.items() if isinstance(codes, list) and _SECRET in codes]


def in_words(error: GuichetError) -> str:
    return sentence(error.code, current_language(), error.details)


def sent_form() -> Form:
    """The form of this request; passwords stay out of it.

    Its key is ours: who sends another kind of key has not filled in a form of these pages.
    """
    values = {name: value for name, value in request.form.items() if name not in SECRET_FIELDS}
    many = {name: request.form.getlist(name) for name in values}
    key = values.get(KEY_FIELD) or uuid4().hex
    if not fit_idempotency_key(key):
        raise BadRequest
    return Form(values=values, many=many, key=key)


def asked_form() -> Form:
    """A form sent by GET: a search, a step on the way to an order."""
    many = {name: request.args.getlist(name) for name in request.args}
    return Form(values=request.args.to_dict(), many=many)


def secret(name: str) -> str:
    return request.form.get(name, "")


def filled(values: Mapping[str, str], names: Iterable[str]) -> dict[str, str | None]:
    """The named fields as a call wants them: an empty one is no value."""
    return {name: values.get(name, "").strip() or None for name in names}
