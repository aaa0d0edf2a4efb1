"""What a gateway process does each second beside its requests."""

from __future__ import annotations

from datetime import timedelta

from gateway.limits.client_quotas import ClientQuotas
from gateway.oauth.acting import acting
from gateway.oauth.endings import Endings
from gateway.oauth.keys import KeyRing
from gateway.oauth.lifetimes import DEVICE_GUESSES, LOGOUT_DELIVERY, USED_CODE
from gateway.rounds import Rounds
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

_EVERY = 0.5  # so that an ending is known everywhere within a second
_QUOTAS_EVERY = 1.0
_KEYS_EVERY = 5.0
_ROTATION_EVERY = 60.0
_SWEEP_EVERY = 300.0


class Watch:
    """One thread. A database that is away is waited for; tokens are checked meanwhile with what
    is known, and none of them lives for more than minutes.
    """

    def __init__(
        self, *, db: Database, clock: Clock, keys: KeyRing, ended: Endings, quotas: ClientQuotas
    ) -> None:
        self._db = db
        self._clock = clock
        self._ended = ended
        acts = [
            (_EVERY, ended.refresh),
            (_QUOTAS_EVERY, quotas.refresh),
            (_KEYS_EVERY, keys.refresh),
            (_ROTATION_EVERY, keys.rotate_when_due),
            (_SWEEP_EVERY, self.sweep),
        ]
        self.rounds = Rounds("oauth-watch", acts, waits="watch-waits", failed="watch-failed")

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
