"""Credentials: the state of the lock, the hash, whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from contracts.codes import CredentialKind, Language, TenantCode
from identity.domain.lockout import Guard, Lockable
from identity.domain.passwords import PasswordRules, strictest
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
    policies: list[dict[str, Any]]  # that a new password must satisfy, all of them

    @property
    def rules(self) -> PasswordRules:
        return strictest(PasswordRules(**policy) for policy in self.policies)


def get_state(tx: Tx, *, credential_id: UUID) -> CredentialState:
    """The credential as it is now, locked until the end of the transaction."""
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, c.hash,
                   c.failed_at, c.pending_at, c.turned_away, c.locked_until,
                   coalesce(own_rule.failure_limit, r.failure_limit) AS failure_limit,
                   coalesce(own_rule.window_seconds, r.window_seconds) AS window_seconds,
                   coalesce(own_rule.lock_seconds, r.lock_seconds) AS lock_seconds
              FROM credentials c
              JOIN policies r ON r.id = c.policy_id
              LEFT JOIN iam_users i ON i.id = c.iam_user_id
              LEFT JOIN tenant_policies own_rule
                     ON own_rule.tenant = i.tenant AND own_rule.kind = 'api'
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
            SELECT c.id AS credential_id, c.hash, c.changed_at,
                   password_policies_of('portal', c.person_id, NULL) AS policies
              FROM credentials c
             WHERE c.person_id = %(person_id)s AND c.kind = 'portal'
            """,
            {"person_id": person_id},
            PortalCredential,
        )
    )


@dataclass(frozen=True, slots=True)
class ApiCredential:
    credential_id: UUID
    user_name: str
    names: list[str]  # the person's own: no password is made of them
    changed_at: datetime | None
    policies: list[dict[str, Any]]

    @property
    def rules(self) -> PasswordRules:
        return strictest(PasswordRules(**policy) for policy in self.policies)


