"""Whom a name means, with all that decides whether a password may be checked.

Each function locks exactly one credential, a decoy's where nobody bears the name, in exactly one
statement: known and unknown names cost the same.
"""

from __future__ import annotations

from uuid import UUID

from identity.domain.attempts import Candidate
from identity.domain.throttle import NOWHERE, Doorstep
from servicekit.db import Tx
from servicekit.errors import NotFound


def get_candidate_by_login(tx: Tx, *, login_key: str, decoy: str, doorstep: Doorstep) -> Candidate:
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, p.id AS person_id, p.login, p.language,
                   coalesce(p.enabled, false) AS enabled, NULL::uuid AS iam_user_id,
                   NULL::text AS tenant, true AS console, c.hash,
                   c.failed_at, c.pending_at, c.turned_away, c.locked_until,
                   r.failure_limit, r.window_seconds, r.lock_seconds,
                   t.full_since, t.crowded,
                   came_from(t.crowded, c.person_id, %(source)s, %(familiar_since)s) AS familiar
              FROM pressure_of(%(guess)s, %(source)s, %(now)s, %(of_address)s, %(window)s,
                               %(a_minute)s) t
             CROSS JOIN credentials c
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
            {"login_key": login_key, "decoy": decoy, **(doorstep or NOWHERE).params()},
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
               p.enabled, i.id AS iam_user_id, i.tenant, i.disabled_at IS NULL AS console,
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


def get_candidate_by_web_login(
    tx: Tx, *, domain: str, user_name_key: str, decoy: str, doorstep: Doorstep | None = None
) -> Candidate:
    """The portal credential of the person behind an IAM user; the API lock plays no part."""
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, p.id AS person_id, p.login, p.language,
                   coalesce(p.enabled, false) AS enabled, i.id AS iam_user_id, i.tenant,
                   i.disabled_at IS NULL
                   AND EXISTS (SELECT 1
                                 FROM memberships m
                                 JOIN users u ON u.tenant = m.tenant AND u.person_id = m.person_id
                                WHERE m.tenant = i.tenant AND m.person_id = i.person_id
                                  AND m.section IN ('technical_console', 'dashboard')
                                  AND u.disabled_at IS NULL) AS console,
                   c.hash, c.failed_at, c.pending_at, c.turned_away, c.locked_until,
                   r.failure_limit, r.window_seconds, r.lock_seconds,
                   t.full_since, t.crowded,
                   came_from(t.crowded, c.person_id, %(source)s, %(familiar_since)s) AS familiar
              FROM pressure_of(%(guess)s, %(source)s, %(now)s, %(of_address)s, %(window)s,
                               %(a_minute)s) t
             CROSS JOIN credentials c
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
            {
                "domain": domain,
                "user_name_key": user_name_key,
                "decoy": decoy,
                **(doorstep or NOWHERE).params(),
            },
            Candidate,
        )
    )


def get_candidate_by_api_login(
    tx: Tx,
    *,
    domain: str,
    name_key: str,
    mobile: str | None,
    decoy: str,
    doorstep: Doorstep | None = None,
) -> Candidate:
    """A user name may look like another user's mobile number: the name goes first."""
    return _one(
        tx.row(
            """
            SELECT c.id AS credential_id, p.id AS person_id, p.login, p.language,
                   coalesce(p.enabled, false) AS enabled, i.id AS iam_user_id, i.tenant,
                   i.disabled_at IS NULL
                   AND EXISTS (SELECT 1
                                 FROM memberships m
                                 JOIN users u ON u.tenant = m.tenant AND u.person_id = m.person_id
                                WHERE m.tenant = i.tenant AND m.person_id = i.person_id
                                  AND m.section IN ('technical_console', 'dashboard')
                                  AND u.disabled_at IS NULL) AS console,
                   c.hash, c.failed_at, c.pending_at, c.turned_away, c.locked_until,
                   coalesce(own_rule.failure_limit, r.failure_limit) AS failure_limit,
                   coalesce(own_rule.window_seconds, r.window_seconds) AS window_seconds,
                   coalesce(own_rule.lock_seconds, r.lock_seconds) AS lock_seconds,
                   t.full_since, t.crowded,
                   came_from(t.crowded, c.person_id, %(source)s, %(familiar_since)s) AS familiar
              FROM pressure_of(%(guess)s, %(source)s, %(now)s, %(of_address)s, %(window)s,
                               %(a_minute)s) t
             CROSS JOIN credentials c
              JOIN policies r ON r.id = c.policy_id
              LEFT JOIN persons p ON p.id = c.person_id
              LEFT JOIN tenant_policies own_rule
                     ON own_rule.tenant = %(domain)s AND own_rule.kind = 'api'
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
            {
                "domain": domain,
                "name_key": name_key,
                "mobile": mobile,
                "decoy": decoy,
                **(doorstep or NOWHERE).params(),
            },
            Candidate,
        )
    )


def _one(row: Candidate | None) -> Candidate:
    if row is None:
        raise LookupError("a credential that the schema guarantees is missing")
    return row
