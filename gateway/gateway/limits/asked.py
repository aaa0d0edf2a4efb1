"""The request that is counted: where it comes from, and what it is told about what is left.

Most requests are Flask's. Those of the counter (``gateway.oauth.counter``) know no Flask.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from flask import g, request

from gateway.limits.buckets import Standing


@dataclass(slots=True)
class Asked:
    """A request without Flask."""

    address: str | None
    standing: Standing | None = None


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


@contextmanager
def counted(address: str | None) -> Iterator[Asked]:
    """What is counted within is this request."""
    asked = Asked(address)
    token = _asked.set(asked)
    try:
        yield asked
    finally:
        _asked.reset(token)


def asked_from() -> str | None:
    asked = _asked.get()
    return request.remote_addr if asked is None else asked.address


def note(standing: Standing | None) -> None:
    asked = _asked.get()
    if asked is None:
        g.standing = standing
    else:
        asked.standing = standing
