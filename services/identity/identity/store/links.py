"""One-time links. The token's hash is all that is kept of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.identity import LinkPurpose
from identity.domain.links import Link
from servicekit.db import Tx


def find_link(tx: Tx, *, token_hash: bytes) -> Link | None:
    """With whose credential it opens. Asked with the scope EVERYONE: the token names nobody."""
    return tx.row(
        """
        SELECT l.id AS link_id, l.purpose, l.expires_at,
               l.used_at IS NOT NULL OR l.ended_at IS NOT NULL AS closed,
               c.id AS credential_id, c.kind AS credential, p.id AS person_id,
               coalesce(i.user_name, p.login) AS user_name, i.tenant, p.language, p.enabled,
               c.iam_user_id,
               r.minimum_length, r.maximum_length, r.character_classes, r.not_user_name
          FROM links l
          JOIN credentials c ON c.id = l.credential_id
          JOIN policies r ON r.id = c.policy_id
          JOIN persons p ON p.id = c.person_id
          LEFT JOIN iam_users i ON i.id = c.iam_user_id
         WHERE l.token_hash = %(token_hash)s
        """,
        {"token_hash": token_hash},
        Link,
    )


def add_link(
    tx: Tx,
    *,
    link_id: UUID,
    token_hash: bytes,
    purpose: LinkPurpose,
    credential_id: UUID,
    issued_at: datetime,
    expires_at: datetime,
) -> None:
    """The credential's row must be locked: links of one credential are issued one at a time."""
    tx.run(
        """
        INSERT INTO links (id, token_hash, purpose, credential_id, issued_at, expires_at)
        VALUES (%(id)s, %(token_hash)s, %(purpose)s, %(credential_id)s, %(issued_at)s,
                %(expires_at)s)
        """,
        {
            "id": link_id,
            "token_hash": token_hash,
            "purpose": purpose.value,
            "credential_id": credential_id,
            "issued_at": issued_at,
            "expires_at": expires_at,
        },
    )


def change_used(tx: Tx, *, link_id: UUID, at: datetime) -> bool:
    """False where it was used or ended meanwhile: of two uses at once one wins."""
    used = tx.run(
        """
        UPDATE links SET used_at = %(at)s
         WHERE id = %(link_id)s AND used_at IS NULL AND ended_at IS NULL
        """,
        {"link_id": link_id, "at": at},
    )
    return used == 1


def change_ended(
    tx: Tx, *, credential_id: UUID, at: datetime, purpose: LinkPurpose | None = None
) -> None:
    """End whatever link of the credential is still open, or the one of this purpose."""
    tx.run(
        """
        UPDATE links SET ended_at = %(at)s
         WHERE credential_id = %(credential_id)s AND used_at IS NULL AND ended_at IS NULL
           AND (%(purpose)s::text IS NULL OR purpose = %(purpose)s::text)
        """,
        {
            "credential_id": credential_id,
            "at": at,
            "purpose": None if purpose is None else purpose.value,
        },
    )


def find_issued_at(tx: Tx, *, credential_id: UUID, purpose: LinkPurpose) -> datetime | None:
    """When the open link of this purpose was issued."""
    issued_at: datetime | None = tx.value(
        """
        SELECT issued_at
          FROM links
         WHERE credential_id = %(credential_id)s AND purpose = %(purpose)s
           AND used_at IS NULL AND ended_at IS NULL
        """,
        {"credential_id": credential_id, "purpose": purpose.value},
    )
    return issued_at
