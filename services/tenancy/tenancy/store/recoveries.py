"""Recoveries of offices: one open for an office, by the table's key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.codes import Office, TenantCode
from contracts.tenancy import HandoverEnd, OfficeRecoveryState
from servicekit.db import Tx
from servicekit.errors import Conflict, NotFound
from tenancy.domain.people import email_key
from tenancy.domain.recoveries import Recovery, RecoveryRow

_ADD = """
    INSERT INTO office_recoveries (recovery_id, tenant, office, state, from_person_id, email,
                                   email_key, given_name, family_name, language, mobile,
                                   drop_rights, evidence, reason, proposed_by, proposed_at,
                                   expires_at)
    VALUES (%(recovery_id)s, %(tenant)s, %(office)s, %(state)s, %(from_person_id)s, %(email)s,
            %(email_key)s, %(given_name)s, %(family_name)s, %(language)s, %(mobile)s,
            %(drop_rights)s, %(evidence)s, %(reason)s, %(proposed_by)s, %(proposed_at)s,
            %(expires_at)s)
"""
_LOCK = """
    SELECT recovery_id, tenant, office, state, from_person_id, email, given_name, family_name,
           language, mobile, drop_rights, evidence, reason, proposed_by, proposed_at, expires_at,
           decided_by, decided_at, takes_effect_at, ended_at, ended_why
      FROM office_recoveries
     WHERE recovery_id = %(recovery_id)s AND tenant = %(tenant)s
       FOR UPDATE
"""
_FIND_OPEN = """
    SELECT recovery_id
      FROM office_recoveries
     WHERE tenant = %(tenant)s AND office = %(office)s
       AND state IN ('proposed', 'approved', 'settling')
"""
# Who decided first stays named whatever happens to it afterwards.
_CHANGE_STATE = """
    UPDATE office_recoveries
       SET state = %(state)s,
           decided_by = coalesce(%(decided_by)s, decided_by),
           decided_at = coalesce(%(decided_at)s, decided_at),
           takes_effect_at = coalesce(%(takes_effect_at)s, takes_effect_at),
           ended_at = %(ended_at)s, ended_why = %(ended_why)s
     WHERE recovery_id = %(recovery_id)s AND tenant = %(tenant)s
"""
_CHANGE_DONE = """
    UPDATE office_recoveries
       SET to_person_id = %(to_person_id)s, rights_dropped = %(rights_dropped)s
     WHERE recovery_id = %(recovery_id)s AND tenant = %(tenant)s
"""
_SHEETS = """
    SELECT r.recovery_id, r.tenant, r.office, r.state, r.from_person_id, r.email, r.given_name,
           r.family_name, r.language, r.mobile, r.drop_rights, r.evidence, r.reason,
           r.proposed_by, r.proposed_at, r.expires_at, r.decided_by, r.decided_at,
           r.takes_effect_at, r.ended_at, r.ended_why, c.name AS contract_name,
           h.login AS holder_login, h.given_name AS holder_given_name,
           h.family_name AS holder_family_name,
           a.given_name || ' ' || a.family_name AS proposed_by_name,
           b.given_name || ' ' || b.family_name AS decided_by_name
      FROM office_recoveries r
      JOIN contracts c ON c.tenant = r.tenant
      LEFT JOIN people h ON h.person_id = r.from_person_id
      LEFT JOIN people a ON a.person_id = r.proposed_by
      LEFT JOIN people b ON b.person_id = r.decided_by
"""
_GET = _SHEETS + "WHERE r.recovery_id = %(recovery_id)s AND r.tenant = %(tenant)s"
_LIST = _SHEETS + "WHERE r.recovery_id = ANY(%(recovery_ids)s) ORDER BY r.recovery_id DESC"
_LIST_OPEN_IDS = """
    SELECT recovery_id
      FROM office_recoveries
     WHERE state IN ('proposed', 'approved', 'settling')
       AND (%(before)s::uuid IS NULL OR recovery_id < %(before)s::uuid)
     ORDER BY recovery_id DESC
     LIMIT %(limit)s
"""
_LIST_ALL_IDS = """
    SELECT recovery_id
      FROM office_recoveries
     WHERE %(before)s::uuid IS NULL OR recovery_id < %(before)s::uuid
     ORDER BY recovery_id DESC
     LIMIT %(limit)s
"""
_LIST_OPEN_IDS_FROM = """
    SELECT recovery_id
      FROM office_recoveries
     WHERE from_person_id = %(person_id)s AND state IN ('proposed', 'approved', 'settling')
     ORDER BY recovery_id DESC
     LIMIT %(limit)s
