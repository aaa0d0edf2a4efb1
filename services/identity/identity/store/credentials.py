"""Credentials: whom a name means, the state of the lock, the hash.

Each ``get_candidate_*`` locks exactly one row, a decoy's where nobody bears the name, in exactly
one statement: known and unknown names cost the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from contracts.codes import CredentialKind, Language, TenantCode
from identity.domain.attempts import Candidate
from identity.domain.lockout import Guard, Lockable
from identity.domain.passwords import PasswordRules
from servicekit.db import Tx

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CredentialState(Lockable):
    credential_id: UUID
    hash: str | None


@dataclass(frozen=True, slots=True)
class PortalCredential:
    credential_id: UUID
    hash: str | None
    changed_at: datetime | None
    minimum_length: int
    maximum_length: int
    character_classes: int
    not_user_name: bool

    @property
    def rules(self) -> PasswordRules:
        return PasswordRules(
            self.minimum_length, self.maximum_length, self.character_classes, self.not_user_name
        )


def get_candidate_by_login(tx: Tx, *, login_key: str, decoy: str) -> Candidate:
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, p.id AS person_id, p.login, p.language,
                   coalesce(p.enabled, false) AS enabled, NULL::uuid AS iam_user_id,
                   NULL::text AS tenant, true AS console, c.hash,
                   c.failed_at, c.pending_at, c.turned_away, c.locked_until,
                   r.failure_limit, r.window_seconds, r.lock_seconds
              FROM credentials c
              JOIN policies r ON r.id = c.policy_id
              LEFT JOIN persons p ON p.id = c.person_id
             WHERE c.id = coalesce(
                       (SELECT own.id
                          FROM persons known
                          JOIN credentials own ON own.person_id = known.id AND own.kind = 'portal'
                         WHERE known.login_key = %(login_key)s),
                       decoy_of('portal', %(decoy)s))
               FOR NO KEY UPDATE OF c
            """,
            {"login_key": login_key, "decoy": decoy},
            Candidate,
        )
    )


def get_candidate_by_person(tx: Tx, *, person_id: UUID) -> Candidate:
    """A signed-in person proves the portal password again."""
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, p.id AS person_id, p.login, p.language,
                   p.enabled, NULL::uuid AS iam_user_id, NULL::text AS tenant, true AS console,
                   c.hash, c.failed_at, c.pending_at, c.turned_away, c.locked_until,
                   r.failure_limit, r.window_seconds, r.lock_seconds
              FROM credentials c
              JOIN policies r ON r.id = c.policy_id
              JOIN persons p ON p.id = c.person_id
             WHERE c.person_id = %(person_id)s AND c.kind = 'portal'
               FOR NO KEY UPDATE OF c
            """,
            {"person_id": person_id},
            Candidate,
        )
    )


def get_candidate_by_web_login(tx: Tx, *, domain: str, user_name_key: str, decoy: str) -> Candidate:
    """The portal credential of the person behind an IAM user; the API lock plays no part."""
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, p.id AS person_id, p.login, p.language,
                   coalesce(p.enabled, false) AS enabled, i.id AS iam_user_id, i.tenant,
                   EXISTS (SELECT 1 FROM memberships m
                            WHERE m.tenant = i.tenant AND m.person_id = i.person_id
                              AND m.section IN ('technical_console', 'dashboard')) AS console,
                   c.hash, c.failed_at, c.pending_at, c.turned_away, c.locked_until,
                   r.failure_limit, r.window_seconds, r.lock_seconds
              FROM credentials c
              JOIN policies r ON r.id = c.policy_id
              LEFT JOIN persons p ON p.id = c.person_id
              LEFT JOIN iam_users i ON i.tenant = %(domain)s AND i.person_id = c.person_id
             WHERE c.id = coalesce(
                       (SELECT own.id
                          FROM iam_users known
                          JOIN credentials own
                            ON own.person_id = known.person_id AND own.kind = 'portal'
                         WHERE known.tenant = %(domain)s
                           AND known.user_name_key = %(user_name_key)s),
                       decoy_of('portal', %(decoy)s))
               FOR NO KEY UPDATE OF c
            """,
            {"domain": domain, "user_name_key": user_name_key, "decoy": decoy},
            Candidate,
        )
    )


