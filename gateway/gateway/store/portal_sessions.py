"""The portal's own sessions with its tokens, sealed by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class PortalSessionRow:
    """``view_*``: what an operator sees instead of his own; all of them, or none.
    ``perimeter``: the contract that is worked on; None: all of them."""

    person_id: UUID
    session_id: UUID
    sealed_tokens: str
    created_at: datetime
    changed_at: datetime
    expires_at: datetime
    view_grant: UUID | None = None
    view_tenant: str | None = None
    view_person: UUID | None = None
    view_ends_at: datetime | None = None
    view_until: datetime | None = None
    perimeter: str | None = None


def find_portal_session(tx: Tx, *, digest: bytes, now: datetime) -> PortalSessionRow | None:
    return tx.row(
        """
        SELECT person_id, session_id, sealed_tokens, created_at, changed_at, expires_at,
               view_grant, view_tenant, view_person, view_ends_at, view_until, perimeter
          FROM portal_sessions
         WHERE digest = %(digest)s AND expires_at > %(now)s
        """,
        {"digest": digest, "now": now},
        PortalSessionRow,
    )


def lock_portal_session(tx: Tx, *, digest: bytes, now: datetime) -> PortalSessionRow | None:
    """Held until the transaction ends: two tabs refresh one after the other."""
    return tx.row(
        """
        SELECT person_id, session_id, sealed_tokens, created_at, changed_at, expires_at,
               view_grant, view_tenant, view_person, view_ends_at, view_until, perimeter
          FROM portal_sessions
         WHERE digest = %(digest)s AND expires_at > %(now)s
           FOR UPDATE
        """,
        {"digest": digest, "now": now},
        PortalSessionRow,
    )


def add_portal_session(tx: Tx, *, digest: bytes, session: PortalSessionRow) -> None:
    tx.run(
        """
        INSERT INTO portal_sessions (digest, person_id, session_id, sealed_tokens,
                                     created_at, changed_at, expires_at)
        VALUES (%(digest)s, %(person_id)s, %(session_id)s, %(sealed_tokens)s,
                %(created_at)s, %(changed_at)s, %(expires_at)s)
        """,
        {
            "digest": digest,
            "person_id": session.person_id,
            "session_id": session.session_id,
            "sealed_tokens": session.sealed_tokens,
            "created_at": session.created_at,
            "changed_at": session.changed_at,
            "expires_at": session.expires_at,
        },
    )


def change_portal_session(
    tx: Tx, *, digest: bytes, new_digest: bytes, sealed_tokens: str, now: datetime
) -> bool:
    """False where the session is gone."""
    return bool(
        tx.run(
            """
            UPDATE portal_sessions
               SET digest = %(new_digest)s, sealed_tokens = %(sealed_tokens)s,
                   changed_at = %(now)s
             WHERE digest = %(digest)s
            """,
            {
                "digest": digest,
                "new_digest": new_digest,
                "sealed_tokens": sealed_tokens,
                "now": now,
            },
        )
    )


def change_perimeter(tx: Tx, *, digest: bytes, perimeter: TenantCode | None) -> None:
    """None: all of them."""
    tx.run(
        "UPDATE portal_sessions SET perimeter = %(perimeter)s WHERE digest = %(digest)s",
        {"digest": digest, "perimeter": perimeter},
    )


def change_view(
    tx: Tx, *, digest: bytes, new_digest: bytes, session: PortalSessionRow, now: datetime
) -> bool:
    """Under another cookie; False where the session is gone."""
    return bool(
        tx.run(
            """
            UPDATE portal_sessions
               SET digest = %(new_digest)s, changed_at = %(now)s, view_grant = %(view_grant)s,
                   view_tenant = %(view_tenant)s, view_person = %(view_person)s,
                   view_ends_at = %(view_ends_at)s, view_until = %(view_until)s
             WHERE digest = %(digest)s
            """,
            {
                "digest": digest,
                "new_digest": new_digest,
                "now": now,
                "view_grant": session.view_grant,
                "view_tenant": session.view_tenant,
                "view_person": session.view_person,
                "view_ends_at": session.view_ends_at,
                "view_until": session.view_until,
            },
        )
    )


def change_views_to_over(tx: Tx, *, grant_id: UUID, now: datetime) -> int:
    """In every browser that looks by this grant."""
    return tx.run(
        """
        UPDATE portal_sessions SET view_until = %(now)s
         WHERE view_grant = %(grant_id)s AND view_until > %(now)s
        """,
        {"grant_id": grant_id, "now": now},
    )


def remove_portal_session(tx: Tx, *, digest: bytes) -> bool:
    return bool(tx.run("DELETE FROM portal_sessions WHERE digest = %(digest)s", {"digest": digest}))


def remove_portal_sessions_of(tx: Tx, *, session_ids: list[UUID]) -> int:
    """Those that hang on browser sessions which ended."""
    return tx.run(
        "DELETE FROM portal_sessions WHERE session_id = ANY(%(session_ids)s)",
        {"session_ids": session_ids},
    )


def remove_stale_portal_sessions(tx: Tx, *, now: datetime) -> int:
    return tx.run("DELETE FROM portal_sessions WHERE expires_at <= %(now)s", {"now": now})
