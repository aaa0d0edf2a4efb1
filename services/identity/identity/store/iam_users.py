"""IAM users of a domain, each with the state of its API credential's lock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from identity.domain.people import IamUserRow, Person
from servicekit.db import Tx
from servicekit.errors import NotFound


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
               EXISTS (SELECT 1 FROM offices o
                        WHERE o.tenant = i.tenant AND o.person_id = i.person_id
                          AND o.office = 'domain_owner') AS is_domain_owner,
               c.failed_at, c.pending_at, c.turned_away, c.locked_until,
               r.failure_limit, r.window_seconds, r.lock_seconds
          FROM iam_users i
          JOIN credentials c ON c.iam_user_id = i.id AND c.kind = 'api'
          JOIN policies r ON r.id = c.policy_id
         WHERE i.tenant = %(tenant)s AND i.id = %(iam_user_id)s
           FOR NO KEY UPDATE OF c
        """,
        {"tenant": tenant, "iam_user_id": iam_user_id},
        IamUserRow,
    )
    if found is None:
        raise NotFound("iam-user-unknown")
    return found


def find_domain_of_own(tx: Tx, *, person_id: UUID, iam_user_id: UUID) -> TenantCode | None:
    """The domain of this person's IAM user. Asked with the scope EVERYONE."""
    found = tx.value(
        "SELECT tenant FROM iam_users WHERE id = %(iam_user_id)s AND person_id = %(person_id)s",
        {"iam_user_id": iam_user_id, "person_id": person_id},
    )
    return None if found is None else TenantCode(found)


def list_iam_users(
    tx: Tx, *, tenant: TenantCode, after: str | None, limit: int
) -> list[IamUserRow]:
    """Of one domain, by user name."""
    return tx.rows(
        """
        SELECT i.id AS iam_user_id, c.id AS credential_id, i.tenant, i.person_id, i.user_name,
               i.user_name_key, i.email, i.mobile, c.hash IS NOT NULL AS api_password_set,
               EXISTS (SELECT 1 FROM offices o
                        WHERE o.tenant = i.tenant AND o.person_id = i.person_id
                          AND o.office = 'domain_owner') AS is_domain_owner,
               c.failed_at, c.pending_at, c.turned_away, c.locked_until,
               r.failure_limit, r.window_seconds, r.lock_seconds
          FROM (SELECT id, tenant, person_id, user_name, user_name_key, email, mobile
                  FROM iam_users
                 WHERE tenant = %(tenant)s
                   AND (%(after)s::text IS NULL OR user_name_key > %(after)s::text)
                 ORDER BY user_name_key
                 LIMIT %(limit)s) AS i
          JOIN credentials c ON c.iam_user_id = i.id AND c.kind = 'api'
          JOIN policies r ON r.id = c.policy_id
         ORDER BY i.user_name_key
        """,
        {"tenant": tenant, "after": after, "limit": limit},
        IamUserRow,
    )


def list_own_iam_users(tx: Tx, *, person_id: UUID, limit: int) -> list[IamUserRow]:
    """Of one person, in all domains, by domain. Asked with the scope EVERYONE."""
    return tx.rows(
        """
        SELECT i.id AS iam_user_id, c.id AS credential_id, i.tenant, i.person_id, i.user_name,
               i.user_name_key, i.email, i.mobile, c.hash IS NOT NULL AS api_password_set,
               EXISTS (SELECT 1 FROM offices o
                        WHERE o.tenant = i.tenant AND o.person_id = i.person_id
                          AND o.office = 'domain_owner') AS is_domain_owner,
               c.failed_at, c.pending_at, c.turned_away, c.locked_until,
               r.failure_limit, r.window_seconds, r.lock_seconds
          FROM iam_users i
          JOIN credentials c ON c.iam_user_id = i.id AND c.kind = 'api'
          JOIN policies r ON r.id = c.policy_id
         WHERE i.person_id = %(person_id)s
         ORDER BY i.tenant
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        IamUserRow,
    )
