"""JSON as RFC 8259 and I-JSON (RFC 7493) mean it: what two readers could read differently is
refused (duplicate keys, NaN, lone surrogates, numbers past a double), and so is what only serves
to exhaust the reader (depth)."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

from gateway.api.refused import Refused

DEEPEST = 20
_LONGEST_WHOLE = 19  # digits of a signed 64-bit number
_MAY_HOLD_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse(raw: bytes) -> Any:
    """Raises Refused(400) with a code that names the fault."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(400, "json-not-utf8") from None
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise Refused(400, "json-too-deep", {"deepest": DEEPEST}) from None
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise Refused(400, "json-malformed", where) from None
    _check(value, strings=_MAY_HOLD_SURROGATE.search(text) is not None)
    return value


def _check(value: Any, *, strings: bool) -> None:
    level = [value]
    for _ in range(DEEPEST):
        if strings:
            _refuse_surrogates(level)
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    if any(isinstance(inner, dict | list) for inner in level):
        raise Refused(400, "json-too-deep", {"deepest": DEEPEST})
    if strings:
        _refuse_surrogates(level)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _refuse_surrogates(values: list[Any]) -> None:
    for value in values:
        if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
            raise Refused(400, "json-surrogate")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _count = Counter(name for name, _ in pairs).most_common(1)[0]
        raise Refused(400, "json-duplicate-key", {"key": _shown(twice)})
    return found


def _shown(name: str) -> str:
    return name[:100].encode("utf-8", "replace").decode("utf-8")


def _constant(_name: str) -> NoReturn:
    raise Refused(400, "json-number")


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > _LONGEST_WHOLE:
        raise Refused(400, "json-number")
    return int(digits)


def _real(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Refused(400, "json-number")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole, parse_float=_real
)
