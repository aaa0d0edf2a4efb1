"""Staff frees a portal login that is locked, at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.identity import PortalLoginUnlocked
from identity.actions.close_login import record, row_to_change
from identity.store import credentials
from servicekit.context import Context
from servicekit.db import EVERYONE, Database


@dataclass(frozen=True, slots=True)
class PortalLogin:
    person_id: UUID
    login: str
    failed_logins: int
    locked_until: datetime | None


def unlock_portal_login(
    *, db: Database, context: Context, now: datetime, person_id: UUID
) -> PortalLogin:
    """Support frees no login of staff's, nor his own. The person is told by mail, locked or not."""
    with db.write(context, tenant=EVERYONE) as tx:
        person = row_to_change(tx, context=context, person_id=person_id)
        known = credentials.get_portal_credential(tx, person_id=person_id)
        state = credentials.get_state(tx, credential_id=known.credential_id)
        before, freed = state.guard.seen_at(now, state.rule), state.guard.reset()
        credentials.change_guard(tx, credential_id=state.credential_id, guard=freed, at_end=True)
        record(
            tx,
            "portal:login:unlocked",
            person_id=person_id,
            now=now,
            failed_logins=before.failures(),
            was_locked=before.locked_until is not None,
        )
        tx.emit(
            PortalLoginUnlocked,
            at=now,
            person_id=person_id,
            user_name=person.login,
            was_locked=before.locked_until is not None,
        )
        return tx.answer(PortalLogin(person_id, person.login, freed.failures(), None))
