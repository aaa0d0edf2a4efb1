"""Read copies of people and of users: the newer fact stays, in whatever order they are heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.db import Tx
from tenancy.domain.users import Party, User

_CHANGE_NAMES = """
    INSERT INTO people (person_id, login, email, email_key, given_name, family_name, named_as_of)
    VALUES (%(person_id)s, %(login)s, %(email)s, %(email_key)s, %(given_name)s, %(family_name)s,
            %(as_of)s)
    ON CONFLICT (person_id) DO UPDATE
    SET login = excluded.login, email = excluded.email, email_key = excluded.email_key,
        given_name = excluded.given_name, family_name = excluded.family_name,
        named_as_of = excluded.named_as_of
    WHERE NOT people.erased
      AND (people.named_as_of IS NULL OR people.named_as_of <= excluded.named_as_of)
"""
_CHANGE_CLOSED = """
    INSERT INTO people (person_id, closed, closed_as_of)
    VALUES (%(person_id)s, %(closed)s, %(as_of)s)
    ON CONFLICT (person_id) DO UPDATE
    SET closed = excluded.closed, closed_as_of = excluded.closed_as_of
    WHERE NOT people.erased
      AND (people.closed_as_of IS NULL OR people.closed_as_of <= excluded.closed_as_of)
"""
_ERASE = """
    INSERT INTO people (person_id, closed, erased)
    VALUES (%(person_id)s, true, true)
    ON CONFLICT (person_id) DO UPDATE
    SET login = NULL, email = NULL, email_key = NULL, given_name = NULL, family_name = NULL,
        closed = true, erased = true
"""
_FIND_PARTY = """
    SELECT person_id, login, given_name, family_name FROM people WHERE person_id = %(person_id)s
"""
_FIND_EMAIL_KEY = "SELECT email_key FROM people WHERE person_id = %(person_id)s"
_CHANGE_JOINED = """
    INSERT INTO users (tenant, person_id, joined, accepted, joined_as_of)
    VALUES (%(tenant)s, %(person_id)s, %(joined)s, %(accepted)s, %(as_of)s)
    ON CONFLICT ON CONSTRAINT users_pkey DO UPDATE
    SET joined = excluded.joined, accepted = excluded.accepted,
        joined_as_of = excluded.joined_as_of
    WHERE users.joined_as_of <= excluded.joined_as_of
"""
_CHANGE_DISABLED = """
    INSERT INTO users (tenant, person_id, joined, accepted, joined_as_of, disabled, disabled_as_of)
    VALUES (%(tenant)s, %(person_id)s, true, %(accepted)s, %(as_of)s, %(disabled)s, %(as_of)s)
    ON CONFLICT ON CONSTRAINT users_pkey DO UPDATE
    SET disabled = excluded.disabled, disabled_as_of = excluded.disabled_as_of
    WHERE users.disabled_as_of IS NULL OR users.disabled_as_of <= excluded.disabled_as_of
"""
# Whoever left and came back is not disabled by what was done to him before.
_FIND_USER = """
    SELECT u.tenant, u.person_id, u.accepted,
           u.disabled AND u.disabled_as_of >= u.joined_as_of AS disabled,
           coalesce(p.closed, false) AS closed,
           EXISTS (SELECT 1 FROM multi_tenant_managements m
                    WHERE m.person_id = u.person_id AND m.ended_at IS NULL) AS second_login
      FROM users u
      LEFT JOIN people p ON p.person_id = u.person_id
     WHERE u.tenant = %(tenant)s AND u.person_id = %(person_id)s AND u.joined
"""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """As identity tells of him."""

    person_id: UUID
    login: str
    email: str
    email_key: str
    given_name: str
    family_name: str


def change_names(tx: Tx, *, person: KnownPerson, as_of: datetime) -> None:
    tx.run(
        _CHANGE_NAMES,
        {
            "person_id": person.person_id,
            "login": person.login,
            "email": person.email,
            "email_key": person.email_key,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "as_of": as_of,
        },
    )


def change_closed(tx: Tx, *, person_id: UUID, closed: bool, as_of: datetime) -> None:
    tx.run(_CHANGE_CLOSED, {"person_id": person_id, "closed": closed, "as_of": as_of})


def change_to_erased(tx: Tx, *, person_id: UUID) -> None:
    """Whatever fact about him still comes, he stays nobody."""
    tx.run(_ERASE, {"person_id": person_id})


def find_party(tx: Tx, *, person_id: UUID) -> Party | None:
    return tx.row(_FIND_PARTY, {"person_id": person_id}, Party)


def find_email_key(tx: Tx, *, person_id: UUID) -> str | None:
    found: str | None = tx.value(_FIND_EMAIL_KEY, {"person_id": person_id})
    return found


def change_joined(
    tx: Tx,
    *,
    tenant: TenantCode,
    person_id: UUID,
    joined: bool,
    accepted: bool,
    as_of: datetime,
) -> None:
    """``joined`` False: he is no user of the tenant any more."""
    tx.run(
        _CHANGE_JOINED,
        {
            "tenant": tenant,
            "person_id": person_id,
            "joined": joined,
            "accepted": accepted,
            "as_of": as_of,
        },
    )


def change_disabled(
    tx: Tx,
    *,
    tenant: TenantCode,
    person_id: UUID,
    disabled: bool,
    accepted: bool,
    as_of: datetime,
) -> None:
    tx.run(
        _CHANGE_DISABLED,
        {
            "tenant": tenant,
            "person_id": person_id,
            "disabled": disabled,
            "accepted": accepted,
            "as_of": as_of,
        },
    )


def find_user(tx: Tx, *, tenant: TenantCode, person_id: UUID) -> User | None:
    return tx.row(_FIND_USER, {"tenant": tenant, "person_id": person_id}, User)
