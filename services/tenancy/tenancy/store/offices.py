from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import Office, TenantCode
from servicekit.db import Tx
from tenancy.domain.people import HeldOffice, Holder

_ADD = """
    INSERT INTO offices (tenant, office, person_id, login, email, given_name, family_name,
                         held_since)
    VALUES (%(tenant)s, %(office)s, %(person_id)s, %(login)s, %(email)s, %(given_name)s,
            %(family_name)s, %(held_since)s)
"""
# A holder who is known stays: an old fact that comes late must not undo a handover.
_CHANGE_PERSON = """
    UPDATE offices
       SET person_id = %(person_id)s, login = %(login)s
     WHERE tenant = %(tenant)s AND office = %(office)s AND person_id IS NULL
"""
# An older handover that is heard late does not undo a newer one.
_CHANGE_HOLDER = """
    UPDATE offices
       SET person_id = %(person_id)s, login = %(login)s, email = %(email)s,
           given_name = %(given_name)s, family_name = %(family_name)s, held_since = %(held_since)s
     WHERE tenant = %(tenant)s AND office = %(office)s AND held_since <= %(held_since)s
"""
_LIST_OF_PERSON = """
    SELECT tenant, office, email, given_name, family_name, held_since
      FROM offices
     WHERE person_id = %(person_id)s
     ORDER BY tenant, office
     LIMIT %(limit)s
"""
_ERASE = """
    UPDATE offices
       SET login = %(pseudonym)s, email = %(email)s, given_name = 'erased',
           family_name = %(pseudonym)s
     WHERE person_id = %(person_id)s
"""


def add_holder(
    tx: Tx, *, tenant: TenantCode, office: Office, holder: Holder, held_since: datetime
) -> None:
    tx.run(_ADD, _values(tenant, office, holder, held_since))


def change_unknown_holder(
    tx: Tx, *, tenant: TenantCode, office: Office, person_id: UUID, login: str
) -> None:
    """Tell who the holder is, where that was not known yet."""
    tx.run(
        _CHANGE_PERSON,
        {"tenant": tenant, "office": office, "person_id": person_id, "login": login},
    )


def change_holder(
    tx: Tx, *, tenant: TenantCode, office: Office, holder: Holder, held_since: datetime
) -> None:
    """In one statement: there is no moment without a holder, nor with two."""
    tx.run(_CHANGE_HOLDER, _values(tenant, office, holder, held_since))


def _values(
    tenant: TenantCode, office: Office, holder: Holder, held_since: datetime
) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "office": office,
        "person_id": holder.person_id,
        "login": holder.login,
        "email": holder.email,
        "given_name": holder.given_name,
        "family_name": holder.family_name,
        "held_since": held_since,
    }


def list_offices_of(tx: Tx, *, person_id: UUID, limit: int) -> list[HeldOffice]:
    """In all contracts, by code. Asked with the scope EVERYONE."""
    return tx.rows(_LIST_OF_PERSON, {"person_id": person_id, "limit": limit}, HeldOffice)


def change_to_erased(tx: Tx, *, person_id: UUID, pseudonym: str, email: str) -> None:
    """With the scope EVERYONE. Identity erases nobody who holds an office: this is for a copy that
    has not heard of a handover yet."""
    tx.run(_ERASE, {"person_id": person_id, "pseudonym": pseudonym, "email": email})
