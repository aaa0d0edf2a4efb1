"""One of staff proposes who is to hold an office whose holder cannot act."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from contracts.codes import Office, TenantCode
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.errors import Conflict
from servicekit.ids import new_id
from tenancy.actions.callers import person_of
from tenancy.actions.telling_of_recoveries import RUN_OUT, record
from tenancy.domain.handovers import check_alive
from tenancy.domain.people import Contact, Holder, email_key
from tenancy.domain.recoveries import (
    OPEN_FOR,
    TRANSITIONS,
    Recovery,
    RecoveryAct,
    RecoveryRow,
    check_not_concerned,
)
from tenancy.store import contracts, people, recoveries


def propose_office_recovery(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    office: Office,
    successor: Contact,
    drop_rights: bool,
    evidence: str,
) -> Recovery:
    """Nothing is told outside staff before another has approved it; the trail shows it at once."""
    actor = person_of(context)
    with db.write(context, tenant=tenant) as tx:
        contract = contracts.get_contract_to_change(tx, tenant=tenant)
        check_alive(contract.status)
        holder = contract.referent if office is Office.REFERENT else contract.domain_owner
        holder_id = _checked(tx, actor=actor, holder=holder, successor=successor)
        recovery = RecoveryRow(
            recovery_id=new_id(),
            tenant=tenant,
            office=office,
            state=TRANSITIONS[None, RecoveryAct.PROPOSE],
            from_person_id=holder_id,
            **asdict(successor),
            drop_rights=drop_rights,
            evidence=evidence,
            reason=context.reason or "-",
            proposed_by=actor,
            proposed_at=now,
            expires_at=now + OPEN_FOR,
        )
        recoveries.add_recovery(tx, recovery=recovery)
        key = str(recovery.recovery_id)
        tx.schedule(RUN_OUT, due_at=recovery.expires_at, key=key, payload={"recovery_id": key})
        record(tx, recovery=recovery, what="proposed", now=now)
        return tx.answer(
            recoveries.get_recovery(tx, tenant=tenant, recovery_id=recovery.recovery_id)
        )


def _checked(tx: Tx, *, actor: UUID, holder: Holder, successor: Contact) -> UUID:
    """The holder, as far as the office may be taken from him for this successor by ``actor``."""
    if holder.person_id is None:
        raise Conflict("holder-not-known")
    if email_key(holder.email) == email_key(successor.email):
        raise Conflict("already-holder")
    check_not_concerned(
        actor=actor,
        actor_email_key=people.find_email_key(tx, person_id=actor),
        holder_id=holder.person_id,
        successor_email=successor.email,
    )
    return holder.person_id
