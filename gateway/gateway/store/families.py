"""Token families: what grew from one authorization code, and its refresh tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.db import Tx


class EndedBy(StrEnum):
    CODE_REPLAY = "code-replay"
    REFRESH_REUSE = "refresh-reuse"
    REVOCATION = "revocation"
    SESSION = "session"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class FamilyRow:
    family_id: UUID
    client_id: str
    person_id: UUID
    session_id: UUID
    scopes: tuple[str, ...]
    auth_time: datetime
    created_at: datetime
    expires_at: datetime
    amr: tuple[str, ...] = ("pwd",)
    dpop_jkt: str | None = None
    proved_here: bool = False


@dataclass(frozen=True, slots=True)
class RefreshRow:
    """A refresh token with the family it belongs to."""

    family_id: UUID
    client_id: str
    person_id: UUID
    session_id: UUID
    scopes: tuple[str, ...]
    auth_time: datetime
    family_expires_at: datetime
    ended_at: datetime | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    session_expires_at: datetime | None  # None: the session has ended
    session_method: str | None
    session_domain: TenantCode | None
    amr: tuple[str, ...]
    dpop_jkt: str | None
    proved_here: bool
    confidential: bool  # whether the client it was given to proves who it is


def add_family(tx: Tx, *, family: FamilyRow) -> None:
    tx.run(
        """
        INSERT INTO token_families (family_id, client_id, person_id, session_id, scopes,
                                    auth_time, created_at, expires_at, amr, dpop_jkt,
                                    proved_here)
        VALUES (%(family_id)s, %(client_id)s, %(person_id)s, %(session_id)s, %(scopes)s,
                %(auth_time)s, %(created_at)s, %(expires_at)s, %(amr)s, %(dpop_jkt)s,
                %(proved_here)s)
        """,
        {
            "family_id": family.family_id,
            "client_id": family.client_id,
            "person_id": family.person_id,
            "session_id": family.session_id,
            "scopes": list(family.scopes),
            "auth_time": family.auth_time,
            "created_at": family.created_at,
            "expires_at": family.expires_at,
            "amr": list(family.amr),
            "dpop_jkt": family.dpop_jkt,
            "proved_here": family.proved_here,
        },
    )


def find_refresh_token(tx: Tx, *, digest: bytes, now: datetime) -> RefreshRow | None:
    return tx.row(
        """
        SELECT family.family_id, family.client_id, family.person_id, family.session_id,
               family.scopes, family.auth_time, family.expires_at AS family_expires_at,
               family.ended_at, family.amr, family.dpop_jkt, family.proved_here,
               token.created_at, token.expires_at, token.used_at,
               session.expires_at AS session_expires_at, session.method AS session_method,
               session.domain AS session_domain, client.kind = 'confidential' AS confidential
          FROM refresh_tokens AS token
          JOIN token_families AS family USING (family_id)
          JOIN clients AS client USING (client_id)
          LEFT JOIN browser_sessions AS session
            ON session.session_id = family.session_id
           AND session.expires_at > %(now)s
           AND session.last_seen_at > %(now)s - make_interval(mins => session.idle_minutes)
         WHERE token.digest = %(digest)s
        """,
        {"digest": digest, "now": now},
        RefreshRow,
    )


def add_refresh_token(
    tx: Tx, *, digest: bytes, family_id: UUID, expires_at: datetime, now: datetime
) -> None:
    tx.run(
        """
        INSERT INTO refresh_tokens (digest, family_id, created_at, expires_at)
        VALUES (%(digest)s, %(family_id)s, %(now)s, %(expires_at)s)
        """,
        {"digest": digest, "family_id": family_id, "expires_at": expires_at, "now": now},
    )


def change_refresh_token_to_used(tx: Tx, *, digest: bytes, now: datetime) -> bool:
    """True for the one who comes first, while the family lives.

    The family's row is locked first, as in ``change_family_to_ended``: a family cannot be
    refreshed and ended at once.
    """
    return bool(
        tx.run(
            """
            WITH living AS (
                SELECT family.family_id
                  FROM refresh_tokens AS token
                  JOIN token_families AS family USING (family_id)
                 WHERE token.digest = %(digest)s AND family.ended_at IS NULL
                   FOR UPDATE OF family
            )
            UPDATE refresh_tokens AS token SET used_at = %(now)s
              FROM living
             WHERE token.digest = %(digest)s AND token.used_at IS NULL
               AND token.family_id = living.family_id
            """,
            {"digest": digest, "now": now},
        )
    )


def change_family_to_ended(tx: Tx, *, family_id: UUID, ended_by: EndedBy, now: datetime) -> bool:
    """False where it had ended before."""
    return bool(
        tx.run(
            """
            UPDATE token_families SET ended_at = %(now)s, ended_by = %(ended_by)s
             WHERE family_id = %(family_id)s AND ended_at IS NULL
            """,
            {"family_id": family_id, "ended_by": ended_by.value, "now": now},
        )
    )


def change_families_of_sessions_to_ended(tx: Tx, *, session_ids: list[UUID], now: datetime) -> int:
    return tx.run(
        """
        UPDATE token_families SET ended_at = %(now)s, ended_by = 'session'
         WHERE session_id = ANY(%(session_ids)s) AND ended_at IS NULL
        """,
        {"session_ids": session_ids, "now": now},
    )


def change_families_of_client_to_ended(tx: Tx, *, client_id: str, now: datetime) -> list[UUID]:
    """All that people's consents to a client have given it."""
    ended = tx.rows(
        """
        UPDATE token_families SET ended_at = %(now)s, ended_by = 'consent'
         WHERE client_id = %(client_id)s AND ended_at IS NULL
        RETURNING family_id
        """,
        {"client_id": client_id, "now": now},
        _Family,
    )
    return [row.family_id for row in ended]


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application that holds tokens of a session."""

    session_id: UUID
    name: str


def list_applications_of(
    tx: Tx, *, session_ids: list[UUID], except_client: str, now: datetime
) -> list[ApplicationRow]:
    return tx.rows(
        """
        SELECT DISTINCT family.session_id, client.name
          FROM token_families AS family
          JOIN clients AS client USING (client_id)
         WHERE family.session_id = ANY(%(session_ids)s) AND family.ended_at IS NULL
           AND family.expires_at > %(now)s AND family.client_id <> %(except_client)s
         ORDER BY client.name
        """,
        {"session_ids": session_ids, "except_client": except_client, "now": now},
        ApplicationRow,
    )


@dataclass(frozen=True, slots=True)
class _Family:
    family_id: UUID


def list_living_families(tx: Tx, *, person_id: UUID, client_id: str) -> list[UUID]:
    """What a client holds of a person."""
    found = tx.rows(
        """
        SELECT family_id FROM token_families
         WHERE client_id = %(client_id)s AND person_id = %(person_id)s AND ended_at IS NULL
         ORDER BY family_id
           FOR UPDATE
        """,
        {"client_id": client_id, "person_id": person_id},
        _Family,
    )
    return [row.family_id for row in found]


def remove_stale_families(tx: Tx, *, now: datetime) -> int:
    return tx.run("DELETE FROM token_families WHERE expires_at <= %(now)s", {"now": now})
