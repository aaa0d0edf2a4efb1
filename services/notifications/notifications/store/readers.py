"""Read copies of people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from notifications.domain.readers import Reader
from servicekit.db import Tx

# The newer fact stays, in whatever order they are heard.
_CHANGE = """
INSERT INTO readers (person_id, login, email, given_name, family_name, language, as_of)
VALUES
    (%(person_id)s, %(login)s, %(email)s, %(given_name)s, %(family_name)s, %(language)s,
     %(as_of)s)
ON CONFLICT (person_id) DO UPDATE
SET login = excluded.login, email = excluded.email, given_name = excluded.given_name,
    family_name = excluded.family_name, language = excluded.language, as_of = excluded.as_of
WHERE readers.as_of < excluded.as_of AND NOT readers.erased
"""
_ERASE = """
INSERT INTO readers (person_id, login, email, given_name, family_name, language, as_of, erased)
VALUES
    (%(person_id)s, %(pseudonym)s, %(email)s, 'erased', %(pseudonym)s, 'fr', %(as_of)s, true)
ON CONFLICT (person_id) DO UPDATE
SET login = excluded.login, email = excluded.email, given_name = excluded.given_name,
    family_name = excluded.family_name, as_of = excluded.as_of, erased = true
"""
_FIND = """
SELECT person_id, login, email, given_name, family_name, language, erased
FROM readers
WHERE person_id = %(person_id)s
"""


def change_reader(tx: Tx, *, reader: Reader, as_of: datetime) -> None:
    """Add the reader, or take over what a newer fact says of him."""
    tx.run(
        _CHANGE,
        {
            "person_id": reader.person_id,
            "login": reader.login,
            "email": reader.email,
            "given_name": reader.given_name,
            "family_name": reader.family_name,
            "language": reader.language,
            "as_of": as_of,
        },
    )


def find_reader(tx: Tx, *, person_id: UUID) -> Reader | None:
    return tx.row(_FIND, {"person_id": person_id}, Reader)


def change_to_erased(
    tx: Tx, *, person_id: UUID, pseudonym: str, email: str, as_of: datetime
) -> None:
    """Whatever fact about him still comes, he stays nobody."""
    tx.run(
        _ERASE,
        {"person_id": person_id, "pseudonym": pseudonym, "email": email, "as_of": as_of},
    )
