"""Authorization requests that clients pushed (RFC 9126), by the SHA-256 of their name's secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from servicekit.db import Tx


def add_pushed_request(
    tx: Tx,
    *,
    digest: bytes,
    client_id: str,
    parameters: Mapping[str, str],
    expires_at: datetime,
    now: datetime,
) -> None:
    tx.run(
        """
        INSERT INTO pushed_requests (digest, client_id, parameters, created_at, expires_at)
        VALUES (%(digest)s, %(client_id)s, %(parameters)s, %(now)s, %(expires_at)s)
        """,
        {
            "digest": digest,
            "client_id": client_id,
            "parameters": json.dumps(dict(parameters)),
            "expires_at": expires_at,
            "now": now,
        },
    )


def change_pushed_request_to_opened(
    tx: Tx, *, digest: bytes, client_id: str, expires_at: datetime, now: datetime
) -> dict[str, str] | None:
    """Its parameters, for the one who comes first and in time."""
    parameters: dict[str, str] | None = tx.value(
        """
        UPDATE pushed_requests SET opened_at = %(now)s, expires_at = %(expires_at)s
         WHERE digest = %(digest)s AND client_id = %(client_id)s
           AND opened_at IS NULL AND expires_at > %(now)s
        RETURNING parameters
        """,
        {"digest": digest, "client_id": client_id, "expires_at": expires_at, "now": now},
    )
    return parameters


def find_opened_request(
    tx: Tx, *, digest: bytes, client_id: str, now: datetime
) -> dict[str, str] | None:
    parameters: dict[str, str] | None = tx.value(
        """
        SELECT parameters FROM pushed_requests
         WHERE digest = %(digest)s AND client_id = %(client_id)s
           AND opened_at IS NOT NULL AND expires_at > %(now)s
        """,
        {"digest": digest, "client_id": client_id, "now": now},
    )
    return parameters


def remove_pushed_request(tx: Tx, *, digest: bytes) -> bool:
    """True for the one who comes first."""
    return bool(tx.run("DELETE FROM pushed_requests WHERE digest = %(d)s", {"d": digest}))


def remove_stale_pushed_requests(tx: Tx, *, now: datetime) -> int:
    return tx.run("DELETE FROM pushed_requests WHERE expires_at <= %(now)s", {"now": now})
