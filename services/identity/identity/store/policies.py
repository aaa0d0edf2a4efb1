"""Policies of the installation and of tenants, entry rules, and former passwords."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import CredentialKind, TenantCode
from identity.domain.expiry import ExpiryWindow
from identity.domain.policies import EntryRules, InstallationEntryRules, PasswordPolicy
from servicekit.db import Tx


def get_installation_policy(tx: Tx, *, kind: CredentialKind) -> PasswordPolicy:
    found = tx.row(
        """
        SELECT kind, minimum_length, maximum_length, character_classes, special_characters,
               not_user_name, identical_characters, history_count, minimum_age_minutes,
               validity_days, breached_refused, minimum_score, failure_limit,
               window_seconds / 60 AS window_minutes, lock_seconds / 60 AS lock_minutes, version
          FROM policies
         WHERE id = %(kind)s
        """,
        {"kind": kind.value},
        PasswordPolicy,
    )
    if found is None:
        raise LookupError("a policy that the schema guarantees is missing")
    return found


def find_tenant_policy(
    tx: Tx, *, tenant: TenantCode, kind: CredentialKind
) -> PasswordPolicy | None:
    """None where the installation's holds alone."""
    return tx.row(
        """
        SELECT kind, minimum_length, maximum_length, character_classes, special_characters,
               not_user_name, identical_characters, history_count, minimum_age_minutes,
               validity_days, breached_refused, minimum_score, failure_limit,
               window_seconds / 60 AS window_minutes, lock_seconds / 60 AS lock_minutes, version
          FROM tenant_policies
         WHERE tenant = %(tenant)s AND kind = %(kind)s
        """,
        {"tenant": tenant, "kind": kind.value},
        PasswordPolicy,
    )


def change_installation_policy(tx: Tx, *, policy: PasswordPolicy, version: int) -> bool:
    """False where somebody changed it meanwhile."""
    changed = tx.run(
        """
        UPDATE policies
           SET minimum_length = %(minimum_length)s, maximum_length = %(maximum_length)s,
               character_classes = %(character_classes)s,
               special_characters = %(special_characters)s, not_user_name = %(not_user_name)s,
               identical_characters = %(identical_characters)s, history_count = %(history_count)s,
               minimum_age_minutes = %(minimum_age_minutes)s, validity_days = %(validity_days)s,
               breached_refused = %(breached_refused)s, minimum_score = %(minimum_score)s,
               failure_limit = %(failure_limit)s, window_seconds = %(window_minutes)s * 60,
               lock_seconds = %(lock_minutes)s * 60, version = version + 1
         WHERE id = %(kind)s AND version = %(seen)s
        """,
        {**asdict(policy), "seen": version},
    )
    return changed == 1


def change_tenant_policy(
    tx: Tx, *, tenant: TenantCode, policy: PasswordPolicy, version: int
) -> bool:
    """Version 0: it has none yet. False where somebody changed it meanwhile."""
    changed = tx.run(
        """
        INSERT INTO tenant_policies AS t
               (tenant, kind, minimum_length, maximum_length, character_classes,
                special_characters, not_user_name, identical_characters, history_count,
                minimum_age_minutes, validity_days, breached_refused, minimum_score,
                failure_limit, window_seconds, lock_seconds, version)
        SELECT %(tenant)s, %(kind)s, %(minimum_length)s, %(maximum_length)s::integer,
               %(character_classes)s, %(special_characters)s::text, %(not_user_name)s,
               %(identical_characters)s, %(history_count)s, %(minimum_age_minutes)s,
               %(validity_days)s, %(breached_refused)s, %(minimum_score)s,
               %(failure_limit)s::integer, %(window_minutes)s::integer * 60,
               %(lock_minutes)s::integer * 60, 1
         WHERE %(seen)s = 0
            OR EXISTS (SELECT 1 FROM tenant_policies known
                        WHERE known.tenant = %(tenant)s AND known.kind = %(kind)s)
            ON CONFLICT ON CONSTRAINT tenant_policies_pkey DO UPDATE
           SET minimum_length = excluded.minimum_length,
               maximum_length = excluded.maximum_length,
               character_classes = excluded.character_classes,
               special_characters = excluded.special_characters,
               not_user_name = excluded.not_user_name,
               identical_characters = excluded.identical_characters,
               history_count = excluded.history_count,
               minimum_age_minutes = excluded.minimum_age_minutes,
               validity_days = excluded.validity_days,
               breached_refused = excluded.breached_refused,
               minimum_score = excluded.minimum_score,
               failure_limit = excluded.failure_limit,
               window_seconds = excluded.window_seconds, lock_seconds = excluded.lock_seconds,
               version = t.version + 1
         WHERE t.version = %(seen)s
        """,
        {**asdict(policy), "tenant": tenant, "seen": version},
    )
    return changed == 1


