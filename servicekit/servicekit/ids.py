"""Identifiers behind the business codes: UUIDv7, so that an index grows at its end."""

from __future__ import annotations

from uuid import UUID

import uuid_utils
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()


def new_text_id() -> str:
    """The same as text, at a quarter of the price: for what is written and never compared."""
    return str(uuid_utils.uuid7())
