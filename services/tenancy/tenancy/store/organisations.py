from __future__ import annotations

from datetime import datetime
from uuid import UUID

from servicekit.db import Tx
from servicekit.errors import NotFound
from tenancy.domain.organisations import Organisation

_GET = """
    SELECT organisation_id, name
      FROM organisations
     WHERE organisation_id = %(organisation_id)s
"""
_ADD = """
    INSERT INTO organisations (organisation_id, name, created_at)
    VALUES (%(organisation_id)s, %(name)s, %(at)s)
"""


def get_organisation(tx: Tx, *, organisation_id: UUID) -> Organisation:
    found = tx.row(_GET, {"organisation_id": organisation_id}, Organisation)
    if found is None:
        raise NotFound("organisation-unknown")
    return found


def add_organisation(tx: Tx, *, organisation: Organisation, at: datetime) -> None:
    tx.run(
        _ADD,
        {
            "organisation_id": organisation.organisation_id,
            "name": organisation.name,
            "at": at,
        },
    )
