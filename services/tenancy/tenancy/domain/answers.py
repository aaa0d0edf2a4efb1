"""What one answer must be, by the type of its field. Answers travel and are kept as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from ipaddress import ip_network

from contracts.codes import TENANT_CODE
from contracts.fields import Email, Mobile
from contracts.tenancy import LONGEST_ANSWER, FieldType

LONGEST: Mapping[FieldType, int] = {FieldType.TEXT: 255, FieldType.LINES: LONGEST_ANSWER}
LARGEST = 2**31 - 1
FURTHEST_DAYS = 3660

_WHOLE = re.compile(r"[0-9]{1,10}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FLAGS = frozenset({"true", "false"})


def fault_of(
    kind: FieldType, value: str, *, minimum: int | None, maximum: int | None, today: date
) -> str | None:
    """The code of what is wrong with an answer that is not empty, or None."""
    match kind:
        case FieldType.TEXT | FieldType.LINES:
            return _text_fault(kind, value, minimum or 1, maximum or LONGEST[kind])
        case FieldType.WHOLE:
            return _whole_fault(value, minimum or 0, LARGEST if maximum is None else maximum)
        case FieldType.DAY:
            return _day_fault(value, today, minimum, maximum)
    return None if _FITS[kind](value) else _CODES[kind]


def _text_fault(kind: FieldType, value: str, minimum: int, maximum: int) -> str | None:
    if kind is FieldType.TEXT and "\n" in value:
        return "printable"
    return None if minimum <= len(value) <= maximum else f"length:{minimum}:{maximum}"


def _whole_fault(value: str, minimum: int, maximum: int) -> str | None:
    if not _WHOLE.fullmatch(value):
        return "integer"
    return None if minimum <= int(value) <= maximum else f"range:{minimum}:{maximum}"


def _day_fault(value: str, today: date, minimum: int | None, maximum: int | None) -> str | None:
    """Bounds are days from today; without any, a day of the past will do as well."""
    if not _DAY.fullmatch(value):
        return "date"
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return "date"
    first = date.min if minimum is None else today + timedelta(days=minimum)
    last = today + timedelta(days=FURTHEST_DAYS if maximum is None else maximum)
    if first <= day <= last:
        return None
    return f"day-until:{last}" if minimum is None else f"day-between:{first}:{last}"


def _is_network(value: str) -> bool:
    try:
        ip_network(value)
    except ValueError:
        return False
    return True


_FITS: Mapping[FieldType, Callable[[str], bool]] = {
    FieldType.FLAG: lambda value: value in _FLAGS,
    FieldType.EMAIL: lambda value: Email.pattern.fullmatch(value) is not None,
    FieldType.MOBILE: lambda value: Mobile.pattern.fullmatch(value) is not None,
    FieldType.TENANT: lambda value: TENANT_CODE.fullmatch(value) is not None,
    FieldType.NETWORK: _is_network,
}
_CODES: Mapping[FieldType, str] = {
    FieldType.FLAG: "boolean",
    FieldType.EMAIL: "email",
    FieldType.MOBILE: "mobile",
    FieldType.TENANT: "tenant-code",
    FieldType.NETWORK: "network",
}