def remove_tenant_policy(tx: Tx, *, tenant: TenantCode, kind: CredentialKind, version: int) -> bool:
    """False where it is not as it was seen."""
    removed = tx.run(
        """
        DELETE FROM tenant_policies
         WHERE tenant = %(tenant)s AND kind = %(kind)s AND version = %(seen)s
        """,
        {"tenant": tenant, "kind": kind.value, "seen": version},
    )
    return removed == 1


def get_installation_entry_rules(tx: Tx) -> InstallationEntryRules:
    found = tx.row(
        """
        SELECT idle_minutes, show_last_sign_in, notice, version
          FROM installation_entry_rules
         WHERE singleton
        """,
        {},
        InstallationEntryRules,
    )
    if found is None:
        raise LookupError("the entry rules that the schema guarantees are missing")
    return found


def change_installation_entry_rules(tx: Tx, *, rules: InstallationEntryRules, version: int) -> bool:
    changed = tx.run(
        """
        UPDATE installation_entry_rules
           SET idle_minutes = %(idle_minutes)s, show_last_sign_in = %(show_last_sign_in)s,
               notice = %(notice)s, version = version + 1
         WHERE singleton AND version = %(seen)s
        """,
        {**asdict(rules), "seen": version},
    )
    return changed == 1


def find_entry_rules(tx: Tx, *, tenant: TenantCode) -> EntryRules | None:
    return tx.row(
        """
        SELECT second_factor_required, idle_minutes, disable_idle_days, show_last_sign_in, notice,
               version
          FROM entry_rules
         WHERE tenant = %(tenant)s
        """,
        {"tenant": tenant},
        EntryRules,
    )


def change_entry_rules(tx: Tx, *, tenant: TenantCode, rules: EntryRules, version: int) -> bool:
    """Version 0: it has none yet. False where somebody changed them meanwhile."""
    changed = tx.run(
        """
        INSERT INTO entry_rules AS e
               (tenant, second_factor_required, idle_minutes, disable_idle_days,
                show_last_sign_in, notice, version)
        SELECT %(tenant)s, %(second_factor_required)s, %(idle_minutes)s, %(disable_idle_days)s,
               %(show_last_sign_in)s, %(notice)s::text, 1
         WHERE %(seen)s = 0
            OR EXISTS (SELECT 1 FROM entry_rules known WHERE known.tenant = %(tenant)s)
            ON CONFLICT ON CONSTRAINT entry_rules_pkey DO UPDATE
           SET second_factor_required = excluded.second_factor_required,
               idle_minutes = excluded.idle_minutes,
               disable_idle_days = excluded.disable_idle_days,
               show_last_sign_in = excluded.show_last_sign_in, notice = excluded.notice,
               version = e.version + 1
         WHERE e.version = %(seen)s
        """,
        {**asdict(rules), "tenant": tenant, "seen": version},
    )
    return changed == 1


