"""Signed proofs that have served: each serves once, in whichever process."""

from __future__ import annotations

from datetime import datetime

from servicekit.db import Tx


def add_used_proof(tx: Tx, *, digest: bytes, expires_at: datetime) -> bool:
    """True for the one who comes first."""
    return bool(
        tx.run(
            """
            INSERT INTO used_proofs (digest, expires_at) VALUES (%(digest)s, %(expires_at)s)
            ON CONFLICT (digest) DO NOTHING
            """,
            {"digest": digest, "expires_at": expires_at},
        )
    )


def remove_stale_used_proofs(tx: Tx, *, now: datetime) -> int:
    return tx.run("DELETE FROM used_proofs WHERE expires_at <= %(now)s", {"now": now})