def get_api_credential(tx: Tx, *, credential_id: UUID) -> ApiCredential:
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, i.user_name, c.changed_at,
                   ARRAY[p.given_name, p.family_name, p.login, p.email] AS names,
                   password_policies_of('api', c.person_id, i.tenant) AS policies
              FROM credentials c
              JOIN iam_users i ON i.id = c.iam_user_id
              JOIN persons p ON p.id = c.person_id
             WHERE c.id = %(credential_id)s
            """,
            {"credential_id": credential_id},
            ApiCredential,
        )
    )


@dataclass(frozen=True, slots=True)
class ExpiringCredential:
    credential_id: UUID
    person_id: UUID
    iam_user_id: UUID | None
    tenant: TenantCode | None
    user_name: str
    names: list[str]
    hash: str | None
    changed_at: datetime | None
    policies: list[dict[str, Any]]

    @property
    def rules(self) -> PasswordRules:
        return strictest(PasswordRules(**policy) for policy in self.policies)


def find_expiring_credential(
    tx: Tx, *, person_id: UUID, iam_user_id: UUID | None
) -> ExpiringCredential | None:
    """The API credential of the person's IAM user, else his portal one."""
    return tx.row(
        """
        SELECT c.id AS credential_id, c.person_id, c.iam_user_id, i.tenant,
               coalesce(i.user_name, p.login) AS user_name, c.hash, c.changed_at,
               ARRAY[p.given_name, p.family_name, p.login, p.email] AS names,
               password_policies_of(c.kind, c.person_id, i.tenant) AS policies
          FROM credentials c
          JOIN persons p ON p.id = c.person_id AND p.enabled
          LEFT JOIN iam_users i ON i.id = c.iam_user_id
         WHERE c.person_id = %(person_id)s
           AND c.id = CASE WHEN %(iam_user_id)s::uuid IS NULL
                           THEN (SELECT own.id FROM credentials own
                                  WHERE own.person_id = %(person_id)s AND own.kind = 'portal')
                           ELSE (SELECT own.id FROM credentials own
                                  WHERE own.iam_user_id = %(iam_user_id)s::uuid
                                    AND own.kind = 'api') END
           AND i.disabled_at IS NULL
        """,
        {"person_id": person_id, "iam_user_id": iam_user_id},
        ExpiringCredential,
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


_CHANGE_GUARD = """
    UPDATE credentials
       SET failed_at = %(failed_at)s::timestamptz[],
           pending_at = %(pending_at)s::timestamptz[],
           turned_away = %(turned_away)s,
           locked_until = %(locked_until)s
     WHERE id = %(credential_id)s
"""


def change_guard(tx: Tx, *, credential_id: UUID, guard: Guard, at_end: bool = False) -> None:
    """``at_end``: with COMMIT, where nothing else in the transaction looks at the credential."""
    run = tx.run_at_end if at_end else tx.run
    run(
        _CHANGE_GUARD,
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
        UPDATE credentials
           SET hash = %(hash)s, changed_at = %(changed_at)s,
               told_expiry = NULL, told_days_before = NULL
         WHERE id = %(credential_id)s
        """,
        {"credential_id": credential_id, "hash": hash, "changed_at": changed_at},
    )


def remove_password(tx: Tx, *, credential_id: UUID) -> None:
    """Nothing opens it until another one is set: another, for what was disowned is known."""
    tx.run(
        """
        UPDATE credentials
           SET disowned_hash = hash, hash = NULL,
               failed_at = '{}', turned_away = 0, locked_until = NULL
         WHERE id = %(credential_id)s
        """,
        {"credential_id": credential_id},
    )


def lock_all(tx: Tx, *, person_id: UUID) -> None:
    """All of a person's, in one order, until the transaction ends."""
    tx.rows(
        "SELECT id FROM credentials WHERE person_id = %(person_id)s ORDER BY id FOR NO KEY UPDATE",
        {"person_id": person_id},
        dict,
    )


def remove_recent_passwords(tx: Tx, *, person_id: UUID, since: datetime, api_only: bool) -> int:
    """Those set since then, as ``remove_password`` does. How many they were."""
    return tx.run(
        """
        UPDATE credentials
           SET disowned_hash = hash, hash = NULL, failed_at = '{}', turned_away = 0,
               locked_until = NULL
         WHERE person_id = %(person_id)s AND hash IS NOT NULL AND changed_at >= %(since)s
           AND (kind = 'api' OR NOT %(api_only)s)
        """,
        {"person_id": person_id, "since": since, "api_only": api_only},
    )


def change_hash(tx: Tx, *, credential_id: UUID, hash: str) -> None:
    """The same password under stronger parameters."""
    tx.run(
        "UPDATE credentials SET hash = %(hash)s WHERE id = %(credential_id)s",
        {"credential_id": credential_id, "hash": hash},
    )


def get_portal_credential_id(tx: Tx, *, identifier_key: str, decoy: str) -> UUID:
    """By login or e-mail, for a forgotten password; a decoy's where nobody can have forgotten.
    A second login is asked for by its own name: the address that it shares is the first one's."""
    found: UUID = tx.value(
        """
        SELECT coalesce(
                   (SELECT c.id
                      FROM persons p
                      JOIN credentials c ON c.person_id = p.id AND c.kind = 'portal'
                     WHERE (p.login_key = %(key)s OR p.email_key = %(key)s) AND p.enabled
                     ORDER BY p.shares_email
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
                      JOIN users u ON u.tenant = i.tenant AND u.person_id = i.person_id
                      JOIN credentials c ON c.iam_user_id = i.id AND c.kind = 'api'
                     WHERE i.tenant = %(domain)s
                       AND (i.user_name_key = %(key)s OR i.email_key = %(key)s
                            OR i.mobile = %(mobile)s)
                       AND p.enabled AND i.disabled_at IS NULL AND u.disabled_at IS NULL
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
    email: str


def find_bearer(tx: Tx, *, credential_id: UUID) -> CredentialBearer | None:
    """None for a decoy, and for one that is gone."""
    return tx.row(
        """
        SELECT c.id AS credential_id, c.kind AS credential, p.id AS person_id,
               coalesce(i.user_name, p.login) AS user_name, i.tenant, p.language,
               c.hash IS NOT NULL AS activated, c.iam_user_id, p.email
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
