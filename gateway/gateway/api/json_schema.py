"""What a field of the contracts accepts, said in JSON Schema as exactly as JSON Schema can.

apispec knows types, lengths, ranges and enums; what our own field types refuse beside is added
here, so that what the document allows is what the services take.
"""

from __future__ import annotations

from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

from contracts import fields as contract_fields
from contracts.countries import COUNTRIES, Country

JsonSchema = dict[str, Any]

# As contracts.fields._UNPRINTABLE, in the dialect of ECMA-262. Lone surrogates need no mention:
# they are no characters, and readers of patterns choke on them.
_UNPRINTABLE = r"\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_SPACES = r" \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_PRINTABLE = f"[^{_UNPRINTABLE}]"
# Text is trimmed: what is left must not be empty.
LINE = f"^{_PRINTABLE}*[^{_UNPRINTABLE}{_SPACES}]{_PRINTABLE}*$"
_ON_LINES = rf"(?:{_PRINTABLE}|[\t\n\r])"
LINES = f"^{_ON_LINES}*[^{_UNPRINTABLE}{_SPACES}]{_ON_LINES}*$"
_NAME = LINE.replace("[^", r"[^/\\:@<>")
_EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$"

_EXTRA: dict[type[fields.Field[Any]], JsonSchema] = {
    contract_fields.Text: {"pattern": LINE},
    contract_fields.Lines: {"pattern": LINES},
    contract_fields.Slug: {"pattern": "^[a-z][a-z0-9-]{1,62}$", "minLength": 2, "maxLength": 63},
    contract_fields.PersonName: {"pattern": _NAME},
    contract_fields.Email: {"pattern": _EMAIL, "format": "email"},
    contract_fields.Mobile: {"pattern": r"^\+[1-9][0-9]{5,14}$", "minLength": 7, "maxLength": 16},
    contract_fields.Login: {"pattern": r"^[A-Za-z0-9._-]{5,64}$", "minLength": 5, "maxLength": 64},
    Country: {"enum": sorted(COUNTRIES)},
    contract_fields.Edition: {"pattern": "^[0-9a-f]{32}$", "minLength": 32, "maxLength": 32},
    contract_fields.Secret: {"format": "password", "pattern": r"^[^\u0000]*$"},
    contract_fields.Tenant: {"pattern": "^OCB[0-9]{7}$"},
    contract_fields.RequestNumberField: {"pattern": "^D[0-9]{7}$"},
    contract_fields.MonthField: {"pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
    contract_fields.Cost: {
        "type": "string",
        "pattern": rf"^{contract_fields.Cost.pattern.pattern}$",
    },
    contract_fields.Money: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
}


def extra_properties(
    converter: OpenAPIConverter, field: fields.Field[Any], ret: JsonSchema, **_: Any
) -> JsonSchema:
    """Attribute function for apispec: called last, its answer wins."""
    found: JsonSchema = {}
    for kind in type(field).__mro__:
        if kind in _EXTRA:
            found = dict(_EXTRA[kind])
            break
    if isinstance(field, contract_fields.Lines) and field.may_be_empty:
        found = {"pattern": f"^{_ON_LINES}*$"}
    if field.allow_none and "type" in found:
        found["type"] = [found["type"], "null"]
    if isinstance(field, fields.Dict) and field.key_field is not None:
        names = converter.field2property(field.key_field)
        if "enum" in names:
            found["propertyNames"] = {"enum": names["enum"]}
        elif isinstance(field.key_field, contract_fields.Slug):
            found["propertyNames"] = {"pattern": names["pattern"]}
    return found


def as_parameter(schema: JsonSchema) -> JsonSchema:
    """In a path or query there is no null: absent is absent."""
    found = dict(schema)
    if isinstance(found.get("type"), list):
        kinds = [kind for kind in found["type"] if kind != "null"]
        found["type"] = kinds[0] if len(kinds) == 1 else kinds
    if "enum" in found:
        found["enum"] = [value for value in found["enum"] if value is not None]
    if found.get("default", ...) is None:
        del found["default"]
    return found


def as_answer(schema: Any) -> Any:
    """An answer may grow fields, and its texts are data: only types and vocabularies are said."""
    if isinstance(schema, list):
        return [as_answer(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: as_answer(value)
        for name, value in schema.items()
        if not (name == "additionalProperties" and value is False)
        and not (name == "pattern" and value in (LINE, LINES))
    }


def schema_name(schema: Schema | type[Schema]) -> str:
    """Component name: classes of the same name in two services stay apart."""
    kind = schema if isinstance(schema, type) else type(schema)
    owner = kind.__module__.rpartition(".")[2]
    return f"{owner}.{kind.__name__}"