@dataclass(frozen=True, slots=True)
class UsedHashes:
    """``current``: also one that was disowned. ``former``: newest first."""

    current: str | None
    former: list[str]


def get_used_hashes(tx: Tx, *, credential_id: UUID, limit: int) -> UsedHashes:
    found = tx.row(
        """
        SELECT coalesce(c.hash, c.disowned_hash) AS current,
               ARRAY(SELECT h.hash
                       FROM password_history h
                      WHERE h.credential_id = c.id
                      ORDER BY h.position DESC
                      LIMIT %(limit)s) AS former
          FROM credentials c
         WHERE c.id = %(credential_id)s
        """,
        {"credential_id": credential_id, "limit": limit},
        UsedHashes,
    )
    return found or UsedHashes(None, [])


def add_former_hash(
    tx: Tx, *, credential_id: UUID, hash: str | None, at: datetime, keep: int
) -> None:
    """No more than ``keep`` are left, with this one: what no policy asks for is not kept."""
    tx.run_at_end(
        """
        WITH outlived AS (
            DELETE FROM password_history
             WHERE credential_id = %(credential_id)s
               AND position <= (SELECT position
                                  FROM password_history
                                 WHERE credential_id = %(credential_id)s
                                 ORDER BY position DESC
                                OFFSET greatest(%(keep)s - 1, 0)
                                 LIMIT 1)
        )
        INSERT INTO password_history (credential_id, hash, set_at)
        SELECT %(credential_id)s, %(hash)s::text, %(at)s
         WHERE %(hash)s::text IS NOT NULL AND %(keep)s > 0
        """,
        {"credential_id": credential_id, "hash": hash, "at": at, "keep": keep},
    )


@dataclass(frozen=True, slots=True)
class IdleUser:
    iam_user_id: UUID
    person_id: UUID
    user_name: str


def list_idle_iam_users(
    tx: Tx, *, tenant: TenantCode, since: datetime, limit: int
) -> list[IdleUser]:
    """Neither at the domain's doors since then nor at the portal, which opens its console too;
    the domain owner never, and nobody while the console is closed, or was at ``since``. History
    older than that plays no part."""
    return tx.rows(
        """
        SELECT i.id AS iam_user_id, i.person_id, i.user_name
          FROM iam_users i
         WHERE i.tenant = %(tenant)s AND i.disabled_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM tenants shut
                            WHERE shut.tenant = %(tenant)s
                              AND (shut.console_closed OR shut.console_changed_at > %(since)s))
           AND i.created_at <= %(since)s
           AND (i.enabled_at IS NULL OR i.enabled_at <= %(since)s)
           AND NOT EXISTS (SELECT 1 FROM offices o
                            WHERE o.tenant = i.tenant AND o.person_id = i.person_id
                              AND o.office = 'domain_owner')
           AND NOT EXISTS (SELECT 1 FROM sign_ins s
                            WHERE s.person_id = i.person_id AND s.at > %(since)s
                              AND s.outcome = 'accepted'
                              AND (s.iam_user_id = i.id OR s.iam_user_id IS NULL))
         LIMIT %(limit)s
        """,
        {"tenant": tenant, "since": since, "limit": limit},
        IdleUser,
    )


@dataclass(frozen=True, slots=True)
class Expiring:
    credential_id: UUID
    credential: CredentialKind
    person_id: UUID
    tenant: TenantCode | None
    user_name: str
    expires_at: datetime
    days_before: int


