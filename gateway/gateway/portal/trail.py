"""The audit trail of a contract: the chains of all services merged by time, and each verified.

Each service pages by its own opaque cursor. A page of the merged trail is the first ``PAGE``
entries of what the services have next; how far each was read stands in our own cursor.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from servicekit.errors import Unavailable

PAGE = 50
_FETCH = 100

Entry = dict[str, Any]
Fetch = Callable[[str, str | None, int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Position:
    """Where one service's trail is read on: a page and how many of it have been shown."""

    cursor: str | None = None
    skip: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True)
class MergedPage:
    """``silent``: services that did not answer; theirs are read on where they were left."""

    entries: list[tuple[str, Entry]]
    positions: Mapping[str, Position]
    silent: frozenset[str] = frozenset()

    @property
    def ended(self) -> bool:
        return all(position.ended for position in self.positions.values())


@dataclass(slots=True)
class _Source:
    """The next entries of one service, each with the position after it."""

    ready: list[tuple[Entry, Position]] = field(default_factory=list)
    position: Position = Position()
    silent: bool = False


def merged_page(fetch: Fetch, positions: Mapping[str, Position]) -> MergedPage:
    sources = {name: _read(fetch, name, position) for name, position in positions.items()}
    queue = [
        (str(entry["at"]), name, int(entry["sequence"]), entry, after)
        for name, source in sources.items()
        for entry, after in source.ready
    ]
    queue.sort(key=lambda item: item[:3])
    reached = dict(positions)
    for name, source in sources.items():
        if not source.ready:
            reached[name] = source.position
    for _, name, _, _, after in queue[:PAGE]:
        reached[name] = after
    silent = frozenset(name for name, source in sources.items() if source.silent)
    return MergedPage([(name, entry) for _, name, _, entry, _ in queue[:PAGE]], reached, silent)


def _read(fetch: Fetch, name: str, position: Position) -> _Source:
    """At least ``PAGE`` entries where there are as many, and the service answers."""
    source = _Source(position=position)
    while not source.position.ended and len(source.ready) < PAGE:
        here = source.position
        try:
            answer = fetch(name, here.cursor, _FETCH)
        except Unavailable:
            source.silent = True
            break
        items, later = answer["items"], answer.get("next_cursor")
        for number in range(here.skip, len(items)):
            after = Position(here.cursor, number + 1)
            if number + 1 == len(items):
                after = Position(later, 0, ended=later is None)
            source.ready.append((items[number], after))
        source.position = Position(later, 0, ended=later is None)
    return source


def to_text(positions: Mapping[str, Position]) -> str:
    state = {name: [at.cursor, at.skip, at.ended] for name, at in positions.items()}
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")


def from_text(text: str | None, services: tuple[str, ...]) -> dict[str, Position]:
    """Positions out of an address; what does not read as ours starts at the beginning."""
    start = {name: Position() for name in services}
    if not text:
        return start
    try:
        state = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return {name: _position(state[name]) for name in services}
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return start


def _position(given: Any) -> Position:
    cursor, skip, ended = given
    if not (cursor is None or isinstance(cursor, str)) or not isinstance(skip, int) or skip < 0:
        raise ValueError("no position")
    return Position(cursor, skip, bool(ended))
