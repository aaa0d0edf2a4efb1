"""The day has come: what identity holds of a person goes, and a pseudonym stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import ErasureRefused, ErasureState, PersonErased
from identity.actions.close_login import record
from identity.actions.end_impersonation import end_impersonations_of
from identity.actions.request_erasure import hindrances_of
from identity.domain.erasure import pseudonym, pseudonym_email
from identity.store import erasures, impersonation_grants, person_files, persons, recoveries
from servicekit.db import EVERYONE, Database, Tx
from servicekit.due_store import DueItem


def erase_person(*, db: Database, item: DueItem) -> None:
    """Once, whatever is redelivered. Where he has come to hold an office meanwhile, or staff
    roles, nothing is erased and he is told why."""
    person_id = UUID(item.payload["person_id"])
    with db.write(item.context, tenant=EVERYONE) as tx:
        if not tx.settle(item):
            return
        tenants = erasures.lock_tenants_of(tx, person_id=person_id)
        person_files.get_row_to_change(tx, person_id=person_id)
        against = hindrances_of(tx, person_id=person_id)
        state = ErasureState.REFUSED if against else ErasureState.DONE
        if not erasures.change_ended(tx, person_id=person_id, state=state, at=item.now):
            return
        if against:
            record(tx, "person:erasure:refused", person_id=person_id, now=item.now)
            tx.emit(ErasureRefused, at=item.now, person_id=person_id, hindrances=list(against))
            return
        second = persons.find_second_login_to_change(tx, of=person_id)
        if second is not None:  # closed, or it would stand against it; it bears his name
            left = erasures.lock_tenants_of(tx, person_id=second.person_id)
            _erase_and_tell(tx, person_id=second.person_id, tenants=left, now=item.now)
        _erase_and_tell(tx, person_id=person_id, tenants=tenants, now=item.now)


def _erase_and_tell(
    tx: Tx, *, person_id: UUID, tenants: Sequence[TenantCode], now: datetime
) -> None:
    # Before his contracts are left: the entry stands in their trails too.
    record(tx, "person:data:erased", person_id=person_id, now=now)
    _erase(tx, person_id=person_id, now=now)
    tx.emit(
        PersonErased,
        at=now,
        person_id=person_id,
        pseudonym=pseudonym(person_id),
        tenants=tenants,
        erased_at=now,
    )


def _erase(tx: Tx, *, person_id: UUID, now: datetime) -> None:
    erasures.remove_what_is_held(tx, person_id=person_id)
    end_impersonations_of(tx, person_id=person_id, now=now)
    impersonation_grants.change_to_erased(tx, person_id=person_id)
    recoveries.change_to_erased(tx, person_id=person_id, at=now)
    erasures.change_person_to_pseudonym(
        tx,
        person_id=person_id,
        pseudonym=pseudonym(person_id),
        email=pseudonym_email(person_id),
        at=now,
    )
