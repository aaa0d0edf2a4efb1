"""Who is signed in at a browser. The cookie opens the session; its id (``sid``) opens nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from flask import Request, request
from werkzeug.wrappers import Response

from contracts.codes import Language, TenantCode
from gateway.causes import ALL_WAYS_IN, CONSOLE_WAYS_IN
from gateway.oauth.acting import acting
from gateway.oauth.endings import Endings
from gateway.oauth.lifetimes import SESSION_IDLE_MINUTES, SESSION_LONGEST, SESSION_SEEN_STEP
from gateway.oauth.proofs import together
from gateway.oauth.secrecy import digest_of, new_secret
from gateway.store import pending_sign_ins
from gateway.store import sessions as store
from gateway.store.sessions import SessionRow as Session
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Unauthenticated
from servicekit.ids import new_id
from servicekit.pseudonyms import person_target

_KNOWN_AT_MOST = 20_000
_PEOPLE_AT_ONCE = 200

__all__ = ["Session", "Sessions", "SignedIn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who proved what, and where. ``amr``: what he proved (RFC 8176); ``idle_minutes``: None for
    what is usual; ``proved_at``: a moment before which nothing of it was proved, None for now.
    """

    person_id: UUID
    login: str
    language: Language
    method: str
    tenant: TenantCode | None = None
    iam_user_id: UUID | None = None
    amr: tuple[str, ...] = ("pwd",)
    idle_minutes: int | None = None
    address: str | None = None
    device: str | None = None
    proved_at: datetime | None = None

    def session(self, *, now: datetime) -> Session:
        idle = SESSION_IDLE_MINUTES if self.idle_minutes is None else self.idle_minutes
        return Session(
            session_id=new_id(),
            person_id=self.person_id,
            login=self.login,
            language=self.language,
            method=self.method,
            domain=self.tenant,
            iam_user_id=self.iam_user_id,
            created_at=now,
            auth_time=self.proved_at or now,
            last_seen_at=now,
            expires_at=now + SESSION_LONGEST,
            amr=self.amr,
            idle_minutes=idle,
            address=self.address,
            device=self.device,
        )


