"""Example payloads made from the declarations: each is what its schema loads."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, missing, validate

from contracts import fields as contract_fields
from contracts.codes import ROLES_OF_SECTION, Section
from contracts.countries import Country

ID = "0192f3a0-5b7e-7cc0-8d3a-2f6b1c9e4d10"

# Where the field's name says more than its type.
_BY_NAME: dict[str, Any] = {
    "given_name": "Jane",
    "family_name": "Doe",
    "organisation_name": "Example SA",
    "name": "Production",
    "offer_id": "workspace:eu-west-0:standard:12-months",
    "company_name": "Example SA",
    "street": "1 place des Alpes",
    "city": "Paris",
    "ref1": "AA00606838",
    "quantity": 1,
    "evidence": "Identity card shown in a video call",
    "new_email": None,
    "limit": 50,
    "user_name": "Jane.Doe",
    "hash": "3f5a" * 16,
    "previous_hash": "0" * 64,
    "action": "users:user:invited",
    "currency": "EUR",
    "language": "fr",
    "region": "eu-west-0",
}
_BY_TYPE: tuple[tuple[type[fields.Field[Any]], Any], ...] = (
    (contract_fields.Tenant, "OCB0001234"),
    (Country, "FR"),
    (contract_fields.Email, "jane.doe@example.com"),
    (contract_fields.Mobile, "+33612345678"),
    (contract_fields.Login, "Jane.Doe"),
    (contract_fields.RequestNumberField, "D0001234"),
    (contract_fields.Slug, "incident"),
    (contract_fields.MonthField, "2026-12"),
    (contract_fields.Money, "49.90"),
    (contract_fields.Id, ID),
    (contract_fields.Instant, "2026-12-03T14:05:00+00:00"),
    (contract_fields.Day, "2027-01-01"),
    (contract_fields.Flag, True),
    (contract_fields.Secret, "Correct-Horse-7-Battery"),
)


def example(schema: type[Schema], *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Required fields, and optional ones where they say something."""
    declared: dict[str, fields.Field[Any]] = schema._declared_fields
    return {
        name: value_of(field, name)
        for name, field in declared.items()
        if name not in without and (field.required or field.load_default not in (missing, None))
    }


def value_of(field: fields.Field[Any], name: str = "") -> Any:
    if isinstance(field, contract_fields.Part):
        return example(type(field.schema))
    if isinstance(field, contract_fields.Many):
        return [value_of(field.inner)]
    if isinstance(field, contract_fields.Choice):
        return next(iter(field.enum.__members__.values())).value
    if isinstance(field, contract_fields.Table):
        return _table(field)
    if name in _BY_NAME:
        return _BY_NAME[name]
    for kind, value in _BY_TYPE:
        if isinstance(field, kind):
            return value
    if isinstance(field, contract_fields.Whole):
        return _number(field)
    return "text"


def _table(field: contract_fields.Table) -> dict[str, Any]:
    if not isinstance(field.key_field, contract_fields.Choice):
        return {}
    section = Section.INVOICES
    return {section.value: ROLES_OF_SECTION[section][0].value}


def _number(field: fields.Field[Any]) -> int:
    """The smallest possible, and no nought where there may be one."""
    bounds = [one for one in field.validators if isinstance(one, validate.Range)]
    return max([1, *(int(one.min) for one in bounds if one.min is not None)])
