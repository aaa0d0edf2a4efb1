"""Browser sessions. A session ends by being removed; ``endings`` tells the other processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import Language, TenantCode
from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class SessionRow:
    session_id: UUID
    person_id: UUID
    login: str
    language: Language
    method: str
    domain: TenantCode | None
    iam_user_id: UUID | None
    created_at: datetime
    auth_time: datetime
    last_seen_at: datetime
    expires_at: datetime
    amr: tuple[str, ...] = ("pwd",)
    idle_minutes: int = 60
    address: str | None = None
    device: str | None = None


def find_session(tx: Tx, *, digest: bytes, now: datetime) -> SessionRow | None:
    return tx.row(
        """
        SELECT session_id, person_id, login, language, method, domain, iam_user_id,
               created_at, auth_time, last_seen_at, expires_at, amr, idle_minutes, address, device
          FROM browser_sessions
         WHERE digest = %(digest)s AND expires_at > %(now)s
           AND last_seen_at > %(now)s - make_interval(mins => idle_minutes)
        """,
        {"digest": digest, "now": now},
        SessionRow,
    )


def find_session_by_id(tx: Tx, *, session_id: UUID, now: datetime) -> SessionRow | None:
    return tx.row(
        """
        SELECT session_id, person_id, login, language, method, domain, iam_user_id,
               created_at, auth_time, last_seen_at, expires_at, amr, idle_minutes, address, device
          FROM browser_sessions
         WHERE session_id = %(session_id)s AND expires_at > %(now)s
           AND last_seen_at > %(now)s - make_interval(mins => idle_minutes)
        """,
        {"session_id": session_id, "now": now},
        SessionRow,
    )


def list_sessions_of(
    tx: Tx, *, person_id: UUID, before: UUID | None, now: datetime, limit: int
) -> list[SessionRow]:
    """Living ones, the latest begun first: ids are UUIDv7."""
    return tx.rows(
        """
        SELECT session_id, person_id, login, language, method, domain, iam_user_id,
               created_at, auth_time, last_seen_at, expires_at, amr, idle_minutes, address, device
          FROM browser_sessions
         WHERE person_id = %(person_id)s AND expires_at > %(now)s
           AND last_seen_at > %(now)s - make_interval(mins => idle_minutes)
           AND (%(before)s::uuid IS NULL OR session_id < %(before)s::uuid)
         ORDER BY session_id DESC
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "before": before, "now": now, "limit": limit},
        SessionRow,
    )


def remove_session_of(tx: Tx, *, session_id: UUID, person_id: UUID) -> bool:
    """His own alone."""
    return bool(
        tx.run(
            """
            DELETE FROM browser_sessions
             WHERE session_id = %(session_id)s AND person_id = %(person_id)s
            """,
            {"session_id": session_id, "person_id": person_id},
        )
    )


def add_session(tx: Tx, *, session: SessionRow, digest: bytes) -> None:
    tx.run(
        """
        INSERT INTO browser_sessions (session_id, digest, person_id, login, language, method,
                                      domain, iam_user_id, created_at, auth_time, last_seen_at,
                                      expires_at, amr, idle_minutes, address, device)
        VALUES (%(session_id)s, %(digest)s, %(person_id)s, %(login)s, %(language)s, %(method)s,
                %(domain)s, %(iam_user_id)s, %(created_at)s, %(auth_time)s, %(last_seen_at)s,
                %(expires_at)s, %(amr)s, %(idle_minutes)s, %(address)s, %(device)s)
        """,
        {
            "session_id": session.session_id,
            "digest": digest,
            "person_id": session.person_id,
            "login": session.login,
            "language": session.language.value,
            "method": session.method,
            "domain": session.domain,
            "iam_user_id": session.iam_user_id,
            "created_at": session.created_at,
            "auth_time": session.auth_time,
            "last_seen_at": session.last_seen_at,
            "expires_at": session.expires_at,
            "amr": list(session.amr),
            "idle_minutes": session.idle_minutes,
            "address": session.address,
            "device": session.device,
        },
    )


