"""Public keys that clients publish at an address of their own (``jwks_uri``).

Asked for when a client proves itself by a key that is not known, once a minute at most, by few
threads of the process: those for addresses that answered the last time, for new ones and for those
that did not answer are counted apart, so who answers slowly holds up nobody but his like. What was
read is kept for ten minutes, and as long as the address does not answer for an hour; nothing is
stored.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from threading import BoundedSemaphore, Lock
from typing import Any, Protocol

import structlog

from gateway.oauth.client_keys import keys_fault
from gateway.oauth.outside import NotSentError

PATIENCE = 3.0  # seconds for one address: a client waits for its token meanwhile
_FRESH, _KEPT, _PAUSE = 600.0, 3_600.0, 60.0
_LARGEST = 65_536
_MOST_KEPT = 1_000
_log = structlog.get_logger(__name__)

Keys = Mapping[str, Any]


class Source(Protocol):
    def get(self, url: str, *, most: int) -> bytes: ...


class _Standing(Enum):
    """How an address has been so far; the value: how many such are asked at once."""

    ANSWERED = 2
    NEW = 3
    FAILED = 1


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: Keys
    read_at: float
    asked_at: float
    standing: _Standing


class PublishedKeys:
    def __init__(self, *, outside: Source, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._outside = outside
        self._monotonic = monotonic
        self._lock = Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._asking = {one: BoundedSemaphore(one.value) for one in _Standing}

    def of(self, uri: str, *, kid: object) -> Keys:
        """The keys at an address, with that one where there is any such. Raises ValueError where
        none are known.
        """
        now = self._monotonic()
        known = self._kept.get(uri)
        if known is None or not self._will_do(known, kid, now):
            known = self._asked(uri, known, now)
        if not known.keys or now - known.read_at > _KEPT:
            raise ValueError("no keys are known")
        return known.keys

    def _will_do(self, known: _Kept, kid: object, now: float) -> bool:
        if now - known.asked_at < _PAUSE:
            return True
        fitting = any(kid in (None, one.get("kid")) for one in known.keys.get("keys", ()))
        return fitting and now - known.read_at < _FRESH

    def _asked(self, uri: str, known: _Kept | None, now: float) -> _Kept:
        before = known or _Kept({}, now, now, _Standing.NEW)
        asking = self._asking[before.standing]
        if not asking.acquire(blocking=False):
            return before
        try:
            # Noted before it is asked, as one that does not answer until it has: meanwhile nobody
            # asks the same address again.
            self._keep(uri, _Kept(before.keys, before.read_at, now, _Standing.FAILED))
            keys = _read(self._outside.get(uri, most=_LARGEST))
        except (NotSentError, ValueError, RecursionError) as error:
            why = error.why if isinstance(error, NotSentError) else "no key set"
            _log.warning("client-keys-not-read", uri=uri, why=why)
            return before
        finally:
            asking.release()
        return self._keep(uri, _Kept(keys, now, now, _Standing.ANSWERED))

    def _keep(self, uri: str, kept: _Kept) -> _Kept:
        with self._lock:
            self._kept[uri] = kept
            self._kept.move_to_end(uri)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return kept


def _read(document: bytes) -> Keys:
    """Raises ValueError where it is no set of strong public keys for signing."""
    found = json.loads(document)
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise ValueError("no key set")
    # Other clients' needs stand there too: what is for encrypting is none of ours.
    signing = [one for one in found["keys"] if not isinstance(one, dict) or one.get("use") != "enc"]
    if keys_fault({"keys": signing}) is not None:
        raise ValueError("no strong public keys")
    return {"keys": signing}
