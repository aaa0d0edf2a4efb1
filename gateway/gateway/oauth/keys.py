"""The provider's signing keys: one signs, the next is already published, retired ones verify."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import structlog
from joserfc.jwk import RSAKey

from gateway.oauth.acting import acting
from gateway.oauth.lifetimes import KEY_IS_KNOWN, KEY_RETIRES, KEY_SIGNS
from gateway.store import keys as store
from gateway.store.keys import KeyState, SigningKeyRow
from gateway.vault import Vault
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict

ALGORITHM = "RS256"
_BITS = 2048
_log = structlog.get_logger(__name__)


class KeyRing:
    """All keys in memory; another process's rotation is seen at the next ``refresh``."""

    def __init__(self, *, db: Database, vault: Vault, clock: Clock) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock
        self._private: dict[str, RSAKey] = {}
        self._public: dict[str, RSAKey] = {}
        self._active: RSAKey | None = None
        self._active_since: datetime | None = None

    @property
    def active(self) -> RSAKey:
        if self._active is None:
            raise RuntimeError("the signing keys have not been read")
        return self._active

    def find(self, kid: object) -> RSAKey | None:
        """The public key of that id."""
        return self._public.get(kid) if isinstance(kid, str) else None

    def public_set(self) -> dict[str, Any]:
        return {"keys": [_published(key) for key in self._public.values()]}

    def open(self) -> None:
        """Read the keys; make them at the first start, one process for all."""
        self.refresh()
        if self._active is not None:
            return
        pair = (_new_key(), _new_key())
        with self._db.write(acting("keys.create"), tenant=EVERYONE) as tx:
            store.lock_keys(tx)
            if not store.list_keys(tx):
                self._add(tx, pair[0], KeyState.ACTIVE)
                self._add(tx, pair[1], KeyState.NEXT)
        self.refresh()

    def refresh(self) -> None:
        with self._db.read(tenant=EVERYONE) as tx:
            rows = store.list_keys(tx)
        private = {row.kid: self._private.get(row.kid) or self._unsealed(row) for row in rows}
        self._public = {
            kid: self._public.get(kid) or RSAKey.import_key(_published(key))
            for kid, key in private.items()
        }
        self._private = private
        active = next((row for row in rows if row.state is KeyState.ACTIVE), None)
        self._active = None if active is None else private[active.kid]
        self._active_since = None if active is None else active.activated_at

    def rotate(self) -> str:
        """The next key signs from now on. Raises Conflict("next-key-too-young")."""
        self._turn(than=None)
        return str(self.active.kid)

    def rotate_when_due(self) -> bool:
        """Where the active key has signed for its time. Of all processes one does it."""
        since = self._active_since
        due = self._clock.now() - KEY_SIGNS
        return since is not None and since <= due and self._turn(than=due)

    def _turn(self, *, than: datetime | None) -> bool:
        """``than``: only where the active key is older, as it stands when our turn has come."""
        now, fresh = self._clock.now(), _new_key()
        with self._db.write(acting("keys.rotate"), tenant=EVERYONE) as tx:
            store.lock_keys(tx)
            if than is not None and not store.active_key_is_older(tx, than=than):
                return False
            if store.next_key_is_younger(tx, than=now - KEY_IS_KNOWN):
                wait = int(KEY_IS_KNOWN / timedelta(seconds=1))
                raise Conflict("next-key-too-young", {"retry_after": wait})
            store.change_active_key(tx, now=now)
            self._add(tx, fresh, KeyState.NEXT)
            store.remove_retired_keys(tx, retired_before=now - KEY_RETIRES)
            tx.record("oauth:keys:rotated", target=str(fresh.kid), at=now)
        self.refresh()
        _log.info("signing-keys-rotated", active=self.active.kid, next=fresh.kid)
        return True

    def _add(self, tx: Tx, key: RSAKey, state: KeyState) -> None:
        sealed = self._vault.seal(json.dumps(key.as_dict(private=True)).encode())
        store.add_key(tx, kid=str(key.kid), state=state, sealed_key=sealed, now=self._clock.now())

    def _unsealed(self, row: SigningKeyRow) -> RSAKey:
        return RSAKey.import_key(json.loads(self._vault.unseal(row.sealed_key)))


def _new_key() -> RSAKey:
    """Its id is its thumbprint (RFC 7638)."""
    return RSAKey.generate_key(_BITS, {"alg": ALGORITHM, "use": "sig"}, auto_kid=True)


def _published(key: RSAKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "alg": ALGORITHM, "use": "sig", "kid": key.kid}
