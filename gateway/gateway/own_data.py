"""A person's data: what the gateway holds, put together with what the services hold; forgotten."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts import identity, notifications, tenancy
from contracts.declare import Call
from contracts.gateway import EXPORT_VERSION
from contracts.rights import Caller, CallerKind
from gateway.oauth.acting import acting
from gateway.store import own_data as store
from gateway.wire import Circumstances, Wire
from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.errors import Forbidden
from servicekit.pseudonyms import person_target

_MOST = 1000
_GATEWAY = Caller(kind=CallerKind.GATEWAY, subject="gateway")
_PARTS: dict[str, Call] = {
    "identity": identity.export_person,
    "contracts": tenancy.export_person,
    "mails": notifications.export_person,
}


class OwnData:
    def __init__(self, *, db: Database, wire: Wire, clock: Clock) -> None:
        self._db = db
        self._wire = wire
        self._clock = clock

    def export_account(self, context: Context) -> dict[str, Any]:
        """All of it or nothing: a service that does not answer is told as Unavailable."""
        if context.caller.kind is not CallerKind.PERSON:
            raise Forbidden("person-only")
        person_id, now = UUID(context.caller.subject), self._clock.now()
        about = Circumstances(context.language, context.call_id, trace=context.trace)
        asked = {"person_id": str(person_id)}
        parts = {
            name: self._wire.send(call, asked, _GATEWAY, about) for name, call in _PARTS.items()
        }
        with self._db.write(context, tenant=EVERYONE) as tx:
            held = {
                "sessions": store.list_sessions(tx, person_id=person_id, limit=_MOST),
                "consents": store.list_consents(tx, person_id=person_id, limit=_MOST),
                "clients": store.list_clients_used(tx, person_id=person_id, limit=_MOST),
            }
            tx.record("person:data:exported", target=person_target(person_id), at=now)
        return {"schema_version": EXPORT_VERSION, "made_at": now, **parts, "sessions": held}

    def forget(self, person_id: UUID) -> None:
        """Twice is once."""
        with self._db.write(acting("person.forget"), tenant=EVERYONE) as tx:
            store.remove_what_is_held(tx, person_id=person_id)
