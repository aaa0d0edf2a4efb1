"""Forms that wait until the person has proved again who he is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class KeptFormRow:
    form_id: UUID
    session_id: UUID
    sealed_form: str
    created_at: datetime
    expires_at: datetime


def add_kept_form(tx: Tx, *, form: KeptFormRow, most: int) -> None:
    """Of more than ``most`` in one session the oldest go."""
    tx.run(
        """
        DELETE FROM kept_forms
         WHERE form_id IN (SELECT form_id FROM kept_forms
                            WHERE session_id = %(session_id)s
                            ORDER BY created_at DESC
                           OFFSET %(others)s)
        """,
        {"session_id": form.session_id, "others": most - 1},
    )
    tx.run(
        """
        INSERT INTO kept_forms (form_id, session_id, sealed_form, created_at, expires_at)
        VALUES (%(form_id)s, %(session_id)s, %(sealed_form)s, %(created_at)s, %(expires_at)s)
        """,
        {
            "form_id": form.form_id,
            "session_id": form.session_id,
            "sealed_form": form.sealed_form,
            "created_at": form.created_at,
            "expires_at": form.expires_at,
        },
    )


def find_kept_form(tx: Tx, *, form_id: UUID, session_id: UUID, now: datetime) -> KeptFormRow | None:
    return tx.row(
        """
        SELECT form_id, session_id, sealed_form, created_at, expires_at
          FROM kept_forms
         WHERE form_id = %(form_id)s AND session_id = %(session_id)s AND expires_at > %(now)s
        """,
        {"form_id": form_id, "session_id": session_id, "now": now},
        KeptFormRow,
    )


def remove_kept_form(tx: Tx, *, form_id: UUID, session_id: UUID) -> bool:
    return bool(
        tx.run(
            """
            DELETE FROM kept_forms WHERE form_id = %(form_id)s AND session_id = %(session_id)s
            """,
            {"form_id": form_id, "session_id": session_id},
        )
    )


def remove_stale_kept_forms(tx: Tx, *, now: datetime) -> int:
    return tx.run("DELETE FROM kept_forms WHERE expires_at <= %(now)s", {"now": now})
