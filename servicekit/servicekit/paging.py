"""Cursors of bounded, ordered lists: opaque text that holds the sort key of the last item.

A cursor grants nothing (every query states its tenant), so it is not signed; its checksum only
makes sure that a cut or edited one is refused as a field error instead of starting anywhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from servicekit.canonical import canonical_json
from servicekit.errors import Invalid
from servicekit.plain import plain

T = TypeVar("T")

_CHECKSUM_BYTES = 6
_READERS: dict[type[Any], Callable[[Any], Any]] = {
    str: lambda value: _exactly(str, value),
    int: lambda value: _exactly(int, value),
    UUID: lambda value: UUID(_exactly(str, value)),
    date: lambda value: date.fromisoformat(_exactly(str, value)),
    datetime: lambda value: _aware(datetime.fromisoformat(_exactly(str, value))),
}


def encode_cursor(values: Sequence[Any]) -> str:
    body = canonical_json(plain(list(values)))
    return base64.urlsafe_b64encode(_checksum(body) + body).rstrip(b"=").decode()


def decode_cursor(text: str | None, shape: Sequence[type[Any]]) -> tuple[Any, ...] | None:
    """The values again, by type (str, int, UUID, date, datetime); None on the first page.

    Raises Invalid("fields-invalid") that blames the field ``cursor`` when it is not one of ours.
    """
    if text is None:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        checksum, body = raw[:_CHECKSUM_BYTES], raw[_CHECKSUM_BYTES:]
        if checksum != _checksum(body):
            raise ValueError("checksum")
        values = _exactly(list, json.loads(body))
        return tuple(_READERS[kind](value) for kind, value in zip(shape, values, strict=True))
    except (ValueError, binascii.Error, RecursionError):
        raise Invalid("fields-invalid", {"fields": {"cursor": ["cursor"]}}) from None


def page(
    rows: Sequence[T], limit: int, key: Callable[[T], Sequence[Any]]
) -> tuple[list[T], str | None]:
    """Split the answer of a query for ``limit + 1`` rows into one page and its next cursor."""
    items = list(rows[:limit])
    more = len(rows) > limit
    return items, encode_cursor(key(items[-1])) if more else None


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2s(body, digest_size=_CHECKSUM_BYTES, person=b"cursor").digest()


def _exactly(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise ValueError(f"not {kind.__name__}")
    return value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("naive")
    return value
