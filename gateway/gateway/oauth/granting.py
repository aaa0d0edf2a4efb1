"""The journey of a grant in the database: code, tokens, refresh, and what ends it.

Each step that must happen once is one UPDATE that only one can win. Whoever comes second has
shown that a secret is in two hands: everything that grew from it ends, in the same transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from gateway.oauth.acting import acting
from gateway.oauth.clients import Client
from gateway.oauth.endings import Endings, record_family_ended
from gateway.oauth.lifetimes import CODE, REFRESH_RETRY, REFRESH_TOKEN
from gateway.oauth.secrecy import Successors, digest_of
from gateway.store import codes, consents, families, sessions
from gateway.store.codes import CodeRow
from gateway.store.families import EndedBy, FamilyRow, RefreshRow
from gateway.store.sessions import SessionRow
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database, Tx
from servicekit.ids import new_id

_log = structlog.get_logger(__name__)


class Grants:
    def __init__(
        self, *, db: Database, clock: Clock, endings: Endings, successors: Successors
    ) -> None:
        self._db = db
        self._clock = clock
        self._endings = endings
        self._successors = successors

    # --- codes ----------------------------------------------------------------------------------

    def add_code(
        self,
        *,
        digest: bytes,
        session: SessionRow,
        client: Client,
        redirect_uri: str,
        scope: str,
        nonce: str | None,
        code_challenge: str,
        key: str | None = None,
        proved_here: bool = False,
    ) -> None:
        """``key``: the thumbprint of the only one that may redeem it (``dpop_jkt``);
        ``proved_here``: the request of this code asked the person who he is.
        """
        now = self._clock.now()
        code = CodeRow(
            family_id=new_id(),
            client_id=client.client_id,
            redirect_uri=redirect_uri,
            scopes=tuple(scope.split()),
            person_id=session.person_id,
            session_id=session.session_id,
            auth_time=session.auth_time,
            amr=session.amr,
            dpop_jkt=key,
            proved_here=proved_here,
            nonce=nonce,
            code_challenge=code_challenge,
            created_at=now,
            expires_at=now + CODE,
        )
        with self._db.write(acting("code.add"), tenant=EVERYONE) as tx:
            codes.add_code(tx, digest=digest, code=code)

    def usable_code(self, *, digest: bytes, client: Client) -> CodeRow | None:
        now = self._clock.now()
        with self._db.read(tenant=EVERYONE) as tx:
            code = codes.find_code(tx, digest=digest, now=now)
        if code is None:
            return None
        if code.used_at is not None:
            with self._db.write(acting("code.replay"), tenant=EVERYONE) as tx:
                self._end_family_of_code(tx, code, now)
            return None
        if code.client_id != client.client_id:
            _log.warning("code-of-another-client", client_id=client.client_id)
            return None
        usable = code.expires_at > now and code.session_expires_at is not None
        return code if usable else None

    def redeem(
        self, code: CodeRow, *, digest: bytes, refresh_token: str | None, key: str | None = None
    ) -> bool:
        """False for whoever comes second; what the first one got ends then. ``key``: the one that
        the refresh tokens are bound to.
        """
        now = self._clock.now()
        assert code.session_expires_at is not None
        with self._db.write(acting("code.redeem"), tenant=EVERYONE) as tx:
            first = codes.change_code_to_used(tx, digest=digest, now=now)
            if not first:
                self._end_family_of_code(tx, code, now)
                return False
            family = replace(_family(code, code.session_expires_at, now), dpop_jkt=key)
            self.start_family(tx, family=family, refresh_token=refresh_token, now=now)
        return True

    def start_family(
        self, tx: Tx, *, family: FamilyRow, refresh_token: str | None, now: datetime
    ) -> None:
        families.add_family(tx, family=family)
        if refresh_token is not None:
            self._add_refresh_token(tx, refresh_token, family.family_id, family.expires_at, now)

    def end_replayed(
        self, tx: Tx, *, family_id: UUID, client_id: str, person_id: UUID, now: datetime
    ) -> None:
        """The code it grew from came back."""
        self._end_family(tx, family_id, client_id, person_id, EndedBy.CODE_REPLAY, now)

    def _end_family_of_code(self, tx: Tx, code: CodeRow, now: datetime) -> None:
        self.end_replayed(
            tx,
            family_id=code.family_id,
            client_id=code.client_id,
            person_id=code.person_id,
            now=now,
        )

    # --- refresh tokens -------------------------------------------------------------------------

    def usable_refresh_token(self, raw: str, *, client: Client) -> RefreshRow | None:
        """None for one that is unknown, spent, dead or another client's; reuse ends its family
        first, whoever shows it: how it may be retried hangs on the client that it was given to.

        The answer to a refresh may get lost on its way, and two tabs of one application may send
        the same token at the same moment. So who proves that it is the client's token (by the
        client's secret, or by the key that the token is bound to) may send it once more while its
        successor is unused, for ``REFRESH_RETRY``: he is given that same successor. Sent later, or
        by a public client, it is reuse (RFC 9700, section 4.14.2).
        """
        now = self._clock.now()
        with self._db.read(tenant=EVERYONE) as tx:
            token = families.find_refresh_token(tx, digest=digest_of(raw), now=now)
            if token is None or token.ended_at is not None:
                return None
            spent = token.used_at is not None
            again = spent and self._may_retry(tx, token, raw, now=now)
        if spent and not again:
            with self._db.write(acting("refresh.reuse"), tenant=EVERYONE) as tx:
                self._end_family_of_token(tx, token, now)
            return None
        own = token.client_id == client.client_id
        usable = token.expires_at > now and token.session_expires_at is not None
        return token if own and usable else None

    def rotate(self, token: RefreshRow, raw: str) -> str | None:
        """Its successor. None where it was spent or ended since somebody looked."""
        now = self._clock.now()
        successor = self._successors.of(raw)
        with self._db.write(acting("refresh.rotate"), tenant=EVERYONE) as tx:
            # A person at work in an application is at work: the session does not idle out. First,
            # since whoever ends sessions locks them before their families, too.
            sessions.change_last_seen(tx, session_id=token.session_id, now=now)
            if families.change_refresh_token_to_used(tx, digest=digest_of(raw), now=now):
                self._add_refresh_token(
                    tx, successor, token.family_id, token.family_expires_at, now
                )
            elif not self._may_retry(tx, token, raw, now=now):
                self._end_family_of_token(tx, token, now)
                return None
        return successor

    def _may_retry(self, tx: Tx, token: RefreshRow, raw: str, *, now: datetime) -> bool:
        if not token.confidential and token.dpop_jkt is None:
            return False
        successor = families.find_refresh_token(
            tx, digest=digest_of(self._successors.of(raw)), now=now
        )
        return (
            successor is not None
            and successor.ended_at is None
            and successor.used_at is None
            and now - successor.created_at <= REFRESH_RETRY
        )

    def find_refresh_token(self, raw: str, *, spent: bool = False) -> RefreshRow | None:
        """A living one, for introspection and revocation; with ``spent`` any whose family lives."""
        now = self._clock.now()
        with self._db.read(tenant=EVERYONE) as tx:
            token = families.find_refresh_token(tx, digest=digest_of(raw), now=now)
        if token is None or token.ended_at is not None:
            return None
        if token.used_at is not None:
            return token if spent else None
        return token if token.expires_at > now and token.session_expires_at else None

    def revoke_family(self, family_id: UUID) -> None:
        with self._db.write(acting("family.revoke"), tenant=EVERYONE) as tx:
            self._endings.end_family(
                tx, family_id=family_id, ended_by=EndedBy.REVOCATION, now=self._clock.now()
            )

    def revoke_token(self, token_id: str) -> None:
        with self._db.write(acting("token.revoke"), tenant=EVERYONE) as tx:
            self._endings.end_token(tx, token_id=token_id, now=self._clock.now())

    def _add_refresh_token(
        self, tx: Tx, raw: str, family_id: UUID, not_after: datetime, now: datetime
    ) -> None:
        families.add_refresh_token(
            tx,
            digest=digest_of(raw),
            family_id=family_id,
            expires_at=min(now + REFRESH_TOKEN, not_after),
            now=now,
        )

    def _end_family_of_token(self, tx: Tx, token: RefreshRow, now: datetime) -> None:
        self._end_family(
            tx, token.family_id, token.client_id, token.person_id, EndedBy.REFRESH_REUSE, now
        )

    def _end_family(
        self,
        tx: Tx,
        family_id: UUID,
        client_id: str,
        person_id: UUID,
        ended_by: EndedBy,
        now: datetime,
    ) -> None:
        if self._endings.end_family(tx, family_id=family_id, ended_by=ended_by, now=now):
            record_family_ended(
                tx,
                family_id=family_id,
                client_id=client_id,
                person_id=person_id,
                ended_by=ended_by,
                now=now,
            )

    # --- consent --------------------------------------------------------------------------------

    def consented(self, *, person_id: UUID, client_id: str) -> frozenset[str]:
        with self._db.read(tenant=EVERYONE) as tx:
            return consents.list_consented_scopes(tx, person_id=person_id, client_id=client_id)

    def add_consent(self, *, person_id: UUID, client_id: str, scope: str) -> None:
        now = self._clock.now()
        with self._db.write(acting("consent.give"), tenant=EVERYONE) as tx:
            consents.add_consent(
                tx, person_id=person_id, client_id=client_id, scopes=scope.split(), now=now
            )
            tx.record(
                "oauth:consent:given",
                target=client_id,
                details={"person": str(person_id), "scopes": scope},
                at=now,
            )


def _family(code: CodeRow, expires_at: datetime, now: datetime) -> FamilyRow:
    return FamilyRow(
        family_id=code.family_id,
        client_id=code.client_id,
        person_id=code.person_id,
        session_id=code.session_id,
        scopes=code.scopes,
        auth_time=code.auth_time,
        proved_here=code.proved_here,
        amr=code.amr,
        created_at=now,
        expires_at=expires_at,
    )
