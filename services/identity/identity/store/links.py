"""One-time links. The token's hash is all that is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
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
               coalesce(i.user_name, p.login) AS user_name, i.tenant, p.language,
               p.enabled AND i.disabled_at IS NULL AS enabled,
               c.iam_user_id, l.topic, l.payload,
               ARRAY[p.given_name, p.family_name, p.login, p.email] AS names,
               password_policies_of(c.kind, p.id, i.tenant) AS policies
          FROM links l
          JOIN credentials c ON c.id = l.credential_id
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
    topic: str = "",
    payload: Mapping[str, Any] | None = None,
) -> None:
    """The credential's row must be locked: links of one credential are issued one at a time."""
    tx.run(
        """
        INSERT INTO links (id, token_hash, purpose, credential_id, issued_at, expires_at, topic,
                           payload)
        VALUES (%(id)s, %(token_hash)s, %(purpose)s, %(credential_id)s, %(issued_at)s,
                %(expires_at)s, %(topic)s, %(payload)s)
        """,
        {
            "id": link_id,
            "token_hash": token_hash,
            "purpose": purpose.value,
            "credential_id": credential_id,
            "issued_at": issued_at,
            "expires_at": expires_at,
            "topic": topic,
            "payload": dict(payload or {}),
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
    tx: Tx,
    *,
    credential_id: UUID,
    at: datetime,
    purpose: LinkPurpose | None = None,
    topic: str = "",
) -> None:
    """End the open link of this purpose and topic; without a purpose, whatever a new password
    makes worthless: an invitation is none of it, nor is the way back of who lost his login."""
    tx.run(
        """
        UPDATE links SET ended_at = %(at)s
         WHERE credential_id = %(credential_id)s AND used_at IS NULL AND ended_at IS NULL
           AND CASE WHEN %(purpose)s::text IS NULL
                    THEN purpose IN ('welcome', 'console_welcome', 'reset', 'mail_change')
                    ELSE purpose = %(purpose)s::text AND topic = %(topic)s END
        """,
        {
            "credential_id": credential_id,
            "at": at,
            "purpose": None if purpose is None else purpose.value,
            "topic": topic,
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


def count_issued(tx: Tx, *, credential_id: UUID, purpose: LinkPurpose, since: datetime) -> int:
    """Of this purpose since then, whatever became of them."""
    found: int = tx.value(
        """
        SELECT count(*)
          FROM links
         WHERE credential_id = %(credential_id)s AND purpose = %(purpose)s
           AND issued_at > %(since)s
        """,
        {"credential_id": credential_id, "purpose": purpose.value, "since": since},
    )
    return found


def count_issued_by(
    tx: Tx, *, credential_id: UUID, purpose: LinkPurpose, tenant: TenantCode, since: datetime
) -> int:
    """Invitations to this tenant, or welcomes and links to a password that it sent; whatever became
    of them."""
    found: int = tx.value(
        """
        SELECT count(*)
          FROM links
         WHERE credential_id = %(credential_id)s AND purpose = %(purpose)s
           AND (topic = %(tenant)s OR payload ->> 'tenant' = %(tenant)s)
           AND issued_at > %(since)s
        """,
        {
            "credential_id": credential_id,
            "purpose": purpose.value,
            "tenant": tenant,
            "since": since,
        },
    )
    return found


def change_all_ended(tx: Tx, *, person_id: UUID, at: datetime) -> None:
    """Whatever was mailed to the person's address before: of the portal and of each domain.

    Asked with the scope EVERYONE.
    """
    tx.run(
        """
        UPDATE links SET ended_at = %(at)s
         WHERE credential_id IN (
                   SELECT c.id FROM credentials c
                    WHERE c.person_id = %(person_id)s AND c.kind = 'portal'
                    UNION ALL
                   SELECT c.id FROM iam_users i
                     JOIN credentials c ON c.iam_user_id = i.id AND c.kind = 'api'
                    WHERE i.person_id = %(person_id)s)
           AND used_at IS NULL AND ended_at IS NULL AND purpose <> 'not_me'
        """,
        {"person_id": person_id, "at": at},
    )


def change_not_me_ended(
    tx: Tx, *, person_id: UUID, at: datetime, mailbox: str, later_than: UUID | None = None
) -> None:
    """Those of every other mailbox; ``later_than``: a link, where those issued before it stay, for
    whoever had a mailbox earlier is the owner. Asked with the scope EVERYONE."""
    tx.run(
        """
        UPDATE links SET ended_at = %(at)s
         WHERE credential_id IN (
                   SELECT c.id FROM credentials c
                    WHERE c.person_id = %(person_id)s AND c.kind = 'portal'
                    UNION ALL
                   SELECT c.id FROM iam_users i
                     JOIN credentials c ON c.iam_user_id = i.id AND c.kind = 'api'
                    WHERE i.person_id = %(person_id)s)
           AND used_at IS NULL AND ended_at IS NULL AND purpose = 'not_me'
           AND split_part(topic, '@', 2) <> %(mailbox)s
           AND (%(later_than)s::uuid IS NULL OR id > %(later_than)s::uuid)
        """,
        {"person_id": person_id, "at": at, "mailbox": mailbox, "later_than": later_than},
    )


def is_reserved(tx: Tx, *, mailbox: str, now: datetime, but_for: UUID | None = None) -> bool:
    """Whether somebody else may still take this address back by a link that was mailed to it."""
    reserved: bool = tx.value(
        """
        SELECT EXISTS (SELECT 1
                         FROM links l
                         JOIN credentials c ON c.id = l.credential_id
                        WHERE l.purpose = 'not_me' AND split_part(l.topic, '@', 2) = %(mailbox)s
                          AND l.used_at IS NULL AND l.ended_at IS NULL
                          AND l.expires_at > %(now)s AND l.topic NOT LIKE 'locked@%%'
                          AND c.person_id IS DISTINCT FROM %(but_for)s::uuid)
        """,
        {"mailbox": mailbox, "now": now, "but_for": but_for},
    )
    return reserved
