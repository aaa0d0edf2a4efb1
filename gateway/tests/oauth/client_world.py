"""A client of a tenant with a secret or keys of somebody's, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

from contracts.codes import TenantCode
from contracts.gateway import ClientChange
from gateway.oauth.acting import acting
from gateway.oauth.client_news import ClientNews
from gateway.oauth.leavers import Leavers
from gateway.oauth.news_telling import NewsTeller
from gateway.oauth.secrecy import digest_of, new_secret
from gateway.store import registered_clients as store
from gateway.store.clients import ClientKind
from gateway.store.registered_clients import RegisteredRow
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.due import DueRunner
from servicekit.errors import Unavailable
from servicekit.events import Fact
from servicekit.ids import new_id

DAY = timedelta(days=1)
MANAGERS = [UUID(int=n) for n in (1, 2)]


class Readers:
    """Two managers everywhere; ``away``: identity does not answer."""

    away = False

    def of(self, tenant: TenantCode | None) -> list[UUID]:
        if self.away:
            raise Unavailable("service-timeout")
        return MANAGERS

    def name_of(self, person_id: UUID, tenant: TenantCode | None) -> str | None:
        return "Jane Roe"


class World:
    def __init__(self, provider: Any, *, lives_on: timedelta = 30 * DAY) -> None:
        self.provider, self.clock, self.db = provider, provider.clock, provider.parts.db
        self.readers, self.news = Readers(), ClientNews(days=(30, 7, 1))
        self.maker, self.tenant = uuid4(), TenantCode.numbered(uuid4().int % 10_000_000)
        self.client_id = f"{self.tenant.lower()}-{uuid4().hex[:8]}"
        self.due = DueRunner(
            self.db,
            self.clock,
            NewsTeller(db=self.db, news=self.news, readers=self.readers).handlers,
        )
        self.leavers = Leavers(
            db=self.db,
            clock=self.clock,
            endings=provider.parts.endings,
            news=self.news,
            lives_on=lives_on,
        )
        now = self.clock.now()
        client = RegisteredRow(
            client_id=self.client_id,
            name="Billing",
            kind=ClientKind.CONFIDENTIAL,
            grants=frozenset({"client_credentials"}),
            scopes=("contracts.read",),
            redirect_uris=(),
            post_logout_redirect_uris=(),
            created_at=now,
            changed_at=now,
            tenants=frozenset({str(self.tenant)}),
        )
        with self.db.write(acting("test"), tenant=EVERYONE) as tx:
            store.add_client(tx, tenant=self.tenant, client=client)

    def secret(self, days: float, *, as_staff: bool = False) -> tuple[UUID, str]:
        secret_id, secret, now = new_id(), new_secret(), self.clock.now()
        ends = now + days * DAY
        with self.db.write(acting("test"), tenant=EVERYONE) as tx:
            store.add_secret(
                tx,
                secret_id=secret_id,
                client_id=self.client_id,
                digest=digest_of(secret),
                expires_at=ends,
                created_by=self.maker,
                made_as_staff=as_staff,
                now=now,
            )
            self.news.watch_secret(tx, secret_id=secret_id, expires_at=ends, now=now)
        return secret_id, secret

    def set_keys(self, keys: dict[str, Any], *, as_staff: bool = False) -> None:
        with self.db.write(acting("test"), tenant=EVERYONE) as tx:
            present = store.get_client(tx, tenant=self.tenant, client_id=self.client_id)
            changed = replace(
                present, jwks=keys, keys_set_by=self.maker, keys_set_as_staff=as_staff
            )
            store.change_client(tx, tenant=self.tenant, client=changed)

    def announce(
        self, change: ClientChange = ClientChange.REGISTERED, *, client_id: str | None = None
    ) -> None:
        with self.db.write(acting("test"), tenant=EVERYONE) as tx:
            self.news.announce(
                tx,
                client_id=client_id or self.client_id,
                name="Billing",
                tenant=self.tenant,
                change=change,
                by=self.maker,
                now=self.clock.now(),
            )

    def do_due(self) -> None:
        while self.due.step():
            pass

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What was told since the last look, with what it says."""
        with self.db.write(acting("test"), tenant=EVERYONE) as tx:
            rows = tx.rows(
                """
                DELETE FROM house.outbox
                 WHERE data ->> 'client_id' = %(id)s OR data ->> 'tenant' = %(tenant)s
                RETURNING position, type, data
                """,
                {"id": self.client_id, "tenant": self.tenant},
                dict,
            )
        ordered = sorted(rows, key=lambda row: row["position"])
        return [(row["type"].split(".")[2], row["data"]) for row in ordered]

    def hear(self, event: Any, **data: Any) -> None:
        self.leavers.hear(
            Fact(
                id=new_id(),
                type=event.type,
                source="/guichet/identity",
                time=self.clock.now(),
                call_id="call",
                data={"person_id": self.maker, **data},
                context=system_context(service="gateway", call=event.type),
            )
        )

    def remove(self) -> None:
        with self.db.write(acting("test"), tenant=EVERYONE) as tx:
            tx.run("DELETE FROM house.due_work", {})
            store.remove_client(tx, tenant=self.tenant, client_id=self.client_id)

    def token(self, secret: str) -> Any:
        self.provider.parts.clients.forget(self.client_id)
        return self.provider.app.test_client().post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(self.client_id, secret),
        )

    def token_by_key(self, key: ECKey) -> Any:
        """``private_key_jwt``."""
        self.provider.parts.clients.forget(self.client_id)
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": "http://localhost:8080",
            "jti": uuid4().hex,
            "iat": now,
            "exp": now + 60,
        }
        header = {"alg": "ES256", "kid": key.kid}
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode(header, claims, key, algorithms=["ES256"]),
        }
        return self.provider.app.test_client().post("/oauth/token", data=form)
