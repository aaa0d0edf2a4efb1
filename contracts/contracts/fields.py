"""Field types shared by the contracts. Their messages are codes, put into words at the gateway.

A message is ``code`` or ``code:param:param`` (``length:1:64``); the caller reads a sentence in
his language, a program reads the code.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from contracts.codes import Month, RequestNumber, TenantCode

# Control characters, and the bidi overrides that make a name read as another one.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
_MOBILE = re.compile(r"\+[1-9][0-9]{5,14}")
_LOGIN = re.compile(r"[A-Za-z0-9._-]{5,64}")

MESSAGES = {
    "required": "required",
    "null": "null",
    "type": "type",
    "unknown": "unknown",
    "invalid": "invalid",
    "invalid_utf8": "invalid",
    "invalid_uuid": "uuid",
    "invalid_awareness": "naive",
    "format": "format",
    "too_large": "invalid",
    "special": "invalid",
    "validator_failed": "invalid",
    "invalid_integer": "integer",
}


class Strict(Schema):
    """Every schema of the contracts: a field nobody declared is refused by name."""

    class Meta:
        unknown = RAISE

    error_messages = {  # noqa: RUF012 - marshmallow's own attribute
        "unknown": "unknown",
        "type": "object",
        "invalid_data": "object",
    }


def length(minimum: int, maximum: int) -> validate.Length:
    return validate.Length(min=minimum, max=maximum, error=f"length:{minimum}:{maximum}")


def among(*choices: Any) -> validate.OneOf:
    values = [str(choice) for choice in choices]
    return validate.OneOf(choices, error="choice:" + ",".join(values))


class _Coded:
    """Mixin that gives marshmallow's own complaints our codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["error_messages"] = {**MESSAGES, **kwargs.get("error_messages", {})}
        super().__init__(*args, **kwargs)


