"""A signed proof serves once, on all gateway processes together."""

from __future__ import annotations

import hashlib
from datetime import datetime

from gateway.oauth.acting import acting
from gateway.store.used_proofs import add_used_proof
from servicekit.db import EVERYONE, Database


class Once:
    def __init__(self, *, db: Database) -> None:
        self._db = db

    def first(self, kind: str, whose: str, jti: str, *, until: datetime) -> bool:
        """False where it has served. ``until``: from then on it is refused for its age anyway."""
        digest = hashlib.sha256("\0".join((kind, whose, jti)).encode()).digest()
        with self._db.write(acting("proof.use"), tenant=EVERYONE) as tx:
            return add_used_proof(tx, digest=digest, expires_at=until)