def list_expiring_in_tenant(
    tx: Tx, *, tenant: TenantCode, kind: CredentialKind, window: ExpiryWindow, limit: int
) -> list[Expiring]:
    """Those that this tenant's policy has expire, who have not been told yet."""
    return tx.rows(
        """
        SELECT c.id AS credential_id, c.kind AS credential, c.person_id, i.tenant,
               coalesce(i.user_name, p.login) AS user_name, e.password_expires_at AS expires_at,
               CASE WHEN c.changed_at <= %(last)s THEN %(last_days)s
                    ELSE %(first_days)s END AS days_before
          FROM (SELECT own.id, own.kind, own.person_id, own.iam_user_id, own.changed_at,
                       own.told_expiry, own.told_days_before
                  FROM users u
                  JOIN credentials own ON own.person_id = u.person_id AND own.kind = 'portal'
                 WHERE %(kind)s = 'portal' AND u.tenant = %(tenant)s
                   AND u.accepted_at IS NOT NULL AND own.hash IS NOT NULL
                 UNION ALL
                SELECT own.id, own.kind, own.person_id, own.iam_user_id, own.changed_at,
                       own.told_expiry, own.told_days_before
                  FROM iam_users known
                  JOIN credentials own ON own.iam_user_id = known.id AND own.kind = 'api'
                 WHERE %(kind)s = 'api' AND known.tenant = %(tenant)s
                   AND known.disabled_at IS NULL AND own.hash IS NOT NULL) AS c
          JOIN persons p ON p.id = c.person_id AND p.enabled
          LEFT JOIN iam_users i ON i.id = c.iam_user_id
         CROSS JOIN LATERAL entry_of(c.id, NULL) AS e
         WHERE c.changed_at > %(gone)s AND c.changed_at <= %(first)s
           AND e.password_expires_at = c.changed_at + make_interval(days => %(validity)s)
           AND (c.told_expiry IS DISTINCT FROM e.password_expires_at
                OR c.told_days_before > %(last_days)s AND c.changed_at <= %(last)s)
         LIMIT %(limit)s
        """,
        {**window.params(), "tenant": tenant, "kind": kind.value, "limit": limit},
        Expiring,
    )


def list_expiring(
    tx: Tx, *, kind: CredentialKind, window: ExpiryWindow, limit: int
) -> list[Expiring]:
    """Those that the installation's policy has expire, who have not been told yet."""
    return tx.rows(
        """
        SELECT c.id AS credential_id, c.kind AS credential, c.person_id, i.tenant,
               coalesce(i.user_name, p.login) AS user_name, e.password_expires_at AS expires_at,
               CASE WHEN c.changed_at <= %(last)s THEN %(last_days)s
                    ELSE %(first_days)s END AS days_before
          FROM credentials c
          JOIN persons p ON p.id = c.person_id AND p.enabled
          LEFT JOIN iam_users i ON i.id = c.iam_user_id
         CROSS JOIN LATERAL entry_of(c.id, NULL) AS e
         WHERE c.kind = %(kind)s AND c.hash IS NOT NULL AND i.disabled_at IS NULL
           AND c.changed_at > %(gone)s AND c.changed_at <= %(first)s
           AND e.password_expires_at = c.changed_at + make_interval(days => %(validity)s)
           AND (c.told_expiry IS DISTINCT FROM e.password_expires_at
                OR c.told_days_before > %(last_days)s AND c.changed_at <= %(last)s)
         LIMIT %(limit)s
        """,
        {**window.params(), "kind": kind.value, "limit": limit},
        Expiring,
    )


def change_told(tx: Tx, *, told: list[Expiring]) -> None:
    tx.run(
        """
        UPDATE credentials c
           SET told_expiry = t.expires_at, told_days_before = t.days
          FROM unnest(%(ids)s::uuid[], %(expiries)s::timestamptz[], %(days)s::smallint[])
               AS t (id, expires_at, days)
         WHERE c.id = t.id
        """,
        {
            "ids": [one.credential_id for one in told],
            "expiries": [one.expires_at for one in told],
            "days": [one.days_before for one in told],
        },
    )


def find_referent(tx: Tx, *, tenant: TenantCode) -> UUID | None:
    found: UUID | None = tx.value(
        "SELECT person_id FROM offices WHERE tenant = %(tenant)s AND office = 'referent'",
        {"tenant": tenant},
    )
    return found
