"""A sign-in that is not finished: the password was right, something is still to be done.

No session yet, and nothing that a session opens: the cookie names a row of what is still needed,
in order. The row serves once, for minutes, on real time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import Request, Response

from contracts.codes import SecondFactorStep
from gateway.oauth.acting import acting
from gateway.oauth.lifetimes import PENDING_SIGN_IN
from gateway.oauth.proofs import PASSWORD, TWO_FACTORS, together
from gateway.oauth.secrecy import digest_of, new_secret
from gateway.store import pending_sign_ins as store
from gateway.store.pending_sign_ins import PendingRow
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database


class Step(StrEnum):
    """In the order in which they are asked for."""

    SECOND_FACTOR = "second_factor"
    ENROL = "enrol"
    PASSWORD = "password"  # noqa: S105 - a step, not a secret


@dataclass(frozen=True, slots=True)
class Pending:
    """``signed_in`` is identity's answer; ``needs`` what is left, the next first; nothing of it was
    proved before ``proved_at``."""

    digest: bytes
    person_id: UUID
    method: str
    signed_in: Mapping[str, Any]
    next_path: str | None
    needs: tuple[Step, ...]
    amr: tuple[str, ...]
    proved_at: datetime


class PendingSignIns:
    def __init__(self, *, db: Database, clock: Clock, secure: bool) -> None:
        self.cookie_name = "__Host-guichet_pending" if secure else "guichet_pending"
        self._db = db
        self._clock = clock
        self._secure = secure

    def begin(
        self,
        response: Response,
        request: Request,
        *,
        method: str,
        signed_in: Mapping[str, Any],
        next_path: str | None,
        needs: tuple[Step, ...],
        amr: tuple[str, ...],
        proved_at: datetime,
    ) -> None:
        """A new cookie; what this browser had begun before is forgotten."""
        now, secret = self._clock.now(), new_secret()
        row = PendingRow(
            person_id=UUID(signed_in["person_id"]),
            method=method,
            signed_in=dict(signed_in),
            next_path=next_path,
            needs=tuple(step.value for step in needs),
            amr=amr,
            proved_at=proved_at,
            expires_at=now + PENDING_SIGN_IN,
        )
        before = request.cookies.get(self.cookie_name)
        with self._db.write(acting("pending.begin"), tenant=EVERYONE) as tx:
            if before:
                store.remove_pending_sign_in(tx, digest=digest_of(before))
            store.add_pending_sign_in(tx, pending=row, digest=digest_of(secret))
        response.set_cookie(
            self.cookie_name,
            secret,
            max_age=int(PENDING_SIGN_IN.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def current(self, request: Request) -> Pending | None:
        cookie = request.cookies.get(self.cookie_name)
        if not cookie:
            return None
        digest, now = digest_of(cookie), self._clock.now()
        with self._db.read(tenant=EVERYONE) as tx:
            row = store.find_pending_sign_in(tx, digest=digest, now=now)
        return None if row is None else _pending(digest, row)

    def satisfy(self, pending: Pending, step: Step, *, amr: Collection[str]) -> Pending | None:
        """What is left of it: none where this was the last need, and then its row is gone.

        None where the step is not the next one any more: another tab was faster, or it ended.
        """
        digest, now = pending.digest, self._clock.now()
        with self._db.write(acting("pending.satisfy"), tenant=EVERYONE) as tx:
            row = store.lock_pending_sign_in(tx, digest=digest, now=now)
            if row is None or row.needs[0] != step.value:
                return None
            left = _pending(digest, row)
            left = replace(left, needs=left.needs[1:], amr=together(left.amr, amr))
            if step is Step.PASSWORD and PASSWORD in amr:
                # By the new one: what ends with the old one is not this.
                left = replace(left, proved_at=now)
            if left.needs:
                store.change_pending_needs(tx, digest=digest, needs=left.needs, amr=left.amr)
            else:
                store.remove_pending_sign_in(tx, digest=digest)
        return left

    def spare(self, pending: Pending, *, call_id: str) -> None:
        """Before it sets a password by the call ``call_id``: the event of that call ends the
        other sign-ins that were under way with the old one.
        """
        with self._db.write(acting("pending.spare"), tenant=EVERYONE) as tx:
            store.change_pending_spared_call(tx, digest=pending.digest, call_id=call_id)

    def forget(self, response: Response) -> None:
        response.delete_cookie(
            self.cookie_name, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )


def needs_of(signed_in: Mapping[str, Any], amr: Collection[str]) -> tuple[Step, ...]:
    """What stands between an accepted password and a session. A part of the installation that
    is older than these fields has nothing to ask for.
    """
    second = SecondFactorStep(signed_in.get("second_factor", SecondFactorStep.NONE))
    asked = {
        Step.SECOND_FACTOR: second is SecondFactorStep.NEEDED and TWO_FACTORS not in amr,
        Step.ENROL: second is SecondFactorStep.ENROL,
        Step.PASSWORD: bool(signed_in.get("password_expired", False)),
    }
    return tuple(step for step in Step if asked[step])


def _pending(digest: bytes, row: PendingRow) -> Pending:
    return Pending(
        digest=digest,
        person_id=row.person_id,
        method=row.method,
        signed_in=row.signed_in,
        next_path=row.next_path,
        needs=tuple(map(Step, row.needs)),
        amr=row.amr,
        proved_at=row.proved_at,
    )