def get_candidate_by_api_login(
    tx: Tx, *, domain: str, name_key: str, mobile: str | None, decoy: str
) -> Candidate:
    """A user name may look like another user's mobile number: the name goes first."""
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, p.id AS person_id, p.login, p.language,
                   coalesce(p.enabled, false) AS enabled, i.id AS iam_user_id, i.tenant,
                   EXISTS (SELECT 1 FROM memberships m
                            WHERE m.tenant = i.tenant AND m.person_id = i.person_id
                              AND m.section IN ('technical_console', 'dashboard')) AS console,
                   c.hash, c.failed_at, c.pending_at, c.turned_away, c.locked_until,
                   r.failure_limit, r.window_seconds, r.lock_seconds
              FROM credentials c
              JOIN policies r ON r.id = c.policy_id
              LEFT JOIN persons p ON p.id = c.person_id
              LEFT JOIN iam_users i ON i.id = c.iam_user_id
             WHERE c.id = coalesce(
                       (SELECT own.id
                          FROM iam_users known
                          JOIN credentials own ON own.iam_user_id = known.id AND own.kind = 'api'
                         WHERE known.tenant = %(domain)s
                           AND (known.user_name_key = %(name_key)s
                                OR known.email_key = %(name_key)s
                                OR known.mobile = %(mobile)s)
                         ORDER BY known.user_name_key = %(name_key)s DESC,
                                  known.email_key = %(name_key)s DESC
                         LIMIT 1),
                       decoy_of('api', %(decoy)s))
               FOR NO KEY UPDATE OF c
            """,
            {"domain": domain, "name_key": name_key, "mobile": mobile, "decoy": decoy},
            Candidate,
        )
    )


def get_state(tx: Tx, *, credential_id: UUID) -> CredentialState:
    """The credential as it is now, locked until the end of the transaction."""
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, c.hash,
                   c.failed_at, c.pending_at, c.turned_away, c.locked_until,
                   r.failure_limit, r.window_seconds, r.lock_seconds
              FROM credentials c
              JOIN policies r ON r.id = c.policy_id
             WHERE c.id = %(credential_id)s
               FOR NO KEY UPDATE OF c
            """,
            {"credential_id": credential_id},
            CredentialState,
        )
    )


