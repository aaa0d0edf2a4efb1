"""Handovers: one open for an office, by the table's key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.codes import Office, TenantCode
from contracts.tenancy import HandoverEnd, HandoverState
from servicekit.db import Tx
from servicekit.errors import Conflict, NotFound
from tenancy.domain.handovers import Handover, HandoverRow, OwnHandover

_ADD = """
    INSERT INTO handovers (handover_id, tenant, office, state, from_person_id, to_person_id,
                           drop_rights, offered_at, expires_at)
    VALUES (%(handover_id)s, %(tenant)s, %(office)s, %(state)s, %(from_person_id)s,
            %(to_person_id)s, %(drop_rights)s, %(offered_at)s, %(expires_at)s)
"""
_LOCK = """
    SELECT handover_id, tenant, office, state, from_person_id, to_person_id, drop_rights,
           offered_at, expires_at, accepted_at, takes_effect_at, ended_at, ended_why,
           rights_dropped
      FROM handovers
     WHERE handover_id = %(handover_id)s AND tenant = %(tenant)s
       FOR UPDATE
"""
_FIND_OPEN = """
    SELECT handover_id
      FROM handovers
     WHERE tenant = %(tenant)s AND office = %(office)s
       AND state IN ('offered', 'accepted', 'settling')
"""
# Who has accepted keeps that he has; what ended it, and when, comes with the end.
_CHANGE_STATE = """
    UPDATE handovers
       SET state = %(state)s,
           accepted_at = coalesce(%(accepted_at)s, accepted_at),
           takes_effect_at = coalesce(%(takes_effect_at)s, takes_effect_at),
           ended_at = %(ended_at)s, ended_why = %(ended_why)s,
           rights_dropped = %(rights_dropped)s
     WHERE handover_id = %(handover_id)s AND tenant = %(tenant)s
"""
_SHEETS = """
    SELECT h.handover_id, h.tenant, h.office, h.state, h.from_person_id, h.to_person_id,
           h.drop_rights, h.offered_at, h.expires_at, h.accepted_at, h.takes_effect_at, h.ended_at,
           h.ended_why, h.rights_dropped, c.name AS contract_name, a.login AS holder_login,
           a.given_name AS holder_given_name, a.family_name AS holder_family_name,
           b.login AS successor_login, b.given_name AS successor_given_name,
           b.family_name AS successor_family_name
      FROM handovers h
      JOIN contracts c ON c.tenant = h.tenant
      LEFT JOIN people a ON a.person_id = h.from_person_id
      LEFT JOIN people b ON b.person_id = h.to_person_id
"""
_GET = _SHEETS + "WHERE h.handover_id = %(handover_id)s AND h.tenant = %(tenant)s"
_LIST = _SHEETS + "WHERE h.handover_id = ANY(%(handover_ids)s) ORDER BY h.handover_id DESC"
_LIST_IDS = """
    SELECT handover_id
      FROM handovers
     WHERE tenant = %(tenant)s
       AND (%(before)s::uuid IS NULL OR handover_id < %(before)s::uuid)
     ORDER BY handover_id DESC
     LIMIT %(limit)s
"""
# Two look-ups by index: one condition with OR would be a walk over all that is open.
_LIST_OPEN_OF_PERSON = """
    SELECT handover_id, tenant
      FROM handovers
     WHERE from_person_id = %(person_id)s AND state IN ('offered', 'accepted', 'settling')
    UNION
    SELECT handover_id, tenant
      FROM handovers
     WHERE to_person_id = %(person_id)s AND state IN ('offered', 'accepted', 'settling')
     ORDER BY handover_id DESC
     LIMIT %(limit)s
"""
_LIST_OF_PERSON = """
    SELECT tenant, office, state, true AS as_holder, offered_at, accepted_at, ended_at
      FROM handovers
     WHERE from_person_id = %(person_id)s
    UNION ALL
    SELECT tenant, office, state, false AS as_holder, offered_at, accepted_at, ended_at
      FROM handovers
     WHERE to_person_id = %(person_id)s
     ORDER BY offered_at DESC
     LIMIT %(limit)s
