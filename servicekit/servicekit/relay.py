"""Tells the broker what the outbox holds: each fact at least once, until the broker has it safe.

    relay = Relay(db, amqp_url, "tenancy")
    threading.Thread(target=relay.run).start()

Rows are locked while they are told and deleted in the same transaction, so that replicas share
the work; a crash in between tells them again, and listeners know them by their id.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from functools import partial

import structlog

from contracts.declare import Event
from servicekit import metrics, outbox
from servicekit.broker import ConfirmedSender, Outgoing
from servicekit.context import system_context
from servicekit.db import EVERYONE, Database
from servicekit.errors import Unavailable
from servicekit.facts import CONTENT_TYPE, cloud_event
from servicekit.outbox import OutboxRow
from servicekit.topology import EVENTS_EXCHANGE, declare_emitter, events_of

_log = structlog.get_logger("servicekit.relay")
BATCH = 100
_POLL_SECONDS = 1.0


class Relay:
    def __init__(
        self,
        db: Database,
        amqp_url: str,
        service: str,
        *,
        events: Iterable[Event] | None = None,
    ) -> None:
        """``events`` are those the service may tell: its contract's where not given."""
        self._db = db
        self._service = service
        told = events_of(service) if events is None else tuple(events)
        self._sender = ConfirmedSender(
            amqp_url, name=f"{service} relay", prepare=partial(declare_emitter, events=told)
        )
        self._awake = threading.Event()
        self._stopping = False
        db.when_emitted(self._awake.set)

    def run(self) -> None:
        """Until ``stop()``; woken by each commit that emitted, and looking once a second."""
        while not self._stopping:
            self._awake.clear()
            self._empty()
            self._awake.wait(_POLL_SECONDS)
        self._empty()  # what the last commits said
        self._sender.close()

    def stop(self) -> None:
        self._stopping = True
        self._awake.set()

    def step(self, *, after: int = 0) -> tuple[int, int | None]:
        """Tell one batch of rows past position ``after``.

        Gives how many were told, and the last position looked at: None when there is no more.
        """
        context = system_context(service=self._service, call="house.relay")
        with self._db.write(context, tenant=EVERYONE) as tx:
            rows = outbox.claim_rows(tx, limit=BATCH, after=after)
            metrics.EVENTS_WAITING.set(len(rows))
            if not rows:
                return 0, None
            refused = self._sender.send([_outgoing(row) for row in rows])
            told = [row for row in rows if str(row.event_id) not in refused]
            outbox.remove_rows(tx, positions=[row.position for row in told])
        self._report(rows, refused)
        for row in told:
            metrics.EVENTS_TOLD.labels(row.type).inc()
        return len(told), rows[-1].position if len(rows) == BATCH else None

    def _empty(self) -> None:
        """All that can be told now; a row nobody takes does not hold up those behind it."""
        after: int | None = 0
        try:
            while after is not None:
                _told, after = self.step(after=after)
        except Unavailable as error:
            _log.warning("events wait in the outbox", code=error.code)

    def _report(self, rows: list[OutboxRow], refused: set[str]) -> None:
        for row in rows:
            if str(row.event_id) in refused:
                _log.error(
                    "event not routed: kept, and its queues declared again",
                    event_type=row.type,
                    event_id=str(row.event_id),
                )
        if refused:
            self._sender.close()  # the next one declares all queues anew


def _outgoing(row: OutboxRow) -> Outgoing:
    return Outgoing(
        message_id=str(row.event_id),
        exchange=EVENTS_EXCHANGE,
        routing_key=row.type,
        body=json.dumps(cloud_event(row), separators=(",", ":"), ensure_ascii=False).encode(),
        content_type=CONTENT_TYPE,
    )
