"""The history of sign-ins, of people we know and of names nobody bears (without the name)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from identity.domain.attempts import Method, Outcome, PasswordAct, Visit
from servicekit.db import Tx
from servicekit.ids import new_id


def add_sign_in(
    tx: Tx,
    *,
    at: datetime,
    method: Method,
    outcome: Outcome | PasswordAct,
    person_id: UUID | None,
    iam_user_id: UUID | None,
    visit: Visit,
) -> UUID:
    """Its id."""
    sign_in_id = new_id()
    tx.run(
        """
        INSERT INTO sign_ins (id, at, method, outcome, person_id, iam_user_id, address, device)
        VALUES (%(id)s, %(at)s, %(method)s, %(outcome)s, %(person_id)s, %(iam_user_id)s,
                %(address)s, %(device)s)
        """,
        {
            "id": sign_in_id,
            "at": at,
            "method": method.value,
            "outcome": outcome.value,
            "person_id": person_id,
            "iam_user_id": iam_user_id,
            "address": visit.address,
            "device": visit.device,
        },
    )
    return sign_in_id
