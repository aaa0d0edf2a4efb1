"""The applications that somebody lets act in his name, for himself: seen and taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gateway.oauth.endings import Endings
from gateway.store import consents as store
from gateway.store import families
from gateway.store.families import EndedBy
from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.errors import NotFound
from servicekit.paging import decode_cursor, page
from servicekit.pseudonyms import person_target


class OwnConsents:
    def __init__(self, *, db: Database, clock: Clock, endings: Endings) -> None:
        self._db = db
        self._clock = clock
        self._endings = endings

    def list_consents(self, context: Context, *, limit: int, cursor: str | None) -> dict[str, Any]:
        start = decode_cursor(cursor, (str,))
        with self._db.read(tenant=EVERYONE, context=context) as tx:
            rows = store.list_consents(
                tx,
                person_id=UUID(context.caller.subject),
                after=start[0] if start else "",
                limit=limit + 1,
            )
        items, next_cursor = page(rows, limit, lambda row: (row.client_id,))
        return {"items": items, "next_cursor": next_cursor}

    def withdraw_consent(self, context: Context, *, client_id: str) -> dict[str, str]:
        """Every token that the application holds of this person ends; it asks anew."""
        person_id, now = UUID(context.caller.subject), self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            if not store.remove_consent(tx, person_id=person_id, client_id=client_id):
                raise NotFound("consent-unknown")
            store.remove_unused_codes(tx, person_id=person_id, client_id=client_id)
            for family_id in families.list_living_families(
                tx, person_id=person_id, client_id=client_id
            ):
                self._endings.end_family(tx, family_id=family_id, ended_by=EndedBy.CONSENT, now=now)
            tx.record(
                "oauth:consent:withdrawn",
                target=f"client:{client_id}",
                details={"person": person_target(person_id)},
                at=now,
            )
            return tx.answer({"client_id": client_id})
