"""Telling applications that a session has ended (OpenID Connect Back-Channel Logout 1.0).

Ending a session writes a row for each of its applications; here the due rows of all processes are
claimed, told, and tried again where nobody listened.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import structlog

from gateway.metrics import LOGOUTS
from gateway.oauth.acting import acting
from gateway.oauth.issuing import Issuer
from gateway.oauth.outside import NotSentError, Outside
from gateway.rounds import Rounds
from gateway.store import logout_deliveries as store
from gateway.store.logout_deliveries import DeliveryRow, Outcome
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database

MOST_ATTEMPTS = 6
_FIRST_WAIT, _GROWTH = 60, 4  # a minute, four, a quarter of an hour, … about six hours in all
_AT_ONCE = 4
_EVERY = 1.0
_TAKEN, _REFUSED = (200, 204), 400
_log = structlog.get_logger(__name__)


class LogoutSender:
    def __init__(self, *, db: Database, clock: Clock, issuer: Issuer, outside: Outside) -> None:
        self._db = db
        self._clock = clock
        self._issuer = issuer
        self._outside = outside
        self.rounds = Rounds(
            "logout-sender",
            [(_EVERY, self._send_all_due)],
            waits="logout-waits",
            failed="logout-sender-failed",
        )

    def send_due(self) -> int:
        """How many were tried."""
        with self._db.write(acting("logout.claim"), tenant=EVERYONE) as tx:
            claimed = store.claim_logout_deliveries(
                tx, limit=_AT_ONCE, first_wait=_FIRST_WAIT, growth=_GROWTH, now=self._clock.now()
            )
        if claimed:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                outcomes = list(pool.map(self._sent, claimed))
            self._close(claimed, outcomes)
        return len(claimed)

    def _sent(self, delivery: DeliveryRow) -> Outcome | None:
        """None where it is worth another try."""
        token = self._issuer.logout_token(
            client_id=delivery.client_id,
            person_id=delivery.person_id,
            session_id=delivery.session_id,
        )
        try:
            status = self._outside.post(delivery.uri, {"logout_token": token})
        except NotSentError as error:
            return self._failed(delivery, error.why)
        if status in _TAKEN:
            return Outcome.DELIVERED
        if status == _REFUSED:
            return Outcome.REFUSED
        return self._failed(delivery, f"status {status}")

    def _failed(self, delivery: DeliveryRow, why: str) -> Outcome | None:
        _log.warning(
            "logout-not-delivered",
            client_id=delivery.client_id,
            session_id=str(delivery.session_id),
            attempts=delivery.attempts,
            why=why,
        )
        return Outcome.GIVEN_UP if delivery.attempts >= MOST_ATTEMPTS else None

    def _close(self, claimed: list[DeliveryRow], outcomes: list[Outcome | None]) -> None:
        now = self._clock.now()
        with self._db.write(acting("logout.close"), tenant=EVERYONE) as tx:
            for delivery, outcome in zip(claimed, outcomes, strict=True):
                LOGOUTS.labels(outcome.value if outcome else "again").inc()
                if outcome is not None:
                    store.change_logout_delivery_to_closed(
                        tx,
                        session_id=delivery.session_id,
                        client_id=delivery.client_id,
                        outcome=outcome,
                        now=now,
                    )

    def _send_all_due(self) -> None:
        while self.send_due() and not self.rounds.stopping:
            pass
