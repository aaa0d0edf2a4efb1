from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from servicekit.db import Tx

_LOCK = 7_203_511_902_448_101  # "signing keys": one process at a time makes or moves them


class KeyState(StrEnum):
    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class SigningKeyRow:
    kid: str
    state: KeyState
    sealed_key: str
    activated_at: datetime | None
    retired_at: datetime | None


def lock_keys(tx: Tx) -> None:
    """Held until the transaction ends."""
    tx.value("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": _LOCK})


def list_keys(tx: Tx) -> list[SigningKeyRow]:
    return tx.rows(
        """
        SELECT kid, state, sealed_key, activated_at, retired_at
          FROM signing_keys
         ORDER BY created_at, kid
        """,
        {},
        SigningKeyRow,
    )


def add_key(tx: Tx, *, kid: str, state: KeyState, sealed_key: str, now: datetime) -> None:
    tx.run(
        """
        INSERT INTO signing_keys (kid, algorithm, state, sealed_key, created_at, activated_at)
        VALUES (%(kid)s, 'RS256', %(state)s, %(sealed_key)s, %(now)s, %(activated_at)s)
        """,
        {
            "kid": kid,
            "state": state.value,
            "sealed_key": sealed_key,
            "now": now,
            "activated_at": now if state is KeyState.ACTIVE else None,
        },
    )


def change_active_key(tx: Tx, *, now: datetime) -> None:
    """The active key retires, the next one becomes active."""
    tx.run(
        """
        UPDATE signing_keys SET state = 'retired', retired_at = %(now)s WHERE state = 'active'
        """,
        {"now": now},
    )
    tx.run(
        """
        UPDATE signing_keys SET state = 'active', activated_at = %(now)s WHERE state = 'next'
        """,
        {"now": now},
    )


def remove_retired_keys(tx: Tx, *, retired_before: datetime) -> int:
    return tx.run(
        """
        DELETE FROM signing_keys WHERE state = 'retired' AND retired_at < %(before)s
        """,
        {"before": retired_before},
    )


def active_key_is_older(tx: Tx, *, than: datetime) -> bool:
    return bool(
        tx.value(
            """
            SELECT true FROM signing_keys WHERE state = 'active' AND activated_at <= %(than)s
            """,
            {"than": than},
        )
    )


def next_key_is_younger(tx: Tx, *, than: datetime) -> bool:
    return bool(
        tx.value(
            """
            SELECT true FROM signing_keys WHERE state = 'next' AND created_at > %(than)s
            """,
            {"than": than},
        )
    )
