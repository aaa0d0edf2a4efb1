"""Slow bodies hold some threads, never all of them.

The server's input waits for the client and knows no deadline (README: what must stand before it).
So only so many requests read a body at once: while others dribble theirs, everything that has
none, every page and every REST read, is still served, and who would post is asked to come again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import ServiceUnavailable

from gateway.slots import Slots

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

_PATIENCE = 1.0  # seconds; a body that is there is read in microseconds


def bounded_bodies(
    application: WSGIApplication, *, slots: int, patience: float = _PATIENCE
) -> WSGIApplication:
    """``slots``: how many threads may wait for bodies at once."""
    free = Slots(slots)

    def bounded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # What the portal asks of the provider inside this process is in memory: nobody waits.
        if type(environ["wsgi.input"]) is not BytesIO:
            environ["wsgi.input"] = _Body(environ["wsgi.input"], free, patience)
        return application(environ, start_response)

    return bounded


class _Body:
    def __init__(self, inner: InputStream, free: Slots, patience: float) -> None:
        self._inner = inner
        self._free = free
        self._patience = patience

    def read(self, size: int = -1) -> bytes:
        return self._in_turn(self._inner.read, *(() if size is None or size < 0 else (size,)))

    def readline(self, size: int = -1) -> bytes:
        return self._in_turn(self._inner.readline)

    def readlines(self, hint: int = -1) -> list[bytes]:
        found: list[bytes] = self._in_turn(self._inner.readlines)
        return found

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _in_turn(self, read: Any, *size: int) -> Any:
        if not self._free.take(patience=self._patience):
            raise ServiceUnavailable
        try:
            return read(*size)
        finally:
            self._free.give_back()
