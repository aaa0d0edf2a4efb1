"""Identifiers behind the business codes: UUIDv7, so that an index grows at its end."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()
