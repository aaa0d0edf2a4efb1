"""The history of sign-ins, of people we know and of names nobody bears (without the name)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from identity.domain.attempts import Method, Outcome
from servicekit.db import Tx


def add_sign_in(
    tx: Tx,
    *,
    sign_in_id: UUID,
    at: datetime,
    method: Method,
    outcome: Outcome,
    person_id: UUID | None,
    iam_user_id: UUID | None,
    address: str | None,
    device: str | None,
) -> None:
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
            "address": address,
            "device": device,
        },
    )
