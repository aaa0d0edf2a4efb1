"""What a gateway process does each second beside its requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from gateway.oauth.acting import acting
from gateway.oauth.endings import Endings
from gateway.oauth.keys import KeyRing
from gateway.oauth.lifetimes import DEVICE_GUESSES, LOGOUT_DELIVERY, USED_CODE
from gateway.store import (
    codes,
    device_requests,
    endings,
    families,
    kept_forms,
    logout_deliveries,
    pending_sign_ins,
    portal_sessions,
    pushed_requests,
    sessions,
    used_proofs,
)
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database
from servicekit.errors import Unavailable

_EVERY = 0.5  # so that an ending is known everywhere within a second
_KEYS_EVERY = 5.0
_ROTATION_EVERY = 60.0
_SWEEP_EVERY = 300.0
_log = structlog.get_logger(__name__)


class Watch:
    """One thread. A database that is away is waited for; tokens are checked meanwhile with what
    is known, and none of them lives for more than minutes.
    """

    def __init__(self, *, db: Database, clock: Clock, keys: KeyRing, ended: Endings) -> None:
        self._db = db
        self._clock = clock
        self._ended = ended
        self._acts: list[tuple[float, Callable[[], None]]] = [
            (_EVERY, ended.refresh),
            (_KEYS_EVERY, keys.refresh),
            (_ROTATION_EVERY, keys.rotate_when_due),
            (_SWEEP_EVERY, self.sweep),
        ]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="oauth-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def sweep(self) -> None:
        """Take away what has expired."""
        now = self._clock.now()
        with self._db.write(acting("sweep"), tenant=EVERYONE) as tx:
            expired = sessions.remove_stale_sessions(tx, now=now)
            self._ended.end_sessions(tx, session_ids=expired, now=now)
            logout_deliveries.remove_stale_logout_deliveries(
                tx, closed_before=now - LOGOUT_DELIVERY
            )
            pending_sign_ins.remove_stale_pending_sign_ins(tx, now=now)
            kept_forms.remove_stale_kept_forms(tx, now=now)
            portal_sessions.remove_stale_portal_sessions(tx, now=now)
            device_requests.remove_stale_device_requests(tx, expired_before=now - USED_CODE)
            device_requests.remove_stale_guesses(tx, since_before=now - DEVICE_GUESSES)
            pushed_requests.remove_stale_pushed_requests(tx, now=now)
            codes.remove_stale_codes(tx, expired_before=now - USED_CODE)
            families.remove_stale_families(tx, now=now - timedelta(hours=1))
            endings.remove_stale_endings(tx, now=now)
            used_proofs.remove_stale_used_proofs(tx, now=now)

    def _run(self) -> None:
        due = dict.fromkeys(range(len(self._acts)), 0.0)
        while not self._stopping.wait(_EVERY):
            for index, (every, act) in enumerate(self._acts):
                if time.monotonic() >= due[index]:
                    due[index] = time.monotonic() + every
                    _try(act)


def _try(act: Callable[[], None]) -> None:
    try:
        act()
    except Unavailable as error:
        _log.warning("watch-waits", act=act.__qualname__, why=error.code)
    except Exception:  # noqa: BLE001 - the thread must outlive every fault: it carries revocation
        _log.exception("watch-failed", act=act.__qualname__)
