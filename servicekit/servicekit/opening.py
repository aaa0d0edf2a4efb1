"""Few messages: the first statement of a transaction goes with BEGIN, the last ones with COMMIT.

A message holds several statements only without parameters, and those would be planned anew each
time. So a statement is prepared under a name, once for each connection, and executed by it.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

from servicekit.postgres import (
    ClientCursor,
    Connection,
    Cursor,
    OperationalError,
    PoolTimeout,
    sql,
)

_PREPARABLE = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
# As psycopg declares them; what is not here (text, arrays, nothing) is inferred, as it does, too.
_TYPES: dict[type[Any], str] = {
    UUID: "uuid",
    datetime: "timestamptz",
    date: "date",
    bool: "boolean",
    bytes: "bytea",
    Decimal: "numeric",
    dict: "jsonb",
}
_INTEGER = range(-(2**31), 2**31)

_names: dict[tuple[str, tuple[str, ...]], str] = {}
_spelled: dict[str, str] = {}
_prepared: WeakKeyDictionary[Connection[Any], set[str]] = WeakKeyDictionary()


class _Places(dict[str, str]):
    """Numbers the parameters of a statement while it is being formatted: ``%(name)s`` to ``$1``."""

    def __missing__(self, name: str) -> str:
        self[name] = f"${len(self) + 1}"
        return self[name]


Statement = tuple[str, Mapping[str, Any]]


class Pool(Protocol):
    """Where connections come from."""

    def take(self, patience: float) -> Connection[Any]: ...
    def give_back(self, connection: Connection[Any]) -> None: ...

    @property
    def most_broken(self) -> int: ...


class Line:
    """The connection of one transaction. It says BEGIN when there is something to do.

    After a restart of the server every pooled connection is broken, and shows it only then:
    nothing has been done yet, so it is safe to take the next one.
    """

    def __init__(self, pool: Pool, begin: sql.Composable, *, patience: float) -> None:
        self._pool = pool
        self._patience = patience
        self.connection = pool.take(patience)
        self.begun = False
        self._begin = begin.as_string(self.connection)

    def begin(self) -> Any:
        """The last row that it gives, if any."""
        cursor = self._send(lambda connection: connection.cursor(), lambda _: self._begin.encode())
        return cursor.fetchone() if cursor.description else None

    def begin_with(
        self, statement: str, params: Mapping[str, Any], *, before: Sequence[str], rows: Any
    ) -> Cursor[Any]:
        """``before``: statements that give nothing. ``rows`` is the row factory."""
        return self._send(
            lambda connection: connection.cursor(row_factory=rows),
            lambda connection: "; ".join(
                [self._begin, *before, spoken(connection, statement, params)]
            ).encode(),
        )

    def end_with(self, statements: Sequence[Statement], *, before: Sequence[str]) -> None:
        """The last message. What never began and has nothing to say sends none."""
        if not self.begun and not statements and not before:
            return
        opening = [] if self.begun else [self._begin, *before]

        def message_on(connection: Connection[Any]) -> bytes:
            binder = ClientCursor(connection)
            texts = [spoken(connection, *statement, binder) for statement in statements]
            return "; ".join([*opening, *texts, "COMMIT"]).encode()

        if not self.begun:
            self._leave_broken_ones()
        self.connection.execute(message_on(self.connection), prepare=False)

    def give_back(self) -> None:
        self._pool.give_back(self.connection)

    def _leave_broken_ones(self) -> None:
        """What says COMMIT is sent once: nobody knows of a lost message whether it was done. So
        a connection that the server has closed must show it before."""
        for _ in range(self._pool.most_broken + 1):
            if not _is_closed(self.connection):
                return
            self._take_another()
        raise PoolTimeout("every connection of the pool was broken")

    def _take_another(self) -> None:
        self._pool.give_back(self.connection)
        self.connection = self._pool.take(self._patience)

    def _send(
        self,
        cursor_on: Callable[[Connection[Any]], Cursor[Any]],
        message_on: Callable[[Connection[Any]], bytes],
    ) -> Cursor[Any]:
        for _ in range(self._pool.most_broken + 1):
            try:
                cursor = cursor_on(self.connection)
                cursor.execute(message_on(self.connection), prepare=False)
                while cursor.nextset():
                    pass
            except OperationalError:
                if not self.connection.broken:
                    raise
                self._take_another()
            else:
                self.begun = True
                return cursor
        raise PoolTimeout("every connection of the pool was broken")


def _is_closed(connection: Connection[Any]) -> bool:
    """By what has come from the server and was not asked for, without a word to it: its farewell,
    then the end of the stream."""
    with suppress(OperationalError):
        while not connection.closed and _has_come(connection.fileno()):
            connection.pgconn.consume_input()
    return connection.closed


def _has_come(descriptor: int) -> bool:
    """Green processes have no poll; the others may have descriptors that select cannot name."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([descriptor], [], [], 0)[0])


def spoken(
    connection: Connection[Any],
    statement: str,
    params: Mapping[str, Any],
    binder: ClientCursor[Any] | None = None,
) -> str:
    """The statement as it may stand in a message with others: executed by its name.

    Prepares it first where this connection does not know it: one message more, once. ``binder``
    serves all statements of one message.
    """
    binder = binder or ClientCursor(connection)
    if not statement.lstrip().startswith(_PREPARABLE):
        return binder.mogrify(statement.encode(), params)
    places = _Places()
    numbered = statement % places
    values = [params[name] for name in places]
    types = tuple(_type_of(value) for value in values)
    name = _names.setdefault((statement, types), f"spoken_{len(_names)}")
    known = _prepared.setdefault(connection, set())
    if name not in known:
        _spelled[name] = statement
        declared = f" ({', '.join(types)})" if types else ""
        connection.execute(f"PREPARE {name}{declared} AS {numbered}".encode(), prepare=False)
        known.add(name)
    given = f" ({', '.join(['%s'] * len(values))})" if values else ""
    return binder.mogrify(f"EXECUTE {name}{given}".encode(), values)


def statement_of(name: str) -> str:
    """What an ``EXECUTE name`` of ours executes: for tests that listen to a connection."""
    return _spelled[name]


def _type_of(value: Any) -> str:
    if type(value) is int:
        return "integer" if value in _INTEGER else "bigint"
    return _TYPES.get(type(value), "unknown")
