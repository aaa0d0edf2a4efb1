"""IAM users of a domain, each with the state of its API credential's lock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from identity.domain.people import IamUserRow, Person
from servicekit.db import Tx
from servicekit.errors import Conflict, NotFound


def add_iam_user(
    tx: Tx,
    *,
    iam_user_id: UUID,
    tenant: TenantCode,
    person: Person,
    user_name_key: str,
    email_key: str,
    mobile: str | None,
    at: datetime,
) -> bool:
    """Named as the person's login. False where another user of the domain has the mobile number."""
    added = tx.run(
        """
        INSERT INTO iam_users (id, tenant, person_id, user_name, user_name_key, email, email_key,
                               mobile, created_at)
        VALUES (%(id)s, %(tenant)s, %(person_id)s, %(user_name)s, %(user_name_key)s, %(email)s,
                %(email_key)s, %(mobile)s, %(at)s)
        ON CONFLICT ON CONSTRAINT iam_users_mobile_key DO NOTHING
        """,
        {
            "id": iam_user_id,
            "tenant": tenant,
            "person_id": person.person_id,
            "user_name": person.login,
            "user_name_key": user_name_key,
            "email": person.email,
            "email_key": email_key,
            "mobile": mobile,
            "at": at,
        },
    )
    return added == 1


def find_iam_user_id(tx: Tx, *, tenant: TenantCode, person_id: UUID) -> UUID | None:
    found: UUID | None = tx.value(
        "SELECT id FROM iam_users WHERE tenant = %(tenant)s AND person_id = %(person_id)s",
        {"tenant": tenant, "person_id": person_id},
    )
    return found


def get_iam_user(tx: Tx, *, tenant: TenantCode, iam_user_id: UUID) -> IamUserRow:
    """Its credential stays locked until the end of the transaction."""
    found = tx.row(
        """
        SELECT i.id AS iam_user_id, c.id AS credential_id, i.tenant, i.person_id, i.user_name,
               i.user_name_key, i.email, i.mobile, c.hash IS NOT NULL AS api_password_set,
               i.disabled_at,
               EXISTS (SELECT 1 FROM offices o
                        WHERE o.tenant = i.tenant AND o.person_id = i.person_id
                          AND o.office = 'domain_owner') AS is_domain_owner,
               c.failed_at, c.pending_at, c.turned_away, c.locked_until,
               coalesce(own_rule.failure_limit, r.failure_limit) AS failure_limit,
               coalesce(own_rule.window_seconds, r.window_seconds) AS window_seconds,
               coalesce(own_rule.lock_seconds, r.lock_seconds) AS lock_seconds
          FROM iam_users i
          JOIN credentials c ON c.iam_user_id = i.id AND c.kind = 'api'
          JOIN policies r ON r.id = c.policy_id
          LEFT JOIN tenant_policies own_rule
                 ON own_rule.tenant = i.tenant AND own_rule.kind = 'api'
         WHERE i.tenant = %(tenant)s AND i.id = %(iam_user_id)s
           FOR NO KEY UPDATE OF c
        """,
        {"tenant": tenant, "iam_user_id": iam_user_id},
        IamUserRow,
    )
    if found is None:
        raise NotFound("iam-user-unknown")
    return found


def find_disabled_at(tx: Tx, *, tenant: TenantCode, person_id: UUID) -> datetime | None:
    """None also where he has no IAM user there."""
    found: datetime | None = tx.value(
        "SELECT disabled_at FROM iam_users WHERE tenant = %(tenant)s AND person_id = %(person_id)s",
        {"tenant": tenant, "person_id": person_id},
    )
    return found


def find_domain_of_own(tx: Tx, *, person_id: UUID, iam_user_id: UUID) -> TenantCode | None:
    """The domain of this person's IAM user. Asked with the scope EVERYONE."""
    found = tx.value(
        "SELECT tenant FROM iam_users WHERE id = %(iam_user_id)s AND person_id = %(person_id)s",
        {"iam_user_id": iam_user_id, "person_id": person_id},
    )
    return None if found is None else TenantCode(found)


def list_iam_users(
    tx: Tx, *, tenant: TenantCode, search: str | None, after: str | None, limit: int
) -> list[IamUserRow]:
    """Of one domain, by user name. ``search`` is folded text that occurs in user name or e-mail."""
    return tx.rows(
        """
        SELECT i.id AS iam_user_id, c.id AS credential_id, i.tenant, i.person_id, i.user_name,
               i.user_name_key, i.email, i.mobile, c.hash IS NOT NULL AS api_password_set,
               i.disabled_at,
               EXISTS (SELECT 1 FROM offices o
                        WHERE o.tenant = i.tenant AND o.person_id = i.person_id
                          AND o.office = 'domain_owner') AS is_domain_owner,
               c.failed_at, c.pending_at, c.turned_away, c.locked_until,
               coalesce(own_rule.failure_limit, r.failure_limit) AS failure_limit,
               coalesce(own_rule.window_seconds, r.window_seconds) AS window_seconds,
               coalesce(own_rule.lock_seconds, r.lock_seconds) AS lock_seconds
          FROM (SELECT id, tenant, person_id, user_name, user_name_key, email, mobile, disabled_at
                  FROM iam_users
                 WHERE tenant = %(tenant)s
                   AND (%(search)s::text IS NULL
                        OR position(%(search)s::text IN user_name_key) > 0
                        OR position(%(search)s::text IN email_key) > 0)
                   AND (%(after)s::text IS NULL OR user_name_key > %(after)s::text)
                 ORDER BY user_name_key
                 LIMIT %(limit)s) AS i
          JOIN credentials c ON c.iam_user_id = i.id AND c.kind = 'api'
          JOIN policies r ON r.id = c.policy_id
          LEFT JOIN tenant_policies own_rule
                 ON own_rule.tenant = i.tenant AND own_rule.kind = 'api'
         ORDER BY i.user_name_key
        """,
        {"tenant": tenant, "search": search, "after": after, "limit": limit},
        IamUserRow,
    )


