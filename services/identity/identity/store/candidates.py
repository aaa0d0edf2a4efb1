"""Whom a name means, with all that decides whether a password may be checked.

Each function locks exactly one credential, a decoy's where nobody bears the name, in exactly one
statement: known and unknown names cost the same.
"""

from __future__ import annotations

from uuid import UUID

from identity.domain.attempts import Candidate, Method
from identity.domain.throttle import Doorstep
from servicekit.db import Tx
from servicekit.errors import NotFound


def get_candidate_at_door(
    tx: Tx,
    *,
    method: Method,
    domain: str | None,
    name_key: str,
    mobile: str | None = None,
    decoy: str,
    doorstep: Doorstep,
) -> Candidate:
    """``domain``: at its console; None: at the portal. At Web Login the portal's credential of the
    person behind an IAM user, whose API lock plays no part. At API Login a user name may look like
    another user's mobile number: the name goes first.

    Where the address has failed too often, or everybody together, a name means its bearer to who
    stands where he has come in from before; to everybody else it is one that nobody bears.
    """
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, p.id AS person_id, p.login, p.language,
                   coalesce(p.enabled, false) AS enabled, i.id AS iam_user_id, i.tenant,
                   %(domain)s::text IS NULL
                   OR (i.disabled_at IS NULL
                       AND NOT EXISTS (SELECT 1 FROM tenants shut
                                        WHERE shut.tenant = i.tenant AND shut.console_closed)
                       AND EXISTS (SELECT 1
                                     FROM memberships m
                                     JOIN users u
                                       ON u.tenant = m.tenant AND u.person_id = m.person_id
                                    WHERE m.tenant = i.tenant AND m.person_id = i.person_id
                                      AND m.section IN ('technical_console', 'dashboard')
                                      AND u.disabled_at IS NULL)) AS console,
                   c.hash, c.failed_at, c.pending_at, c.turned_away, c.locked_until,
                   coalesce(own_rule.failure_limit, r.failure_limit) AS failure_limit,
                   coalesce(own_rule.window_seconds, r.window_seconds) AS window_seconds,
                   coalesce(own_rule.lock_seconds, r.lock_seconds) AS lock_seconds,
                   t.full_since, t.crowded, t.swamped
              FROM doorstep_pressure(%(guess)s, %(source)s, %(now)s, %(of_address)s, %(of_56)s,
                                     %(of_48)s, %(window)s, %(a_minute)s) t
              LEFT JOIN LATERAL (
                  SELECT own.id
                    FROM credentials own
                   WHERE own.id = CASE %(method)s
                         WHEN 'portal' THEN (
                             SELECT mine.id
                               FROM persons named
                               JOIN credentials mine
                                 ON mine.person_id = named.id AND mine.kind = 'portal'
                              WHERE named.login_key = %(name_key)s)
                         WHEN 'web' THEN (
                             SELECT mine.id
                               FROM iam_users named
                               JOIN credentials mine
                                 ON mine.person_id = named.person_id AND mine.kind = 'portal'
                              WHERE named.tenant = %(domain)s
                                AND named.user_name_key = %(name_key)s)
                         WHEN 'api' THEN (
                             SELECT mine.id
                               FROM iam_users named
                               JOIN credentials mine
                                 ON mine.iam_user_id = named.id AND mine.kind = 'api'
                              WHERE named.tenant = %(domain)s
                                AND (named.user_name_key = %(name_key)s
                                     OR named.email_key = %(name_key)s
                                     OR named.mobile = %(mobile)s)
                              ORDER BY named.user_name_key = %(name_key)s DESC,
                                       named.email_key = %(name_key)s DESC
                              LIMIT 1) END
                     AND came_from(t.crowded OR t.full_since IS NOT NULL, own.person_id,
                                   %(source)s, %(familiar_since)s)) known ON true
              JOIN credentials c ON c.id = coalesce(known.id, decoy_of(%(kind)s, %(decoy)s))
              JOIN policies r ON r.id = c.policy_id
              LEFT JOIN persons p ON p.id = c.person_id
              LEFT JOIN iam_users i ON i.tenant = %(domain)s AND i.person_id = c.person_id
              LEFT JOIN tenant_policies own_rule
                     ON own_rule.tenant = %(domain)s AND own_rule.kind = 'api' AND c.kind = 'api'
               FOR NO KEY UPDATE OF c
            """,
            {
                "method": method.value,
                "kind": method.credential.value,
                "domain": domain,
                "name_key": name_key,
                "mobile": mobile,
                "decoy": decoy,
                **doorstep.params(),
            },
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


def get_candidate_by_iam_user(tx: Tx, *, person_id: UUID, iam_user_id: UUID) -> Candidate:
    """A person signed in by API Login proves that password again."""
    found = tx.row(
        """
        SELECT c.id AS credential_id, p.id AS person_id, p.login, p.language,
               p.enabled, i.id AS iam_user_id, i.tenant,
               i.disabled_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM tenants shut
                                WHERE shut.tenant = i.tenant AND shut.console_closed) AS console,
               c.hash, c.failed_at, c.pending_at, c.turned_away, c.locked_until,
               coalesce(own_rule.failure_limit, r.failure_limit) AS failure_limit,
               coalesce(own_rule.window_seconds, r.window_seconds) AS window_seconds,
               coalesce(own_rule.lock_seconds, r.lock_seconds) AS lock_seconds
          FROM credentials c
          JOIN policies r ON r.id = c.policy_id
          JOIN iam_users i ON i.id = c.iam_user_id
          JOIN persons p ON p.id = i.person_id
          LEFT JOIN tenant_policies own_rule
                 ON own_rule.tenant = i.tenant AND own_rule.kind = 'api'
         WHERE c.iam_user_id = %(iam_user_id)s AND c.kind = 'api'
           AND i.person_id = %(person_id)s
           FOR NO KEY UPDATE OF c
        """,
        {"person_id": person_id, "iam_user_id": iam_user_id},
        Candidate,
    )
    if found is None:
        raise NotFound("iam-user-unknown")
    return found


def _one(row: Candidate | None) -> Candidate:
    if row is None:
        raise LookupError("a credential that the schema guarantees is missing")
    return row
