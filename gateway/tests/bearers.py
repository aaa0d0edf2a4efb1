"""Whoever shows an access token, as the dispatcher knows him once it has been checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contracts.registry import SCOPES
from contracts.rights import CallerKind

PERSON = "018f0000-0000-7000-8000-000000000001"


@dataclass(frozen=True)
class Token:
    subject: str = PERSON
    kind: CallerKind = CallerKind.PERSON
    client_id: str = "portal"
    scopes: frozenset[str] = frozenset(SCOPES)
    tenants: frozenset[str] = frozenset()
    session_id: str | None = None
    token_id: str = "t"
    act: str | None = None
    grant: Any = None
    key: str | None = None
    domain: str | None = None
    proved_at: datetime | None = field(default_factory=lambda: datetime.now(UTC))
    factors: frozenset[str] = frozenset({"pwd"})
