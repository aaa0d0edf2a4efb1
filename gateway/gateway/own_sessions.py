"""A person's sessions, for himself and for support: where he is signed in, and ending it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import StaffRole
from contracts.gateway import SessionsEnded
from gateway.causes import ALL_WAYS_IN
from gateway.device_words import device_of
from gateway.oauth.endings import Endings
from gateway.oauth.registration import PORTAL
from gateway.oauth.sessions import record_sessions_ended
from gateway.rights import RightsCache
from gateway.store import families, pending_sign_ins
from gateway.store import sessions as store
from gateway.store.sessions import SessionRow
from gateway.wire import Circumstances
from servicekit.clock import Clock
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Forbidden, NotFound
from servicekit.paging import decode_cursor, page


class OwnSessions:
    """The calls of the contract ``gateway``, each in one transaction."""

    def __init__(
        self, *, db: Database, clock: Clock, endings: Endings, rights: RightsCache
    ) -> None:
        self._rights = rights
        self._db = db
        self._clock = clock
        self._endings = endings

    def list_sessions(self, context: Context, *, limit: int, cursor: str | None) -> dict[str, Any]:
        now, start = self._clock.now(), decode_cursor(cursor, (UUID,))
        with self._db.read(tenant=EVERYONE, context=context) as tx:
            rows = store.list_sessions_of(
                tx,
                person_id=_oneself(context),
                before=start[0] if start else None,
                now=now,
                limit=limit + 1,
            )
            held = families.list_applications_of(
                tx,
                session_ids=[row.session_id for row in rows],
                except_client=PORTAL,
                now=now,
            )
        items, next_cursor = page(rows, limit, lambda row: (row.session_id,))
        names: dict[UUID, list[str]] = {}
        for application in held:
            names.setdefault(application.session_id, []).append(application.name)
        own = context.caller.session
        shown = [_shown(row, names.get(row.session_id, []), own) for row in items]
        return {"items": shown, "next_cursor": next_cursor}

    def end_session(self, context: Context, *, session_id: UUID) -> dict[str, int]:
        """Raises NotFound for whatever is not one of his own living ones."""
        person_id, now = _oneself(context), self._clock.now()
        with self._db.write(context, tenant=EVERYONE) as tx:
            if not store.remove_session_of(tx, session_id=session_id, person_id=person_id):
                raise NotFound("session-unknown")
            self._end(tx, person_id, [session_id], context, now)
            return tx.answer({"ended": 1})

    def end_other_sessions(self, context: Context) -> dict[str, int]:
        own = context.caller.session
        return self._end_all(context, _oneself(context), spared=UUID(own) if own else None)

    def end_all_sessions(self, context: Context) -> dict[str, int]:
        return self._end_all(context, _oneself(context))

    def end_all_sessions_of(self, context: Context, *, person_id: UUID) -> dict[str, int]:
        """Raises Forbidden("operator-needed"): as with their logins, of staff by operators only."""
        about = Circumstances(language=context.language, call_id=context.call_id)
        of = self._rights.resolve(person_id, about).staff
        if of and StaffRole.OPERATOR not in context.caller.staff:
            raise Forbidden("operator-needed")
        return self._end_all(context, person_id, told=True)

    def _end_all(
        self,
        context: Context,
        person_id: UUID,
        *,
        spared: UUID | None = None,
        told: bool = False,
    ) -> dict[str, int]:
        """Also sign-ins that are not finished: they would become sessions in a moment. ``told``:
        he did not do it himself, so he is mailed where he was signed in.
        """
        now = self._clock.now()
        everything: dict[str, Any] = {
            "person_id": person_id,
            "methods": ALL_WAYS_IN,
            "domain": None,
            "except_call": None,
            "proved_before": None,
        }
        with self._db.write(context, tenant=EVERYONE) as tx:
            pending_sign_ins.remove_pending_sign_ins_of(tx, **everything)
            ended = store.remove_sessions_of(tx, except_session=spared, **everything)
            self._end(tx, person_id, ended, context, now)
            if told and ended:
                tx.emit(SessionsEnded, at=now, person_id=person_id, ended_at=now)
            return tx.answer({"ended": len(ended)})

    def _end(
        self,
        tx: Tx,
        person_id: UUID,
        session_ids: Sequence[UUID],
        context: Context,
        now: datetime,
    ) -> None:
        self._endings.end_sessions(tx, session_ids=session_ids, now=now)
        record_sessions_ended(
            tx, person_id=person_id, session_ids=session_ids, why=context.call, now=now
        )


def _oneself(context: Context) -> UUID:
    return UUID(context.caller.subject)


def _shown(row: SessionRow, applications: Collection[str], own: str | None) -> dict[str, Any]:
    device = device_of(row.device)
    return {
        "session_id": row.session_id,
        "current": str(row.session_id) == own,
        "method": row.method,
        "tenant": row.domain,
        "address": row.address,
        "device": row.device,
        "browser": device.browser,
        "system": device.system,
        "started_at": row.created_at,
        "proved_at": row.auth_time,
        "last_seen_at": row.last_seen_at,
        "applications": list(applications),
    }
