from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.codes import TenantCode
from servicekit.db import Tx
from subscriptions.domain.subscriptions import Termination

_LIST = """
    SELECT subscription_id, termination_id, quantity, requested_by, requested_at, effective_on,
           done_at IS NOT NULL AS done
      FROM terminations
     WHERE tenant = %(tenant)s AND subscription_id = ANY(%(subscription_ids)s)
     ORDER BY subscription_id, termination_id
"""
_ADD = """
    INSERT INTO terminations (tenant, termination_id, subscription_id, quantity, requested_by,
                              requested_at, effective_on)
    VALUES (%(tenant)s, %(termination_id)s, %(subscription_id)s, %(quantity)s, %(requested_by)s,
            %(requested_at)s, %(effective_on)s)
"""
_CHANGE_DONE = """
    UPDATE terminations
       SET done_at = %(done_at)s
     WHERE tenant = %(tenant)s AND termination_id = %(termination_id)s
"""


@dataclass(frozen=True, slots=True)
class _Row:
    subscription_id: UUID
    termination_id: UUID
    quantity: int
    requested_by: str
    requested_at: datetime
    effective_on: date
    done: bool

    def termination(self) -> Termination:
        return Termination(
            termination_id=self.termination_id,
            quantity=self.quantity,
            requested_by=self.requested_by,
            requested_at=self.requested_at,
            effective_on=self.effective_on,
            done=self.done,
        )


def list_terminations(
    tx: Tx, *, tenant: TenantCode, subscription_ids: Sequence[UUID]
) -> list[tuple[UUID, Termination]]:
    """Those of several subscriptions, each with its subscription's id, oldest first."""
    params = {"tenant": tenant, "subscription_ids": list(subscription_ids)}
    return [(row.subscription_id, row.termination()) for row in tx.rows(_LIST, params, _Row)]


def add_termination(
    tx: Tx, *, tenant: TenantCode, subscription_id: UUID, termination: Termination
) -> None:
    tx.run(
        _ADD,
        {
            "tenant": tenant,
            "termination_id": termination.termination_id,
            "subscription_id": subscription_id,
            "quantity": termination.quantity,
            "requested_by": termination.requested_by,
            "requested_at": termination.requested_at,
            "effective_on": termination.effective_on,
        },
    )


def change_to_done(tx: Tx, *, tenant: TenantCode, termination_id: UUID, done_at: datetime) -> None:
    tx.run(
        _CHANGE_DONE,
        {"tenant": tenant, "termination_id": termination_id, "done_at": done_at},
    )