def list_own_iam_users(tx: Tx, *, person_id: UUID, limit: int) -> list[IamUserRow]:
    """Of one person, in all domains, by domain. Asked with the scope EVERYONE."""
    return tx.rows(
        """
        SELECT i.id AS iam_user_id, c.id AS credential_id, i.tenant, i.person_id, i.user_name,
               i.user_name_key, i.email, i.mobile, c.hash IS NOT NULL AS api_password_set,
               i.disabled_at,
               EXISTS (SELECT 1 FROM offices o
                        WHERE o.tenant = i.tenant AND o.person_id = i.person_id
                          AND o.office = 'domain_owner') AS is_domain_owner,
               c.failed_at, c.pending_at, c.turned_away, c.locked_until,
               coalesce(own_rule.failure_limit, r.failure_limit) AS failure_limit,
               coalesce(own_rule.window_seconds, r.window_seconds) AS window_seconds,
               coalesce(own_rule.lock_seconds, r.lock_seconds) AS lock_seconds
          FROM iam_users i
          JOIN credentials c ON c.iam_user_id = i.id AND c.kind = 'api'
          JOIN policies r ON r.id = c.policy_id
          LEFT JOIN tenant_policies own_rule
                 ON own_rule.tenant = i.tenant AND own_rule.kind = 'api'
         WHERE i.person_id = %(person_id)s
         ORDER BY i.tenant
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        IamUserRow,
    )


def change_disabled(
    tx: Tx, *, tenant: TenantCode, iam_user_id: UUID, at: datetime, by: UUID | None
) -> None:
    tx.run(
        """
        UPDATE iam_users SET disabled_at = %(at)s, disabled_by = %(by)s
         WHERE tenant = %(tenant)s AND id = %(iam_user_id)s
        """,
        {"tenant": tenant, "iam_user_id": iam_user_id, "at": at, "by": by},
    )


def change_enabled(tx: Tx, *, tenant: TenantCode, iam_user_id: UUID, at: datetime) -> None:
    """The days without a sign-in count from now on."""
    tx.run(
        """
        UPDATE iam_users SET disabled_at = NULL, disabled_by = NULL, enabled_at = %(at)s
         WHERE tenant = %(tenant)s AND id = %(iam_user_id)s
        """,
        {"tenant": tenant, "iam_user_id": iam_user_id, "at": at},
    )


def change_mobile(tx: Tx, *, tenant: TenantCode, person_id: UUID, mobile: str | None) -> None:
    """Of one domain. Conflict("mobile-taken") where another user of it has the number."""
    with tx.unless(constraint="iam_users_mobile_key", error=Conflict("mobile-taken")):
        tx.run(
            """
            UPDATE iam_users SET mobile = %(mobile)s
             WHERE tenant = %(tenant)s AND person_id = %(person_id)s
            """,
            {"tenant": tenant, "person_id": person_id, "mobile": mobile},
        )


def change_own_mobile(tx: Tx, *, person_id: UUID, before: str | None, after: str | None) -> None:
    """In the domains that he has accepted and that knew him by the number before, or by none;
    where another user bears it he is known by none. Asked with the scope EVERYONE."""
    tx.run(
        """
        UPDATE iam_users own
           SET mobile = CASE WHEN EXISTS (SELECT 1 FROM iam_users other
                                           WHERE other.tenant = own.tenant
                                             AND other.mobile = %(after)s::text
                                             AND other.id <> own.id)
                             THEN NULL ELSE %(after)s::text END
          FROM users u
         WHERE own.person_id = %(person_id)s
           AND (own.mobile IS NULL OR own.mobile = %(before)s::text)
           AND u.person_id = own.person_id AND u.tenant = own.tenant
           AND u.accepted_at IS NOT NULL
        """,
        {"person_id": person_id, "before": before, "after": after},
    )


def change_email(tx: Tx, *, person_id: UUID, before_key: str, email: str, email_key: str) -> None:
    """In the domains that knew him by the address before. Asked with the scope EVERYONE."""
    with tx.unless(constraint="iam_users_email_key", error=Conflict("email-taken")):
        tx.run(
            """
            UPDATE iam_users SET email = %(email)s, email_key = %(email_key)s
             WHERE person_id = %(person_id)s AND email_key = %(before_key)s
            """,
            {
                "person_id": person_id,
                "before_key": before_key,
                "email": email,
                "email_key": email_key,
            },
        )
