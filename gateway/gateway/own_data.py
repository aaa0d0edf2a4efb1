"""A person's data as the gateway holds it: taken along with the rest, and forgotten."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from gateway.oauth.acting import acting
from gateway.store import own_data as store
from servicekit.db import EVERYONE, Database
from servicekit.plain import plain

_MOST = 1000


class OwnData:
    def __init__(self, *, db: Database) -> None:
        self._db = db

    def held(self, person_id: UUID) -> dict[str, Any]:
        """JSON values."""
        with self._db.read(tenant=EVERYONE) as tx:
            sessions = store.list_sessions(tx, person_id=person_id, limit=_MOST)
            consents = store.list_consents(tx, person_id=person_id, limit=_MOST)
            clients = store.list_clients_used(tx, person_id=person_id, limit=_MOST)
        shown: dict[str, Any] = plain(
            {
                "sessions": [asdict(row) for row in sessions],
                "consents": [asdict(row) for row in consents],
                "clients": [asdict(row) for row in clients],
            }
        )
        return shown

    def forget(self, person_id: UUID) -> None:
        """Twice is once."""
        with self._db.write(acting("person.forget"), tenant=EVERYONE) as tx:
            store.remove_what_is_held(tx, person_id=person_id)
