"""What a field takes, in words for the reference page."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from contracts import fields as contract_fields
from contracts.countries import Country

_WORDS: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (contract_fields.Tenant, "contract code"),
    (contract_fields.Email, "e-mail address"),
    (contract_fields.Mobile, "mobile number, +33612345678"),
    (contract_fields.Login, "login"),
    (Country, "country, FR"),
    (contract_fields.RequestNumberField, "request number, D0001234"),
    (contract_fields.Slug, "code of lower-case letters, digits and hyphens"),
    (contract_fields.MonthField, "month, 2026-12"),
    (contract_fields.Id, "UUID"),
    (contract_fields.Day, "date, 2026-12-03"),
    (contract_fields.Instant, "instant, 2026-12-03T14:05:00Z"),
    (contract_fields.Money, "decimal amount"),
    (contract_fields.Flag, "true or false"),
    (contract_fields.Part, "object"),
)


def kind_of(field: fields.Field[Any]) -> str:
    """``text, 1 to 64``; ``list of 1 to 5: one of sales, billing``."""
    if isinstance(field, contract_fields.Choice):
        return "one of " + ", ".join(str(one.value) for one in field.enum)
    if isinstance(field, contract_fields.Many):
        return f"list{_bounds(field).replace(',', ' of', 1)}: {kind_of(field.inner)}"
    if isinstance(field, contract_fields.Table):
        parts = [part for part in (field.key_field, field.value_field) if part is not None]
        return "object: " + " to ".join(kind_of(part) for part in parts)
    if isinstance(field, contract_fields.Whole):
        return f"whole number{_bounds(field)}"
    words = next((words for kind, words in _WORDS if isinstance(field, kind)), None)
    return words or f"text{_bounds(field)}"


def _bounds(field: fields.Field[Any]) -> str:
    for check in field.validators:
        least, most = getattr(check, "min", None), getattr(check, "max", None)
        if least is not None and most is not None:
            return f", {least} to {most}"
    return ""
