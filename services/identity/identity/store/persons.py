"""Persons: global, one portal login each. The constraints decide who bears a login or an e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from identity.domain.people import Person
from servicekit.db import Tx
from servicekit.errors import Conflict, NotFound

_LOCK_BOTH_LOGINS = """
    SELECT id
      FROM persons
     WHERE id = ANY (ARRAY(SELECT %(person_id)s::uuid
                            UNION ALL
                           SELECT second_of FROM persons WHERE id = %(person_id)s
                            UNION ALL
                           SELECT id FROM persons WHERE second_of = %(person_id)s))
     ORDER BY id
       FOR NO KEY UPDATE
"""
_SHARE_WHAT_SECOND_BEARS = """
    UPDATE persons SET shares_email = true
     WHERE second_of = %(person_id)s AND email_key = %(email_key)s AND NOT shares_email
"""
_CHANGE_EMAIL = """
    UPDATE persons p
       SET email = %(email)s, email_key = %(email_key)s,
           shares_email = EXISTS (SELECT 1
                                    FROM persons f
                                   WHERE f.id = p.second_of AND f.email_key = %(email_key)s)
     WHERE p.id = %(person_id)s
"""
_LEAVE_TO_SECOND = """
    UPDATE persons SET shares_email = false
     WHERE second_of = %(person_id)s AND shares_email AND email_key <> %(email_key)s
"""


def find_by_email(tx: Tx, *, email_key: str) -> Person | None:
    """Of an address that a second login shares: whose it is."""
    return tx.row(
        """
        SELECT id AS person_id, login, email, given_name, family_name, mobile, language, enabled
          FROM persons
         WHERE email_key = %(email_key)s
         ORDER BY shares_email
         LIMIT 1
        """,
        {"email_key": email_key},
        Person,
    )


def find_person(tx: Tx, *, person_id: UUID) -> Person | None:
    return tx.row(
        """
        SELECT id AS person_id, login, email, given_name, family_name, mobile, language, enabled
          FROM persons
         WHERE id = %(person_id)s
        """,
        {"person_id": person_id},
        Person,
    )


def get_person(tx: Tx, *, person_id: UUID) -> Person:
    person = find_person(tx, person_id=person_id)
    if person is None:
        raise NotFound("person-unknown")
    return person


def find_last_login_number(tx: Tx, *, stem: str) -> int:
    """The highest number given to logins made from this stem; 0 where none was."""
    number: int | None = tx.value(
        "SELECT max(login_number) FROM persons WHERE login_stem = %(stem)s", {"stem": stem}
    )
    return number or 0


def add_person(
    tx: Tx,
    *,
    person: Person,
    login_key: str,
    login_stem: str | None,
    login_number: int | None,
    email_key: str,
    registered_at: datetime,
    second_of: UUID | None = None,
) -> bool:
    """False, and nothing added, where somebody bears the login or the e-mail already.

    ``second_of``: whose second login it is; it shares that person's address.
    """
    added = tx.run(
        """
        INSERT INTO persons (id, login, login_key, login_stem, login_number, email, email_key,
                             given_name, family_name, mobile, language, registered_at, second_of,
                             shares_email)
        VALUES (%(id)s, %(login)s, %(login_key)s, %(login_stem)s, %(login_number)s, %(email)s,
                %(email_key)s, %(given_name)s, %(family_name)s, %(mobile)s, %(language)s,
                %(registered_at)s, %(second_of)s, %(second_of)s::uuid IS NOT NULL)
        ON CONFLICT DO NOTHING
        """,
        {
            "id": person.person_id,
            "login": person.login,
            "login_key": login_key,
            "login_stem": login_stem,
            "login_number": login_number,
            "email": person.email,
            "email_key": email_key,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "mobile": person.mobile,
            "language": person.language.value,
            "registered_at": registered_at,
            "second_of": second_of,
        },
    )
    return added == 1


def get_person_to_change(tx: Tx, *, person_id: UUID) -> Person:
    """Nobody else changes him until the transaction ends."""
    person = tx.row(
        """
        SELECT id AS person_id, login, email, given_name, family_name, mobile, language, enabled
          FROM persons
         WHERE id = %(person_id)s
           FOR NO KEY UPDATE
        """,
        {"person_id": person_id},
        Person,
    )
    if person is None:
        raise NotFound("person-unknown")
    return person


def change_person(tx: Tx, *, person: Person) -> None:
    """Names, mobile number and language; login and e-mail have ways of their own."""
    tx.run(
        """
        UPDATE persons
           SET given_name = %(given_name)s, family_name = %(family_name)s, mobile = %(mobile)s,
               language = %(language)s
         WHERE id = %(person_id)s
        """,
        {
            "person_id": person.person_id,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "mobile": person.mobile,
            "language": person.language.value,
        },
    )


def change_email(tx: Tx, *, person_id: UUID, email: str, email_key: str) -> None:
    """Conflict("email-taken") where it is somebody else's.

    A person and his second login may bear one address; nobody else that of either. What one of
    them leaves, the other has alone.
    """
    changed = {"person_id": person_id, "email": email, "email_key": email_key}
    with tx.unless(constraint="persons_email_key", error=Conflict("email-taken")):
        tx.run(_LOCK_BOTH_LOGINS, changed)
        tx.run(_SHARE_WHAT_SECOND_BEARS, changed)
        tx.run(_CHANGE_EMAIL, changed)
        tx.run(_LEAVE_TO_SECOND, changed)


def list_tenants(tx: Tx, *, person_id: UUID, limit: int) -> list[TenantCode]:
    """Where the person is a user and has accepted it, by code."""
    found = tx.rows(
        """
        SELECT tenant
          FROM users
         WHERE person_id = %(person_id)s AND accepted_at IS NOT NULL
         ORDER BY tenant
         LIMIT %(limit)s
        """,
        {"person_id": person_id, "limit": limit},
        dict,
    )
    return [TenantCode(row["tenant"]) for row in found]


@dataclass(frozen=True, slots=True)
class SecondLogin:
    person_id: UUID
    second_of: UUID
    enabled: bool


def find_second_login(tx: Tx, *, of: UUID) -> SecondLogin | None:
    return tx.row(
        """
        SELECT id AS person_id, second_of, enabled
          FROM persons
         WHERE second_of = %(of)s
        """,
        {"of": of},
        SecondLogin,
    )


def find_second_login_to_change(tx: Tx, *, of: UUID) -> SecondLogin | None:
    """Nobody else opens or closes it until the transaction ends."""
    return tx.row(
        """
        SELECT id AS person_id, second_of, enabled
          FROM persons
         WHERE second_of = %(of)s
           FOR NO KEY UPDATE
        """,
        {"of": of},
        SecondLogin,
    )