"""
_LIST_OPEN_TO_USER = """
    SELECT handover_id
      FROM handovers
     WHERE to_person_id = %(person_id)s AND tenant = %(tenant)s
       AND state IN ('offered', 'accepted', 'settling')
"""


def add_handover(tx: Tx, *, handover: HandoverRow) -> None:
    """Raises Conflict("handover-open") where one is open for that office."""
    with tx.unless(constraint="handovers_open_key", error=Conflict("handover-open")):
        tx.run(
            _ADD,
            {
                "handover_id": handover.handover_id,
                "tenant": handover.tenant,
                "office": handover.office,
                "state": handover.state,
                "from_person_id": handover.from_person_id,
                "to_person_id": handover.to_person_id,
                "drop_rights": handover.drop_rights,
                "offered_at": handover.offered_at,
                "expires_at": handover.expires_at,
            },
        )


def find_handover_to_change(tx: Tx, *, tenant: TenantCode, handover_id: UUID) -> HandoverRow | None:
    """Nobody else changes it until the transaction ends."""
    return tx.row(_LOCK, {"tenant": tenant, "handover_id": handover_id}, HandoverRow)


def get_handover_to_change(tx: Tx, *, tenant: TenantCode, handover_id: UUID) -> HandoverRow:
    found = find_handover_to_change(tx, tenant=tenant, handover_id=handover_id)
    if found is None:
        raise NotFound("handover-unknown")
    return found


def find_open(tx: Tx, *, tenant: TenantCode, office: Office) -> UUID | None:
    found: UUID | None = tx.value(_FIND_OPEN, {"tenant": tenant, "office": office})
    return found


def change_state(
    tx: Tx,
    *,
    handover: HandoverRow,
    state: HandoverState,
    accepted_at: datetime | None = None,
    takes_effect_at: datetime | None = None,
    ended_at: datetime | None = None,
    ended_why: HandoverEnd | None = None,
    rights_dropped: bool | None = None,
) -> None:
    tx.run(
        _CHANGE_STATE,
        {
            "handover_id": handover.handover_id,
            "tenant": handover.tenant,
            "state": state,
            "accepted_at": accepted_at,
            "takes_effect_at": takes_effect_at,
            "ended_at": ended_at,
            "ended_why": ended_why,
            "rights_dropped": rights_dropped,
        },
    )


def get_handover(tx: Tx, *, tenant: TenantCode, handover_id: UUID) -> Handover:
    found = tx.row(_GET, {"tenant": tenant, "handover_id": handover_id}, Handover)
    if found is None:
        raise NotFound("handover-unknown")
    return found


def list_ids(tx: Tx, *, tenant: TenantCode, before: UUID | None, limit: int) -> list[UUID]:
    """Newest first: ids are made in the order of time."""
    asked = {"tenant": tenant, "before": before, "limit": limit}
    return [row["handover_id"] for row in tx.rows(_LIST_IDS, asked, dict)]


def list_handovers(tx: Tx, *, handover_ids: Sequence[UUID]) -> list[Handover]:
    return tx.rows(_LIST, {"handover_ids": list(handover_ids)}, Handover)


def list_open_of_person(tx: Tx, *, person_id: UUID, limit: int) -> list[tuple[UUID, TenantCode]]:
    """Those he offered and those offered to him; with the scope EVERYONE."""
    rows = tx.rows(_LIST_OPEN_OF_PERSON, {"person_id": person_id, "limit": limit}, dict)
    return [(row["handover_id"], TenantCode(row["tenant"])) for row in rows]


def list_handovers_of(tx: Tx, *, person_id: UUID, limit: int) -> list[OwnHandover]:
    """In all tenants, newest first; with the scope EVERYONE."""
    return tx.rows(_LIST_OF_PERSON, {"person_id": person_id, "limit": limit}, OwnHandover)


def list_open_to_user(tx: Tx, *, tenant: TenantCode, person_id: UUID) -> list[UUID]:
    rows = tx.rows(_LIST_OPEN_TO_USER, {"tenant": tenant, "person_id": person_id}, dict)
    return [row["handover_id"] for row in rows]