def change_proof(tx: Tx, *, session: SessionRow, digest: bytes) -> bool:
    """Proved again: another cookie, another time. False where the session has ended."""
    return bool(
        tx.run(
            """
            UPDATE browser_sessions
               SET digest = %(digest)s, language = %(language)s, auth_time = %(auth_time)s,
                   last_seen_at = %(last_seen_at)s, expires_at = %(expires_at)s, amr = %(amr)s,
                   idle_minutes = %(idle_minutes)s
             WHERE session_id = %(session_id)s
            """,
            {
                "session_id": session.session_id,
                "digest": digest,
                "language": session.language.value,
                "auth_time": session.auth_time,
                "last_seen_at": session.last_seen_at,
                "expires_at": session.expires_at,
                "amr": list(session.amr),
                "idle_minutes": session.idle_minutes,
            },
        )
    )


def change_last_seen(tx: Tx, *, session_id: UUID, now: datetime) -> None:
    tx.run(
        """
        UPDATE browser_sessions SET last_seen_at = %(now)s
         WHERE session_id = %(session_id)s AND last_seen_at < %(now)s
        """,
        {"session_id": session_id, "now": now},
    )


def change_spared_call(tx: Tx, *, session_id: UUID, call_id: str) -> None:
    tx.run(
        """
        UPDATE browser_sessions SET spared_call = %(call_id)s WHERE session_id = %(session_id)s
        """,
        {"session_id": session_id, "call_id": call_id},
    )


def remove_session(tx: Tx, *, session_id: UUID) -> bool:
    return bool(
        tx.run(
            "DELETE FROM browser_sessions WHERE session_id = %(session_id)s",
            {"session_id": session_id},
        )
    )


def remove_sessions_of(
    tx: Tx,
    *,
    person_id: UUID,
    except_session: UUID | None,
    except_call: str | None,
    methods: tuple[str, ...],
    proved_before: datetime | None,
    domain: TenantCode | None = None,
    except_amr: str | None = None,
) -> list[UUID]:
    removed = tx.rows(
        """
        DELETE FROM browser_sessions
         WHERE person_id = %(person_id)s
           AND session_id IS DISTINCT FROM %(except_session)s::uuid
           AND (%(except_call)s::text IS NULL OR spared_call IS DISTINCT FROM %(except_call)s)
           AND method = ANY (%(methods)s)
           AND (%(domain)s::text IS NULL OR domain = %(domain)s)
           AND (%(proved_before)s::timestamptz IS NULL OR auth_time < %(proved_before)s)
           AND (%(except_amr)s::text IS NULL OR NOT %(except_amr)s = ANY (amr))
        RETURNING session_id
        """,
        {
            "person_id": person_id,
            "except_session": except_session,
            "except_call": except_call,
            "methods": list(methods),
            "proved_before": proved_before,
            "except_amr": except_amr,
            "domain": domain,
        },
        dict,
    )
    return [row["session_id"] for row in removed]


def list_people_at(tx: Tx, *, domain: TenantCode, after: UUID | None, limit: int) -> list[UUID]:
    """Who has come in at the domain's console, or is about to: in the order of ids, after one."""
    people = tx.rows(
        """
        (SELECT DISTINCT person_id
           FROM browser_sessions
          WHERE domain = %(domain)s AND (%(after)s::uuid IS NULL OR person_id > %(after)s::uuid)
          ORDER BY person_id
          LIMIT %(limit)s)
         UNION
        (SELECT DISTINCT person_id
           FROM pending_sign_ins
          WHERE signed_in ->> 'tenant' = %(domain)s
            AND (%(after)s::uuid IS NULL OR person_id > %(after)s::uuid)
          ORDER BY person_id
          LIMIT %(limit)s)
         ORDER BY person_id
         LIMIT %(limit)s
        """,
        {"domain": domain, "after": after, "limit": limit},
        dict,
    )
    return [row["person_id"] for row in people]


def remove_stale_sessions(tx: Tx, *, now: datetime) -> list[UUID]:
    """By the hour at which each ends at the latest, which has an index: one that was idle for too
    long is found by nobody any more and goes then.
    """
    removed = tx.rows(
        "DELETE FROM browser_sessions WHERE expires_at <= %(now)s RETURNING session_id",
        {"now": now},
        dict,
    )
    return [row["session_id"] for row in removed]