"""
# Also of one that came to nothing, by the address that it named.
_ERASE = """
    UPDATE office_recoveries
       SET email = %(email)s, email_key = %(email)s, given_name = 'erased',
           family_name = %(pseudonym)s, mobile = NULL, evidence = '', reason = '-'
     WHERE to_person_id = %(person_id)s OR email_key = %(email_key)s
"""


def add_recovery(tx: Tx, *, recovery: RecoveryRow) -> None:
    """Raises Conflict("office-recovery-open") where one is open for that office."""
    error = Conflict("office-recovery-open")
    with tx.unless(constraint="office_recoveries_open_key", error=error):
        tx.run(
            _ADD,
            {
                "recovery_id": recovery.recovery_id,
                "tenant": recovery.tenant,
                "office": recovery.office,
                "state": recovery.state,
                "from_person_id": recovery.from_person_id,
                "email": recovery.email,
                "email_key": email_key(recovery.email),
                "given_name": recovery.given_name,
                "family_name": recovery.family_name,
                "language": recovery.language,
                "mobile": recovery.mobile,
                "drop_rights": recovery.drop_rights,
                "evidence": recovery.evidence,
                "reason": recovery.reason,
                "proposed_by": recovery.proposed_by,
                "proposed_at": recovery.proposed_at,
                "expires_at": recovery.expires_at,
            },
        )


def find_recovery_to_decide(tx: Tx, *, tenant: TenantCode, recovery_id: UUID) -> RecoveryRow | None:
    """Nobody else decides it until the transaction ends."""
    return tx.row(_LOCK, {"tenant": tenant, "recovery_id": recovery_id}, RecoveryRow)


def get_recovery_to_decide(tx: Tx, *, tenant: TenantCode, recovery_id: UUID) -> RecoveryRow:
    found = find_recovery_to_decide(tx, tenant=tenant, recovery_id=recovery_id)
    if found is None:
        raise NotFound("office-recovery-unknown")
    return found


def find_open(tx: Tx, *, tenant: TenantCode, office: Office) -> UUID | None:
    found: UUID | None = tx.value(_FIND_OPEN, {"tenant": tenant, "office": office})
    return found


def change_state(
    tx: Tx,
    *,
    recovery: RecoveryRow,
    state: OfficeRecoveryState,
    decided_by: UUID | None = None,
    decided_at: datetime | None = None,
    takes_effect_at: datetime | None = None,
    ended_at: datetime | None = None,
    ended_why: HandoverEnd | None = None,
) -> None:
    tx.run(
        _CHANGE_STATE,
        {
            "recovery_id": recovery.recovery_id,
            "tenant": recovery.tenant,
            "state": state,
            "decided_by": decided_by,
            "decided_at": decided_at,
            "takes_effect_at": takes_effect_at,
            "ended_at": ended_at,
            "ended_why": ended_why,
        },
    )


def change_done(tx: Tx, *, recovery: RecoveryRow, to_person_id: UUID, rights_dropped: bool) -> None:
    """Who the person is that it was for, from now on."""
    tx.run(
        _CHANGE_DONE,
        {
            "recovery_id": recovery.recovery_id,
            "tenant": recovery.tenant,
            "to_person_id": to_person_id,
            "rights_dropped": rights_dropped,
        },
    )


def get_recovery(tx: Tx, *, tenant: TenantCode, recovery_id: UUID) -> Recovery:
    found = tx.row(_GET, {"tenant": tenant, "recovery_id": recovery_id}, Recovery)
    if found is None:
        raise NotFound("office-recovery-unknown")
    return found


def list_ids(tx: Tx, *, open: bool, before: UUID | None, limit: int) -> list[UUID]:
    """Newest first, with the scope EVERYONE."""
    sql = _LIST_OPEN_IDS if open else _LIST_ALL_IDS
    rows = tx.rows(sql, {"before": before, "limit": limit}, dict)
    return [row["recovery_id"] for row in rows]


def list_open_ids_from(tx: Tx, *, person_id: UUID, limit: int) -> list[UUID]:
    """Of offices that he held when they were proposed; with the scope EVERYONE."""
    rows = tx.rows(_LIST_OPEN_IDS_FROM, {"person_id": person_id, "limit": limit}, dict)
    return [row["recovery_id"] for row in rows]


def list_recoveries(tx: Tx, *, recovery_ids: Sequence[UUID]) -> list[Recovery]:
    return tx.rows(_LIST, {"recovery_ids": list(recovery_ids)}, Recovery)


def change_to_erased(
    tx: Tx, *, person_id: UUID, email_key: str | None, pseudonym: str, email: str
) -> None:
    """What was written of somebody who was to have an office goes; with the scope EVERYONE.
    ``email_key``: of his present address."""
    tx.run(
        _ERASE,
        {"person_id": person_id, "email_key": email_key, "pseudonym": pseudonym, "email": email},
    )
