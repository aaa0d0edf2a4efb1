"""Somebody has his data erased, in a week; until then he may keep it after all."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.identity import ErasureCancelled, ErasureRequested, ErasureState
from identity.actions.callers import person_of
from identity.actions.close_login import record
from identity.domain.erasure import GRACE, NO_ERASURE, Erasure, check_free, hindrances
from identity.store import erasures, person_files, persons, staff
from identity.store.erasures import ErasureRow
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound
from servicekit.ids import new_id

ERASE = "person.erase"
MOST_HINDRANCES = 200


def get_erasure(*, db: Database, context: Context) -> Erasure:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return _erasure_of(tx, person_id=person_of(context))


def request_erasure(*, db: Database, context: Context, now: datetime) -> Erasure:
    """Raises Conflict that names what must be handed over first, and where."""
    person_id = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        person_files.get_row_to_change(tx, person_id=person_id)
        check_may_be_erased(tx, person_id=person_id)
        start_erasure(tx, person_id=person_id, by_staff=False, now=now)
        return tx.answer(_erasure_of(tx, person_id=person_id))


def cancel_erasure(*, db: Database, context: Context, now: datetime) -> Erasure:
    """Also one that staff had decided: whoever can sign in and cancel it has not asked for it."""
    person_id = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        cancelled = erasures.change_ended(
            tx, person_id=person_id, state=ErasureState.CANCELLED, at=now
        )
        if not cancelled:
            raise NotFound("erasure-unknown")
        tx.unschedule(ERASE, str(person_id))
        record(tx, "person:erasure:cancelled", person_id=person_id, now=now)
        tx.emit(ErasureCancelled, at=now, person_id=person_id, cancelled_at=now)
        return tx.answer(_erasure_of(tx, person_id=person_id))


def check_may_be_erased(tx: Tx, *, person_id: UUID) -> None:
    check_free(hindrances_of(tx, person_id=person_id))


def hindrances_of(tx: Tx, *, person_id: UUID) -> tuple[str, ...]:
    second = persons.find_second_login(tx, of=person_id)
    return hindrances(
        staff=staff.list_roles(tx, person_id=person_id),
        ties=erasures.list_ties(tx, person_id=person_id, limit=MOST_HINDRANCES - 1),
        second_login=second is not None and second.enabled,
    )


def start_erasure(tx: Tx, *, person_id: UUID, by_staff: bool, now: datetime) -> None:
    due_at = now + GRACE
    erasures.add_erasure(
        tx,
        erasure=ErasureRow(
            erasure_id=new_id(),
            person_id=person_id,
            state=ErasureState.REQUESTED,
            by_staff=by_staff,
            requested_at=now,
            due_at=due_at,
        ),
    )
    tx.schedule(ERASE, due_at=due_at, key=str(person_id), payload={"person_id": str(person_id)})
    record(tx, "person:erasure:requested", person_id=person_id, now=now, by_staff=by_staff)
    tx.emit(
        ErasureRequested,
        at=now,
        person_id=person_id,
        due_at=due_at,
        by_staff=by_staff,
        email=persons.get_person(tx, person_id=person_id).email,
    )


def stop_own_erasure(tx: Tx, *, person_id: UUID, now: datetime) -> None:
    """One that was asked for in his name, where it was not he. What staff decided stays."""
    last = erasures.find_last(tx, person_id=person_id)
    if last is None or last.by_staff or last.state is not ErasureState.REQUESTED:
        return
    tx.unschedule(ERASE, str(person_id))  # first: in the order of who carries it out
    if erasures.change_ended(tx, person_id=person_id, state=ErasureState.CANCELLED, at=now):
        record(tx, "person:erasure:cancelled", person_id=person_id, now=now)
        tx.emit(ErasureCancelled, at=now, person_id=person_id, cancelled_at=now)


def _erasure_of(tx: Tx, *, person_id: UUID) -> Erasure:
    last = erasures.find_last(tx, person_id=person_id)
    against = hindrances_of(tx, person_id=person_id)
    if last is None:
        return Erasure(NO_ERASURE.state, None, None, by_staff=False, hindrances=against)
    return Erasure(last.state, last.requested_at, last.due_at, last.by_staff, against)
