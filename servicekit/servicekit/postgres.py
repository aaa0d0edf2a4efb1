"""The one door to psycopg: how it waits, how rows become values and values parameters.

psycopg's binary build waits in C, which under eventlet stops every green thread of the process:
``wait_selector`` waits in Python, where eventlet's ``select`` yields. It is read when psycopg is
imported, so nobody else may import psycopg first (``tests/house`` holds that).
"""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial
from typing import Any, Union, get_args, get_origin, get_type_hints

os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"

import psycopg
from psycopg import ClientCursor, Connection, Cursor, IsolationLevel, OperationalError, errors, sql
from psycopg.rows import class_row, dict_row, scalar_row, tuple_row
from psycopg.types.json import JsonbDumper, set_json_dumps
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from contracts.codes import Month, RequestNumber, TenantCode
from servicekit.canonical import canonical_json
from servicekit.errors import GuichetError, Unavailable
from servicekit.plain import plain

__all__ = [
    "ClientCursor",
    "Connection",
    "ConnectionPool",
    "Cursor",
    "IsolationLevel",
    "OperationalError",
    "PoolClosed",
    "PoolTimeout",
    "TooManyRequests",
    "class_row",
    "configure",
    "dict_row",
    "errors",
    "mapped_row",
    "psycopg",
    "scalar_row",
    "sql",
    "translated",
    "tuple_row",
]

type_of_none = type(None)
Converter = Callable[[Any], Any]
_CONVERTERS: dict[type[Any], dict[str, Converter]] = {}


# --- values to parameters -----------------------------------------------------------------------


def _dumps(value: Any) -> bytes:
    return canonical_json(plain(value))


class _MappingDumper(JsonbDumper):
    # ``set_json_dumps`` reaches psycopg's own wrappers only, not a dumper registered for dict.
    _dumps = staticmethod(_dumps)


class _MonthDumper(psycopg.adapt.Dumper):
    oid = psycopg.adapters.types["text"].oid

    def dump(self, obj: Any) -> bytes:
        return str(obj).encode()


def configure(connection: Connection[Any]) -> None:
    """What every connection of ours knows: mappings become jsonb, months text.

    psycopg prepares nothing by itself (``opening`` does): after some rollbacks it would deallocate
    everything, ours too, in the middle of a transaction.
    """
    connection.prepare_threshold = None
    connection.adapters.register_dumper(dict, _MappingDumper)
    connection.adapters.register_dumper(Month, _MonthDumper)
    set_json_dumps(_dumps, connection)


# --- rows to values -----------------------------------------------------------------------------


def mapped_row(cls: type[Any]) -> Callable[[Cursor[Any]], Callable[[Sequence[Any]], Any]]:
    """psycopg row factory for a dataclass: ``class_row`` that also gives columns their types.

    A field annotated with an enum, TenantCode, RequestNumber or Month (also inside ``| None``,
    ``tuple[X, ...]``, ``frozenset[X]``, ``list[X]``, ``dict[K, V]``) comes out as that type.
    """
    if cls is dict:
        return dict_row
    converters = _converters(cls)
    if not converters:
        return class_row(cls)

    def factory(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], Any]:
        names = _column_names(cursor)
        plan = [(name, converters.get(name)) for name in names]

        def make(values: Sequence[Any]) -> Any:
            return cls(
                **{
                    name: value if convert is None or value is None else convert(value)
                    for (name, convert), value in zip(plan, values, strict=True)
                }
            )

        return make

    return factory


def _column_names(cursor: Cursor[Any]) -> list[str]:
    """From the result itself: ``description`` would make an object of each column first."""
    result = cursor.pgresult
    if result is None:
        return []
    return [(result.fname(index) or b"").decode() for index in range(result.nfields)]


def _converters(cls: type[Any]) -> dict[str, Converter]:
    if cls in _CONVERTERS:
        return _CONVERTERS[cls]
    if not is_dataclass(cls):
        raise TypeError(f"rows become dataclasses or dict, not {cls}")
    hints = get_type_hints(cls)
    found = {field.name: _converter(hints[field.name]) for field in fields(cls)}
    _CONVERTERS[cls] = {name: converter for name, converter in found.items() if converter}
    return _CONVERTERS[cls]


def _converter(hint: Any) -> Converter | None:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = [argument for argument in arguments if argument is not type_of_none]
        return _converter(inner[0]) if len(inner) == 1 else None
    if origin in (tuple, list, frozenset, set):
        return partial(_collect, origin, _converter(arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return partial(_table, _converter(arguments[0]), _converter(arguments[1]))
    if hint is Month:
        return Month.parse
    if isinstance(hint, type) and issubclass(hint, Enum | TenantCode | RequestNumber):
        return hint
    return None


def _collect(kind: type[Any], convert: Converter | None, values: Sequence[Any]) -> Any:
    return kind(values if convert is None else map(convert, values))


def _table(of_key: Converter | None, of_value: Converter | None, table: Mapping[Any, Any]) -> Any:
    return {
        (of_key(key) if of_key else key): (of_value(value) if of_value else value)
        for key, value in table.items()
    }


# --- what PostgreSQL refuses --------------------------------------------------------------------

_BUSY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)


def translated(error: psycopg.Error) -> GuichetError | None:
    """The error our callers know, or None where it is a mistake of ours."""
    if isinstance(error, errors.QueryCanceled):
        return Unavailable("deadline", {"retry_after": 1})
    if isinstance(error, _BUSY) or _is_lost(error):
        return Unavailable("database", {"retry_after": 1})
    return None


def _is_lost(error: psycopg.Error) -> bool:
    """The server is gone, going, or not there yet."""
    if isinstance(error, PoolTimeout | PoolClosed | TooManyRequests):
        return True
    if not isinstance(error, OperationalError | psycopg.InterfaceError):
        return False
    # Without a SQLSTATE the server did not speak: the line is cut. 08 connection, 57P shutdown,
    # 53 out of resources (too many clients, disk, memory).
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P", "53"))