def get_portal_credential(tx: Tx, *, person_id: UUID) -> PortalCredential:
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, c.hash, c.changed_at, r.minimum_length, r.maximum_length,
                   r.character_classes, r.not_user_name
              FROM credentials c
              JOIN policies r ON r.id = c.policy_id
             WHERE c.person_id = %(person_id)s AND c.kind = 'portal'
            """,
            {"person_id": person_id},
            PortalCredential,
        )
    )


def add_portal_credential(tx: Tx, *, credential_id: UUID, person_id: UUID) -> None:
    tx.run(
        """
        INSERT INTO credentials (id, kind, policy_id, person_id)
        VALUES (%(credential_id)s, 'portal', 'portal', %(person_id)s)
        """,
        {"credential_id": credential_id, "person_id": person_id},
    )


def add_api_credential(tx: Tx, *, credential_id: UUID, person_id: UUID, iam_user_id: UUID) -> None:
    tx.run(
        """
        INSERT INTO credentials (id, kind, policy_id, person_id, iam_user_id)
        VALUES (%(credential_id)s, 'api', 'api', %(person_id)s, %(iam_user_id)s)
        """,
        {"credential_id": credential_id, "person_id": person_id, "iam_user_id": iam_user_id},
    )


def change_guard(tx: Tx, *, credential_id: UUID, guard: Guard) -> None:
    tx.run(
        """
        UPDATE credentials
           SET failed_at = %(failed_at)s::timestamptz[],
               pending_at = %(pending_at)s::timestamptz[],
               turned_away = %(turned_away)s,
               locked_until = %(locked_until)s
         WHERE id = %(credential_id)s
        """,
        {
            "credential_id": credential_id,
            "failed_at": list(guard.failed_at),
            "pending_at": list(guard.pending_at),
            "turned_away": guard.turned_away,
            "locked_until": guard.locked_until,
        },
    )


def change_password(tx: Tx, *, credential_id: UUID, hash: str, changed_at: datetime) -> None:
    tx.run(
        """
        UPDATE credentials SET hash = %(hash)s, changed_at = %(changed_at)s
         WHERE id = %(credential_id)s
        """,
        {"credential_id": credential_id, "hash": hash, "changed_at": changed_at},
    )


def change_hash(tx: Tx, *, credential_id: UUID, hash: str) -> None:
    """The same password under stronger parameters."""
    tx.run(
        "UPDATE credentials SET hash = %(hash)s WHERE id = %(credential_id)s",
        {"credential_id": credential_id, "hash": hash},
    )


def get_portal_credential_id(tx: Tx, *, identifier_key: str, decoy: str) -> UUID:
    """By login or e-mail, for a forgotten password; a decoy's where nobody can have forgotten."""
    found: UUID = tx.value(
        """
        SELECT coalesce(
                   (SELECT c.id
                      FROM persons p
                      JOIN credentials c ON c.person_id = p.id AND c.kind = 'portal'
                     WHERE (p.login_key = %(key)s OR p.email_key = %(key)s) AND p.enabled
                     LIMIT 1),
                   decoy_of('portal', %(decoy)s))
        """,
        {"key": identifier_key, "decoy": decoy},
    )
    return found


def get_api_credential_id(
    tx: Tx, *, domain: str, identifier_key: str, mobile: str | None, decoy: str
) -> UUID:
    found: UUID = tx.value(
        """
        SELECT coalesce(
                   (SELECT c.id
                      FROM iam_users i
                      JOIN persons p ON p.id = i.person_id
                      JOIN credentials c ON c.iam_user_id = i.id AND c.kind = 'api'
                     WHERE i.tenant = %(domain)s
                       AND (i.user_name_key = %(key)s OR i.email_key = %(key)s
                            OR i.mobile = %(mobile)s)
                       AND p.enabled
                     ORDER BY i.user_name_key = %(key)s DESC, i.email_key = %(key)s DESC
                     LIMIT 1),
                   decoy_of('api', %(decoy)s))
        """,
        {"domain": domain, "key": identifier_key, "mobile": mobile, "decoy": decoy},
    )
    return found


@dataclass(frozen=True, slots=True)
class CredentialBearer:
    """Whose credential it is: for links and mails about it."""

    credential_id: UUID
    credential: CredentialKind
    person_id: UUID
    user_name: str
    tenant: TenantCode | None
    language: Language
    activated: bool
    iam_user_id: UUID | None


def find_bearer(tx: Tx, *, credential_id: UUID) -> CredentialBearer | None:
    """None for a decoy, and for one that is gone."""
    return tx.row(
        """
        SELECT c.id AS credential_id, c.kind AS credential, p.id AS person_id,
               coalesce(i.user_name, p.login) AS user_name, i.tenant, p.language,
               c.hash IS NOT NULL AS activated, c.iam_user_id
          FROM credentials c
          JOIN persons p ON p.id = c.person_id
          LEFT JOIN iam_users i ON i.id = c.iam_user_id
         WHERE c.id = %(credential_id)s
        """,
        {"credential_id": credential_id},
        CredentialBearer,
    )


def _one(row: T | None) -> T:
    if row is None:
        raise LookupError("a credential that the schema guarantees is missing")
    return row
