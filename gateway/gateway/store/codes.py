"""Authorization codes: 256 random bits each, kept as their SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class CodeRow:
    family_id: UUID
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    person_id: UUID
    session_id: UUID
    auth_time: datetime
    nonce: str | None
    code_challenge: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    session_expires_at: datetime | None = None  # None: the session has ended
    session_method: str | None = None
    session_domain: TenantCode | None = None
    amr: tuple[str, ...] = ("pwd",)
    dpop_jkt: str | None = None
    proved_here: bool = False


def find_code(tx: Tx, *, digest: bytes, now: datetime) -> CodeRow | None:
    return tx.row(
        """
        SELECT code.family_id, code.client_id, code.redirect_uri, code.scopes, code.person_id,
               code.session_id, code.auth_time, code.nonce, code.code_challenge,
               code.created_at, code.expires_at, code.used_at, code.amr,
               code.dpop_jkt, code.proved_here,
               session.expires_at AS session_expires_at, session.method AS session_method,
               session.domain AS session_domain
          FROM authorization_codes AS code
          LEFT JOIN browser_sessions AS session
            ON session.session_id = code.session_id
           AND session.expires_at > %(now)s
           AND session.last_seen_at > %(now)s - make_interval(mins => session.idle_minutes)
         WHERE code.digest = %(digest)s
        """,
        {"digest": digest, "now": now},
        CodeRow,
    )


def add_code(tx: Tx, *, digest: bytes, code: CodeRow) -> None:
    tx.run(
        """
        INSERT INTO authorization_codes (digest, family_id, client_id, redirect_uri, scopes,
                                         person_id, session_id, auth_time, nonce, code_challenge,
                                         created_at, expires_at, amr, dpop_jkt, proved_here)
        VALUES (%(digest)s, %(family_id)s, %(client_id)s, %(redirect_uri)s, %(scopes)s,
                %(person_id)s, %(session_id)s, %(auth_time)s, %(nonce)s, %(code_challenge)s,
                %(created_at)s, %(expires_at)s, %(amr)s, %(dpop_jkt)s, %(proved_here)s)
        """,
        {
            "digest": digest,
            "family_id": code.family_id,
            "client_id": code.client_id,
            "redirect_uri": code.redirect_uri,
            "scopes": list(code.scopes),
            "person_id": code.person_id,
            "session_id": code.session_id,
            "auth_time": code.auth_time,
            "nonce": code.nonce,
            "code_challenge": code.code_challenge,
            "created_at": code.created_at,
            "expires_at": code.expires_at,
            "amr": list(code.amr),
            "dpop_jkt": code.dpop_jkt,
            "proved_here": code.proved_here,
        },
    )


def change_code_to_used(tx: Tx, *, digest: bytes, now: datetime) -> bool:
    """True for the one who comes first."""
    return bool(
        tx.run(
            """
            UPDATE authorization_codes SET used_at = %(now)s
             WHERE digest = %(digest)s AND used_at IS NULL
            """,
            {"digest": digest, "now": now},
        )
    )


def remove_stale_codes(tx: Tx, *, expired_before: datetime) -> int:
    return tx.run(
        "DELETE FROM authorization_codes WHERE expires_at < %(before)s",
        {"before": expired_before},
    )
