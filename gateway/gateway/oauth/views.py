"""What an operator sees as a user of a tenant does, by a grant that identity keeps.

It hangs on the portal's session and on nothing else: applications that he is signed in to at the
same browser know him as himself. The grant's end reaches every process by its row, which each
request reads, and by what has ended (``gateway/oauth/endings.py``), which tokens are checked by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from contracts.rights import Grant
from gateway.oauth.acting import acting
from gateway.oauth.endings import Endings
from gateway.oauth.secrecy import digest_of, new_secret
from gateway.oauth.tokens import AccessToken
from gateway.store import portal_sessions as store
from gateway.store.portal_sessions import PortalSessionRow
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database
from servicekit.errors import Conflict, Unauthenticated
from servicekit.pseudonyms import person_target

_NOTHING: dict[str, Any] = {
    "view_grant": None,
    "view_tenant": None,
    "view_person": None,
    "view_ends_at": None,
    "view_until": None,
}


@dataclass(frozen=True, slots=True)
class View:
    """``ends_at``: of the grant, on the installation's clock; ``until``: the same in real time."""

    grant_id: UUID
    tenant: TenantCode
    person_id: UUID
    ends_at: datetime
    until: datetime

    def of(self, token: AccessToken, *, operator_id: UUID) -> AccessToken:
        """The operator's own token, as it counts while he looks: nothing of it is proved, and it
        is nobody's session."""
        return replace(
            token,
            subject=str(self.person_id),
            act=person_target(operator_id),
            actors=(person_target(operator_id),),
            proved_at=None,
            domain=None,
            grant=Grant(str(self.grant_id), self.tenant),
        )


def grant_key(grant_id: UUID | str) -> str:
    """As it stands among what has ended, and among the origins of a token."""
    return f"grant:{grant_id}"


def view_of(row: PortalSessionRow) -> View | None:
    if (
        row.view_grant is None
        or row.view_tenant is None
        or row.view_person is None
        or row.view_ends_at is None
        or row.view_until is None
    ):
        return None
    return View(
        grant_id=row.view_grant,
        tenant=TenantCode(row.view_tenant),
        person_id=row.view_person,
        ends_at=row.view_ends_at,
        until=row.view_until,
    )


class Views:
    def __init__(self, *, db: Database, clock: Clock, endings: Endings) -> None:
        self._db = db
        self._clock = clock
        self._endings = endings

    def is_over(self, view: View) -> bool:
        return view.until <= self._clock.now() or self._endings.has(grant_key(view.grant_id))

    def begin(self, secret: str, opened: dict[str, Any]) -> str:
        """The secret for the portal's next cookie. ``opened``: as identity has just answered.

        Raises Conflict("impersonation-not-open") where it ended in this very moment: whoever of the
        two writes last sees what the other wrote.
        """
        until = self._clock.now() + timedelta(seconds=opened["seconds"])
        asked = {
            "view_grant": UUID(opened["grant_id"]),
            "view_tenant": opened["tenant"],
            "view_person": UUID(opened["person_id"]),
            "view_ends_at": datetime.fromisoformat(opened["ends_at"]),
            "view_until": until,
        }
        fresh = self._change(secret, asked)
        self._endings.refresh()
        if self._endings.has(grant_key(opened["grant_id"])):
            self._change(fresh, _NOTHING)
            raise Conflict("impersonation-not-open", {"state": "ended"})
        return fresh

    def leave(self, secret: str) -> str:
        """Back to what is the operator's own, under another cookie; the grant stays."""
        return self._change(secret, _NOTHING)

    def end(self, grant_id: UUID) -> None:
        """In every browser and for every token; again does nothing."""
        now = self._clock.now()
        with self._db.write(acting("view.end"), tenant=EVERYONE) as tx:
            self._endings.end_token(tx, token_id=grant_key(grant_id), now=now)
            store.change_views_to_over(tx, grant_id=grant_id, now=now)

    def _change(self, secret: str, view: dict[str, Any]) -> str:
        now, fresh = self._clock.now(), new_secret()
        with self._db.write(acting("view.change"), tenant=EVERYONE) as tx:
            row = store.lock_portal_session(tx, digest=digest_of(secret), now=now)
            if row is None:
                raise Unauthenticated("token-refused")
            store.change_view(
                tx,
                digest=digest_of(secret),
                new_digest=digest_of(fresh),
                session=replace(row, **view),
                now=now,
            )
        return fresh
