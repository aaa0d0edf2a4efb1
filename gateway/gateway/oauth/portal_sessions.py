"""The portal's sessions: the browser holds an opaque cookie, the tokens stay here, sealed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from gateway.oauth.acting import acting
from gateway.oauth.lifetimes import SESSION_LONGEST
from gateway.oauth.secrecy import digest_of, new_secret
from gateway.oauth.views import View, view_of
from gateway.store import portal_sessions as store
from gateway.store.portal_sessions import PortalSessionRow
from gateway.vault import Vault
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database

Tokens = dict[str, Any]
CLAIMED_AT = "claimed_at"


@dataclass(frozen=True, slots=True)
class PortalSession:
    """``session_id`` is the browser session (``sid``) that the tokens hang on; ``view``: what is
    seen instead of the person's own; ``perimeter``: the contract that he works on, None for all.
    """

    person_id: UUID
    session_id: UUID
    tokens: Tokens
    changed_at: datetime
    view: View | None = None
    perimeter: str | None = None


class PortalSessions:
    def __init__(self, *, db: Database, clock: Clock, vault: Vault) -> None:
        self._db = db
        self._clock = clock
        self._vault = vault

    def create(self, *, person_id: UUID, session_id: UUID, tokens: Mapping[str, Any]) -> str:
        """The secret for the portal's cookie."""
        now, secret = self._clock.now(), new_secret()
        row = PortalSessionRow(
            person_id=person_id,
            session_id=session_id,
            sealed_tokens=self._sealed(tokens),
            created_at=now,
            changed_at=now,
            expires_at=now + SESSION_LONGEST,
        )
        with self._db.write(acting("portal-session.create"), tenant=EVERYONE) as tx:
            store.add_portal_session(tx, digest=digest_of(secret), session=row)
        return secret

    def read(self, secret: str) -> PortalSession | None:
        with self._db.read(tenant=EVERYONE) as tx:
            row = store.find_portal_session(tx, digest=digest_of(secret), now=self._clock.now())
        return None if row is None else self._opened(row)

    def claim(self, secret: str, *, due: Callable[[Tokens, datetime], bool]) -> Tokens | None:
        """The tokens to renew where they are ``due``, marked in the row as being renewed.

        Renewing itself happens outside any transaction: it asks the provider, which needs the
        database too. Whoever comes meanwhile reads the mark and leaves it to the claimant, so
        that no refresh token is used twice, on any replica. The cookie stays.
        """
        digest = digest_of(secret)
        with self._db.write(acting("portal-session.claim"), tenant=EVERYONE) as tx:
            now = self._clock.now()
            row = store.lock_portal_session(tx, digest=digest, now=now)
            tokens = self._opened(row).tokens if row else None
            if tokens is None or not due(tokens, now):
                return None
            claimed = self._sealed({**tokens, CLAIMED_AT: now.isoformat()})
            store.change_portal_session(
                tx, digest=digest, new_digest=digest, sealed_tokens=claimed, now=now
            )
            return tokens

    def change(self, secret: str, *, tokens: Mapping[str, Any]) -> bool:
        """Other tokens under the same cookie; False where the session is gone."""
        digest = digest_of(secret)
        with self._db.write(acting("portal-session.change"), tenant=EVERYONE) as tx:
            return store.change_portal_session(
                tx,
                digest=digest,
                new_digest=digest,
                sealed_tokens=self._sealed(tokens),
                now=self._clock.now(),
            )

    def choose_perimeter(self, secret: str, perimeter: TenantCode | None) -> None:
        """The contract that the person works on from now on; None: all of them."""
        with self._db.write(acting("portal-session.perimeter"), tenant=EVERYONE) as tx:
            store.change_perimeter(tx, digest=digest_of(secret), perimeter=perimeter)

    def delete(self, secret: str) -> None:
        with self._db.write(acting("portal-session.delete"), tenant=EVERYONE) as tx:
            store.remove_portal_session(tx, digest=digest_of(secret))

    def _sealed(self, tokens: Mapping[str, Any]) -> str:
        return self._vault.seal(json.dumps(dict(tokens)).encode())

    def _opened(self, row: PortalSessionRow) -> PortalSession:
        tokens: Tokens = json.loads(self._vault.unseal(row.sealed_tokens))
        return PortalSession(
            row.person_id, row.session_id, tokens, row.changed_at, view_of(row), row.perimeter
        )
