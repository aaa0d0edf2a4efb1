"""What a store or an action does inside one transaction.

Audit entries, events, due work and the remembered answer are collected while the action runs and
written together at its end, in the one message that also commits. A write therefore costs

    1   BEGIN, tenant, timeouts and the claim of the idempotency key
    n   the action's own statements
    1   the audit chains' heads, locked (only when something was recorded)
    1   everything collected, and COMMIT

round trips, and a chain's head is locked for the last two only. Where there is no key to claim,
BEGIN goes with the first statement: one round trip less, and a read costs ``1 + n``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from marshmallow import Schema, ValidationError

from contracts.codes import TenantCode
from contracts.declare import Event
from contracts.registry import CALLS
from servicekit import audit, due_store, idempotency, outbox
from servicekit.errors import GuichetError, Unavailable
from servicekit.ids import new_id
from servicekit.opening import Line, Statement, spoken
from servicekit.postgres import ClientCursor, Connection, Cursor, errors, mapped_row, tuple_row

if TYPE_CHECKING:
    from servicekit.context import Context

T = TypeVar("T")
Params = Mapping[str, Any]


class Everyone:
    """The explicit scope of acts that belong to no one tenant: sees and writes every row."""

    def __repr__(self) -> str:
        return "EVERYONE"


EVERYONE: Final = Everyone()
Scope = TenantCode | Everyone


class Tx:
    """One open transaction. Closed when its ``with`` block ends; not shared between threads."""

    def __init__(
        self,
        *,
        line: Line,
        service: str,
        tenant: Scope,
        context: Context | None,
        real_now: datetime,
        owes_answer: bool = False,
    ) -> None:
        self.tenant = tenant
        self.context = context
        self.emitted = False
        self.scheduled = False
        self._line: Line | None = line
        self._before: list[str] = []
        self._service = service
        self._real_now = real_now
        self._records: list[tuple[str, audit.Act]] = []
        self._closing: list[Statement] = []
        self._owes_answer = owes_answer
        self._after_commit: list[Callable[[], None]] = []

    # --- statements -----------------------------------------------------------------------------

    def rows(self, sql: str, params: Params, cls: type[T]) -> list[T]:
        """``cls`` is a dataclass with the columns' names, or dict."""
        cursor = self._open().connection.cursor(row_factory=mapped_row(cls))
        return self._execute(cursor, sql, params).fetchall()

    def row(self, sql: str, params: Params, cls: type[T]) -> T | None:
        cursor = self._open().connection.cursor(row_factory=mapped_row(cls))
        found: T | None = self._execute(cursor, sql, params).fetchone()
        return found

    def value(self, sql: str, params: Params) -> Any:
        """The first column of the first row; None where there is none."""
        cursor = self._open().connection.cursor(row_factory=tuple_row)
        found = self._execute(cursor, sql, params).fetchone()
        return None if found is None else found[0]

    def run(self, sql: str, params: Params) -> int:
        """The number of rows touched."""
        return self._execute(self._open().connection.cursor(), sql, params).rowcount

    def run_many(self, sql: str, params: Iterable[Params]) -> int:
        """One statement for many parameter sets, in one round trip."""
        self._check_deadline()
        cursor = self._begun().cursor()
        cursor.executemany(sql.encode(), params)
        return cursor.rowcount

    def run_before(self, sql: str, params: Params) -> None:
        """With the first statement of this transaction, in its message: a lock to be held by it."""
        line = self._open()
        if line.begun:
            raise RuntimeError("the transaction has begun: run it")
        self._before.append(ClientCursor(line.connection).mogrify(sql.encode(), params))

    def run_at_end(self, sql: str, params: Params) -> None:
        """With COMMIT, in its message: a change whose outcome nobody asks for."""
        self._closing.append((sql, params))

    @contextmanager
    def unless(self, *, constraint: str, error: GuichetError) -> Iterator[None]:
        """Turn the violation of ``constraint`` into ``error``; the transaction stays usable.

        Costs one round trip (a savepoint). Other violations pass unchanged.
        """
        connection = self._begun()
        connection.execute("SAVEPOINT unless", prepare=False)
        try:
            yield
        except errors.IntegrityError as violation:
            connection.execute("ROLLBACK TO SAVEPOINT unless", prepare=False)
            if violation.diag.constraint_name != constraint:
                raise
            raise error from None

    # --- what goes with the change --------------------------------------------------------------

    def record(
        self,
        action: str,
        *,
        target: str,
        details: Mapping[str, Any] | None = None,
        tenant: TenantCode | None = None,
        at: datetime,
    ) -> None:
        """Add an audit entry ``source:subject:action`` to a tenant's chain.

        ``tenant`` defaults to the transaction's; for EVERYONE to the installation's own chain.
        """
        chain = tenant or (self.tenant if isinstance(self.tenant, TenantCode) else audit.HOUSE)
        if isinstance(self.tenant, TenantCode) and chain != self.tenant:
            raise ValueError(
                f"a transaction of {self.tenant} cannot write into the trail of {chain}"
            )
        act = audit.act(
            self._needed_context(), action=action, target=target, details=details or {}, at=at
        )
        self._records.append((chain, act))

    def emit(self, event: Event, *, at: datetime, **payload: Any) -> UUID:
        """Add a fact to the outbox; its payload is dumped and checked by the event's schema."""
        if event.service != self._service:
            raise ValueError(f"{self._service} cannot speak for {event.service}")
        schema = _schema(event.payload)
        data = schema.dump(payload)
        try:
            schema.load(data)
        except ValidationError as refused:
            raise ValueError(f"{event.type}: {refused.messages}") from None
        event_id = new_id()
        self._closing.append(
            outbox.adding(self._needed_context(), event_id=event_id, event=event, at=at, data=data)
        )
        self.emitted = True
        return event_id

    def schedule(
        self,
        kind: str,
        *,
        due_at: datetime,
        key: str,
        payload: Mapping[str, Any],
        tenant: TenantCode | None = None,
    ) -> None:
        """Let the handler of ``kind`` run at ``due_at``; the same key again moves it.

        ``tenant`` defaults to the transaction's. Whoever settles it acts in that tenant's scope.
        """
        own = self.tenant if isinstance(self.tenant, TenantCode) else None
        if own is not None and tenant not in (None, own):
            raise ValueError(f"a transaction of {own} plans nothing for {tenant}")
        whose = tenant or own
        self._closing.append(
            due_store.scheduling(kind=kind, key=key, tenant=whose, due_at=due_at, payload=payload)
        )
        self.scheduled = True

    def unschedule(self, kind: str, key: str) -> None:
        self._closing.append(due_store.unscheduling(kind=kind, key=key))

    def settle(self, item: due_store.DueItem) -> bool:
        """Take due work off the list in the transaction that does it; False: it is done already."""
        return due_store.settle(self, item)

    def once(self, event_id: UUID) -> bool:
        """True the first time; False when the event was applied before."""
        applied = self.run(
            "INSERT INTO house.inbox (event_id, applied_at) VALUES (%(event_id)s, %(at)s)"
            " ON CONFLICT (event_id) DO NOTHING",
            {"event_id": event_id, "at": self._real_now},
        )
        return applied == 1

    def answer(self, value: T) -> T:
        """Remember what this call answers under its idempotency key, and give it back."""
        context = self._needed_context()
        if context.idempotency_key is not None:
            schema = _schema(CALLS[context.call].response)
            self._closing.append(
                idempotency.answering(
                    context,
                    key=context.idempotency_key,
                    answer=schema.dump(value),
                    at=self._real_now,
                )
            )
        self._owes_answer = False
        return value

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once the change is visible to others; must be quick and must not raise."""
        self._after_commit.append(callback)

    # --- the end (called by Database) -----------------------------------------------------------

    def commit(self) -> None:
        if self._owes_answer:
            call = self._needed_context().call
            raise RuntimeError(f"{call}: a write must remember its answer (tx.answer)")
        statements = self._chained() + self._closing
        self._check_deadline()
        line = self._open()
        line.end_with(statements, before=self._before)
        for callback in self._after_commit:
            callback()

    def close(self) -> None:
        self._line = None

    def _chained(self) -> list[Statement]:
        """The recorded acts as entries, each holding the hash of the one before it."""
        if not self._records:
            return []
        heads = audit.lock_heads(self, sorted({chain for chain, _ in self._records}))
        statements = []
        for chain, act in self._records:
            entry = audit.next_entry(chain, heads[chain], act)
            heads[chain] = audit.Head(entry.sequence, entry.hash)
            statements.append(audit.adding(chain, entry))
        return statements + [audit.moving(chain, head) for chain, head in heads.items()]

    # --- within ---------------------------------------------------------------------------------

    def _execute(self, cursor: Cursor[Any], sql: str, params: Params) -> Cursor[Any]:
        self._check_deadline()
        line = self._open()
        if line.begun:
            return cursor.execute(spoken(line.connection, sql, params).encode(), prepare=False)
        before, self._before = self._before, []
        return line.begin_with(sql, params, before=before, rows=cursor.row_factory)

    def _open(self) -> Line:
        if self._line is None:
            raise RuntimeError("the transaction has ended")
        return self._line

    def _begun(self) -> Connection[Any]:
        line = self._open()
        if not line.begun:
            line.begin()
        return line.connection

    def _check_deadline(self) -> None:
        if self.context is not None and self.context.remaining() <= 0:
            raise Unavailable("deadline", {"retry_after": 1})

    def _needed_context(self) -> Context:
        if self.context is None:
            raise RuntimeError("only a write has a context to act in")
        return self.context


@cache
def _schema(kind: type[Schema]) -> Schema:
    """Making one costs more than using it; using one changes nothing in it."""
    return kind()


def scope_text(tenant: Scope) -> str:
    """The value of ``guichet.tenant``: a code, or ``*``."""
    if isinstance(tenant, Everyone):
        return "*"
    return str(TenantCode(tenant))