class Sessions:
    def __init__(self, *, db: Database, clock: Clock, endings: Endings, secure: bool) -> None:
        self.cookie_name = "__Host-guichet" if secure else "guichet_session"
        self._db = db
        self._clock = clock
        self._endings = endings
        self._secure = secure
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._lock = Lock()

    def start(self, response: Response, signed_in: SignedIn) -> Session:
        """Somebody proved who he is: another cookie, whatever the browser brought.

        Where the same person signs in again the same way, the session goes on under its id, so
        that the applications he is signed in to stay so; anybody else's session ends.
        """
        now, secret = self._clock.now(), new_secret()
        with self._db.write(acting("session.start"), tenant=EVERYONE) as tx:
            present = self._find(tx, request.cookies.get(self.cookie_name), now)
            session = self._proved(tx, present, signed_in.session(now=now), secret, now)
        self._hand_over(response, secret)
        return session

    def knows(self, request: Request) -> bool:
        """Whether this process gave that cookie or found it good: it may have ended since."""
        return digest_of(request.cookies.get(self.cookie_name, "")) in self._known

    def current(self, request: Request) -> Session | None:
        now = self._clock.now()
        cookie = request.cookies.get(self.cookie_name)
        if not cookie:
            return None
        with self._db.read(tenant=EVERYONE) as tx:
            session = self._find(tx, cookie, now)
        if session is not None:
            self._remember(cookie)
        if session is not None and now - session.last_seen_at >= SESSION_SEEN_STEP:
            with self._db.write(acting("session.seen"), tenant=EVERYONE) as tx:
                store.change_last_seen(tx, session_id=session.session_id, now=now)
        return session

    def find(self, session_id: UUID) -> Session | None:
        """A living session by its id."""
        now = self._clock.now()
        with self._db.read(tenant=EVERYONE) as tx:
            return store.find_session_by_id(tx, session_id=session_id, now=now)

    def prove(
        self,
        response: Response,
        session: Session,
        *,
        amr: Collection[str],
        proved_at: datetime | None = None,
    ) -> None:
        """Proved again, by ``amr``. Another cookie: whoever else had the old one has not."""
        now, secret = self._clock.now(), new_secret()
        proved = replace(
            session,
            auth_time=proved_at or now,
            last_seen_at=now,
            amr=together(session.amr, amr),
        )
        with self._db.write(acting("session.prove"), tenant=EVERYONE) as tx:
            if not store.change_proof(tx, session=proved, digest=digest_of(secret)):
                raise Unauthenticated("token-refused")
        self._hand_over(response, secret)

    def renew(self, response: Response, session: Session) -> None:
        """Another cookie for the same session, which has proved nothing anew: what comes after it
        is not done by who has copied the one before."""
        secret = new_secret()
        with self._db.write(acting("session.renew"), tenant=EVERYONE) as tx:
            if not store.change_proof(tx, session=session, digest=digest_of(secret)):
                raise Unauthenticated("token-refused")
        self._hand_over(response, secret)

    def end(self, response: Response, request: Request) -> None:
        """Sign out at this browser, and with it every token of the session."""
        now = self._clock.now()
        with self._db.write(acting("session.end"), tenant=EVERYONE) as tx:
            session = self._find(tx, request.cookies.get(self.cookie_name), now)
            if session is not None and store.remove_session(tx, session_id=session.session_id):
                self._endings.end_sessions(tx, session_ids=[session.session_id], now=now)
        response.delete_cookie(
            self.cookie_name, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )

    def end_all(
        self,
        person_id: UUID,
        *,
        why: str = "gateway",
        methods: tuple[str, ...] = ALL_WAYS_IN,
        domain: TenantCode | None = None,
        except_call: str | None = None,
        except_amr: str | None = None,
        proved_before: datetime | None = None,
    ) -> int:
        """Everywhere, within a second; ``except_call`` spares the session that made that call.

        ``methods``: only sessions begun in one of these ways; ``domain``: only at its console;
        ``proved_before``: only where he last proved before that moment who he is;
        ``except_amr``: not where he has proved that. Sign-ins that are not finished end alike.
        ``why`` stands in the trail.
        """
        now = self._clock.now()
        asked: dict[str, Any] = {
            "person_id": person_id,
            "methods": methods,
            "domain": domain,
            "except_call": except_call,
            "except_amr": except_amr,
            "proved_before": proved_before,
        }
        with self._db.write(acting("session.end-all"), tenant=EVERYONE) as tx:
            pending_sign_ins.remove_pending_sign_ins_of(tx, **asked)
            ended = store.remove_sessions_of(tx, except_session=None, **asked)
            self._endings.end_sessions(tx, session_ids=ended, now=now)
            record_sessions_ended(tx, person_id=person_id, session_ids=ended, why=why, now=now)
        return len(ended)

    def end_at(self, domain: TenantCode, *, why: str, proved_before: datetime) -> None:
        """Everybody's who has come in at that domain's console; those of before that moment."""
        after: UUID | None = None
        while True:
            with self._db.read(tenant=EVERYONE) as tx:
                people = store.list_people_at(tx, domain=domain, after=after, limit=_PEOPLE_AT_ONCE)
            for person_id in people:
                self.end_all(
                    person_id,
                    why=why,
                    methods=CONSOLE_WAYS_IN,
                    domain=domain,
                    proved_before=proved_before,
                )
            if len(people) < _PEOPLE_AT_ONCE:
                return
            after = people[-1]

    def spare(self, session_id: UUID, *, call_id: str) -> None:
        """Before a session changes its own password by the call ``call_id``: the event that this
        call causes (it carries the call's id) then ends the other sessions only.
        """
        with self._db.write(acting("session.spare"), tenant=EVERYONE) as tx:
            store.change_spared_call(tx, session_id=session_id, call_id=call_id)

    def _proved(
        self, tx: Tx, present: Session | None, fresh: Session, secret: str, now: datetime
    ) -> Session:
        if present is not None and _same_sign_in(present, fresh):
            again = replace(fresh, session_id=present.session_id, created_at=present.created_at)
            if store.change_proof(tx, session=again, digest=digest_of(secret)):
                return again
        elif present is not None and store.remove_session(tx, session_id=present.session_id):
            self._endings.end_sessions(tx, session_ids=[present.session_id], now=now)
        store.add_session(tx, session=fresh, digest=digest_of(secret))
        return fresh

    def _find(self, tx: Tx, cookie: str | None, now: datetime) -> Session | None:
        if not cookie:
            return None
        return store.find_session(tx, digest=digest_of(cookie), now=now)

    def _remember(self, cookie: str) -> None:
        digest = digest_of(cookie)
        with self._lock:
            self._known[digest] = None
            self._known.move_to_end(digest)
            if len(self._known) > _KNOWN_AT_MOST:
                self._known.popitem(last=False)

    def _hand_over(self, response: Response, secret: str) -> None:
        self._remember(secret)
        response.set_cookie(
            self.cookie_name, secret, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )


def record_sessions_ended(
    tx: Tx, *, person_id: UUID, session_ids: Sequence[UUID], why: str, now: datetime
) -> None:
    if session_ids:
        tx.record(
            "session:browser:ended",
            target=person_target(person_id),
            details={"sessions": [str(one) for one in session_ids], "why": why},
            at=now,
        )


def _same_sign_in(present: Session, fresh: Session) -> bool:
    return (present.person_id, present.method, present.domain) == (
        fresh.person_id,
        fresh.method,
        fresh.domain,
    )
