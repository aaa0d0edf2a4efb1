"""The database of one process: a pool, and transactions that know their tenant and their time.

    with db.read(tenant=tenant, context=context) as tx: ...
    with db.write(context, tenant=tenant) as tx: ...

A connection that broke (the server was restarted) is replaced before anything was done with it;
one that breaks later surfaces as Unavailable("database") and the next call works again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from servicekit import idempotency
from servicekit.clock import SystemClock
from servicekit.errors import Unavailable
from servicekit.idempotency import Replayed
from servicekit.opening import Line
from servicekit.postgres import (
    Connection,
    ConnectionPool,
    configure,
    mapped_row,
    psycopg,
    sql,
    translated,
    tuple_row,
)
from servicekit.transactions import EVERYONE, Everyone, Scope, Tx, scope_text

if TYPE_CHECKING:
    from servicekit.context import Context

__all__ = ["EVERYONE", "Database", "Everyone", "Replayed", "Scope", "Tx", "mapped_row"]

DEFAULT_SECONDS = 10.0  # for a read without a context
LONGEST_LOCK_WAIT = 3.0
LONGEST_POOL_WAIT = 2.0  # a server that is down is reported after this long

_READ = "BEGIN READ ONLY; SET LOCAL guichet.tenant = {tenant}; SET LOCAL statement_timeout = {time}"
_WRITE = (
    "BEGIN; SET LOCAL guichet.tenant = {tenant}; SET LOCAL statement_timeout = {time};"
    " SET LOCAL lock_timeout = {lock}"
)


class Database:
    """``url`` names the application role: neither owner nor superuser, so that row-level security
    holds for it. ``service`` is the only one whose events it may emit.

    Under eventlet the pool's worker threads are green threads; in the gateway plain ones.
    """

    def __init__(self, url: str, *, pool_size: int = 10, service: str) -> None:
        self.service = service
        self._pool_size = pool_size
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            url,
            min_size=1,
            max_size=pool_size,
            open=False,
            name=f"{service}-db",
            timeout=LONGEST_POOL_WAIT,
            # Short: after it the next call asks for a connection anew instead of sitting out
            # a back-off that has grown to minutes.
            reconnect_timeout=LONGEST_POOL_WAIT,
            configure=configure,
            kwargs={
                "autocommit": True,  # we write BEGIN and COMMIT ourselves, in fewer messages
                "connect_timeout": 5,
                "options": "-c TimeZone=UTC",
                "application_name": f"guichet-{service}",
            },
        )
        self._clock = SystemClock()
        self._role_is_proven = False
        self._writing = threading.local()
        self._on_emitted: list[Callable[[], None]] = []
        self._on_scheduled: list[Callable[[], None]] = []

    # --- life -----------------------------------------------------------------------------------

    def open(self) -> None:
        """Start connecting; the server need not be there yet."""
        self._pool.open(wait=False)

    def close(self) -> None:
        self._pool.close(timeout=5.0)

    def __enter__(self) -> Database:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ready(self) -> bool:
        """Whether the server answers a question now."""
        try:
            with self.read(tenant=EVERYONE) as tx:
                return bool(tx.value("SELECT true", {}))
        except Unavailable:
            return False

    def statistics(self) -> dict[str, int]:
        """The pool's own counters (pool_size, requests_waiting, connections_lost, …)."""
        return dict(self._pool.get_stats())

    def when_emitted(self, callback: Callable[[], None]) -> None:
        """Call back after each commit that added events (the relay wakes up)."""
        self._on_emitted.append(callback)

    def when_scheduled(self, callback: Callable[[], None]) -> None:
        """Call back after each commit that scheduled due work."""
        self._on_scheduled.append(callback)

    # --- transactions ---------------------------------------------------------------------------

    @contextmanager
    def read(self, *, tenant: Scope, context: Context | None = None) -> Iterator[Tx]:
        """A read-only transaction that sees one tenant's rows, or EVERYONE's."""
        remaining = DEFAULT_SECONDS if context is None else context.remaining()
        begin = sql.SQL(_READ).format(tenant=scope_text(tenant), time=_milliseconds(remaining))
        with self._transaction(begin, tenant=tenant, context=context, remaining=remaining) as tx:
            yield tx

    @contextmanager
    def write(self, context: Context, *, tenant: Scope) -> Iterator[Tx]:
        """One transaction: the change, its audit entries, its events, the remembered answer.

        Raises Replayed when this call was answered before under its idempotency key,
        Conflict("request-in-flight") while it is being answered,
        Invalid("idempotency-key-reused") when the key came with another body.
        """
        if getattr(self._writing, "now", False):
            raise RuntimeError("a write inside a write: one transaction per action")
        remaining = context.remaining()
        begin = sql.SQL(_WRITE).format(
            tenant=scope_text(tenant),
            time=_milliseconds(remaining),
            lock=_milliseconds(min(remaining, LONGEST_LOCK_WAIT)),
        )
        keyed = context.idempotency_key is not None
        if keyed:
            begin = sql.SQL("{}; {}").format(begin, idempotency.claiming(context))
        self._writing.now = True
        try:
            with self._transaction(
                begin, tenant=tenant, context=context, remaining=remaining, keyed=keyed
            ) as tx:
                yield tx
        finally:
            self._writing.now = False
        if tx.emitted:
            _tell(self._on_emitted)
        if tx.scheduled:
            _tell(self._on_scheduled)

    @contextmanager
    def _transaction(
        self,
        begin: sql.Composed,
        *,
        tenant: Scope,
        context: Context | None,
        remaining: float,
        keyed: bool = False,
    ) -> Iterator[Tx]:
        """``keyed``: ``begin`` claims the context's idempotency key, and an answer is owed."""
        if remaining <= 0:
            raise Unavailable("deadline", {"retry_after": 1})
        try:
            line = Line(self, begin, patience=min(remaining, LONGEST_POOL_WAIT))
            tx = Tx(
                line=line,
                service=self.service,
                tenant=tenant,
                context=context,
                real_now=self._clock.now(),
                owes_answer=keyed,
            )
            try:
                if keyed:
                    idempotency.check(line.begin())
                yield tx
                tx.commit()
            finally:
                tx.close()
                line.give_back()
        except psycopg.Error as error:
            known = translated(error)
            if known is None:
                raise
            raise known from error

    def take(self, patience: float) -> Connection[Any]:
        connection = self._pool.getconn(timeout=patience)
        try:
            self._prove_role(connection)
        except BaseException:
            self.give_back(connection)
            raise
        return connection

    def give_back(self, connection: Connection[Any]) -> None:
        if not connection.closed and connection.info.transaction_status:
            with suppress(psycopg.Error):
                connection.rollback()
        self._pool.putconn(connection)

    @property
    def most_broken(self) -> int:
        """So many connections in a row may turn out to be broken."""
        return self._pool_size

    def _prove_role(self, connection: Connection[Any]) -> None:
        """Refuse to work with a role for which row-level security does not hold."""
        if self._role_is_proven:
            return
        cursor = connection.cursor(row_factory=tuple_row).execute(
            "SELECT rolname FROM pg_roles"
            " WHERE rolname = current_user AND (rolsuper OR rolbypassrls)"
        )
        if (found := cursor.fetchone()) is not None:
            raise RuntimeError(f"role {found[0]} passes row-level security by: use the app role")
        self._role_is_proven = True


def _milliseconds(seconds: float) -> int:
    """At least one: PostgreSQL takes 0 for no limit."""
    return max(1, int(seconds * 1000))


def _tell(callbacks: list[Callable[[], None]]) -> None:
    for callback in callbacks:
        callback()
