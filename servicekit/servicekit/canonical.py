"""One way to write a JSON value, so that the same value always has the same hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def canonical_json(value: Any) -> bytes:
    """Sorted keys, no spaces, UTF-8; refuses NaN and what is not JSON."""
    return _encode(value).encode()


def canonical_hash(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