class _Bounded(_Coded, fields.String):
    """NFC text of a bounded length."""

    def __init__(self, minimum: int = 1, maximum: int = 255, **kwargs: Any) -> None:
        self._bounds = length(minimum, maximum)
        super().__init__(validate=self._bounds, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        # Normalising takes the square of a run of combining marks and holds the interpreter
        # meanwhile, so what is far too long is not normalised. NFC shortens to a third at most.
        if self._bounds.max is not None and len(text) > 4 * self._bounds.max:
            raise ValidationError(str(self._bounds.error))
        return unicodedata.normalize("NFC", text)


class Text(_Bounded):
    """One line of text, NFC, trimmed, printable; empty is refused unless ``minimum=0``."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _UNPRINTABLE.search(text) or any("\ud800" <= char <= "\udfff" for char in text):
            raise ValidationError("printable")
        return text.strip()


class Lines(_Bounded):
    """Text of several lines, NFC, trimmed, printable but for line ends, which are ``\\n``."""

    def __init__(self, minimum: int = 1, maximum: int = 4000, **kwargs: Any) -> None:
        super().__init__(minimum, maximum, **kwargs)
        self.may_be_empty = minimum == 0

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
        bare = text.replace("\n", "")
        if _UNPRINTABLE.search(bare) or any("\ud800" <= char <= "\udfff" for char in bare):
            raise ValidationError("printable")
        return text.strip()


class Secret(_Bounded):
    """A password or token: NFC and nothing more (RFC 8265), bounded so that hashing is cheap."""

    def __init__(self, minimum: int = 1, maximum: int = 256, **kwargs: Any) -> None:
        super().__init__(minimum, maximum, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in text):
            raise ValidationError("printable")
        return text


class PersonName(Text):
    """Part of somebody's name. It stands in mails that we send: an address is not a name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(maximum=64, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if set(text) & set("/\\:@<>"):
            raise ValidationError("person-name")
        return text


class Search(Text):
    """Free text to look for: folded by the store, never a pattern."""


class _Pattern(Text):
    pattern: re.Pattern[str]
    code: str

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not self.pattern.fullmatch(text):
            raise ValidationError(self.code)
        return text


class Email(_Pattern):
    pattern, code = _EMAIL, "email"


class Mobile(_Pattern):
    """E.164, with its plus sign."""

    pattern, code = _MOBILE, "mobile"


class Login(_Pattern):
    """5 to 64 letters, digits, ``.``, ``_``, ``-`` (domain facts)."""

    pattern, code = _LOGIN, "login"


class Slug(_Pattern):
    """What data is called by: lower case letters, digits and hyphens, a letter first."""

    pattern, code = re.compile(r"[a-z][a-z0-9-]{1,62}"), "slug"


class Edition(_Pattern):
    """What a caller has read of what he changes (``If-Match``); None where any will do.

    ``demanded``: over REST the condition must be there, so that nobody undoes another's change
    without having seen it.
    """

    pattern, code = re.compile(r"[0-9a-f]{32}"), "edition"

    def __init__(self, *, demanded: bool = False, **kwargs: Any) -> None:
        self.demanded = demanded
        super().__init__(load_default=None, allow_none=True, **kwargs)


class Tenant(_Coded, fields.String):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> TenantCode:
        try:
            return TenantCode(super()._deserialize(value, attr, data, **kwargs))
        except ValueError:
            raise ValidationError("tenant-code") from None


class RequestNumberField(_Coded, fields.String):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> RequestNumber:
        try:
            return RequestNumber(super()._deserialize(value, attr, data, **kwargs))
        except ValueError:
            raise ValidationError("request-number") from None


class MonthField(_Coded, fields.String):
    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        try:
            return Month.parse(super()._deserialize(value, attr, data, **kwargs))
        except ValueError:
            raise ValidationError("month") from None


class Choice(_Coded, fields.Enum[Any]):
    """A member of a closed vocabulary, by its value."""

    def __init__(self, enum: Any, **kwargs: Any) -> None:
        choices = ",".join(str(member.value) for member in enum)
        kwargs["error_messages"] = {
            "unknown": f"choice:{choices}",
            **kwargs.get("error_messages", {}),
        }
        super().__init__(enum=enum, by_value=True, **kwargs)


class Id(_Coded, fields.UUID):
    """UUIDv7 behind the business codes."""


class Day(_Coded, fields.Date):
    """ISO 8601 calendar date."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValidationError("date")
        return super()._deserialize(value, attr, data, **kwargs)


class Instant(_Coded, fields.AwareDateTime):
    """RFC 3339 instant in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)


class Whole(_Coded, fields.Integer):
    """A whole number in bounds; ``3.0`` and ``"3"`` and ``true`` are not whole numbers."""

    def __init__(self, minimum: int = 0, maximum: int = 2**31 - 1, **kwargs: Any) -> None:
        bounds = validate.Range(min=minimum, max=maximum, error=f"range:{minimum}:{maximum}")
        super().__init__(strict=True, validate=bounds, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("integer")
        return super()._deserialize(value, attr, data, **kwargs)


class Flag(_Coded, fields.Boolean):
    truthy = {True}  # noqa: RUF012 - marshmallow's own attribute
    falsy = {False}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("boolean")
        return value


class Money(_Coded, fields.Decimal):
    """An amount as a decimal string, never a float; its currency stands in a field beside it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(as_string=True, **kwargs)


class Cost(Money):
    """An amount that is never negative: eight digits at most, and four behind the point."""

    pattern = re.compile(r"[0-9]{1,8}(\.[0-9]{1,4})?")

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not self.pattern.fullmatch(value):
            raise self.make_error("invalid")
        return super()._deserialize(value, *args, **kwargs)


class Many(_Coded, fields.List[Any]):
    """A bounded list."""

    def __init__(self, inner: Any, *, minimum: int = 0, maximum: int = 100, **kwargs: Any) -> None:
        super().__init__(inner, validate=length(minimum, maximum), **kwargs)


class Part(_Coded, fields.Nested):
    """One object inside another."""


class Table(_Coded, fields.Dict):
    """String keys to values of one type."""
