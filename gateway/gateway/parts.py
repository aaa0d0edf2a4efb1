"""Where the parts of a gateway process meet."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from gateway.administrators import Administrators
from gateway.dispatch import Dispatcher
from gateway.given_reasons import GivenReasons
from gateway.limits.admission import Admission
from gateway.limits.buckets import Buckets, Kind
from gateway.limits.client_quotas import ClientQuotas
from gateway.limits.looks import Looks
from gateway.limits.sharing import Sharing
from gateway.listening import Listening
from gateway.local_calls import LocalCalls
from gateway.naming import Naming
from gateway.oauth.client_assertions import ClientAssertions
from gateway.oauth.client_news import ClientNews
from gateway.oauth.clients import ClientDirectory
from gateway.oauth.devices import Devices
from gateway.oauth.endings import Endings
from gateway.oauth.granting import Grants
from gateway.oauth.impersonations import Impersonations
from gateway.oauth.issuing import Issuer
from gateway.oauth.kept_forms import KeptForms
from gateway.oauth.keys import KeyRing
from gateway.oauth.leavers import Leavers
from gateway.oauth.logout_sending import LogoutSender
from gateway.oauth.news_telling import NewsTeller
from gateway.oauth.once import Once
from gateway.oauth.outside import Outside
from gateway.oauth.own_consents import OwnConsents
from gateway.oauth.pending import PendingSignIns
from gateway.oauth.portal_sessions import PortalSessions
from gateway.oauth.possession import Possession
from gateway.oauth.provider_clients import ProviderClients
from gateway.oauth.published_keys import PATIENCE, PublishedKeys
from gateway.oauth.pushing import PushedRequests
from gateway.oauth.registration import ensure_portal
from gateway.oauth.secrecy import Successors
from gateway.oauth.server import AuthorizationServer
from gateway.oauth.sessions import Sessions
from gateway.oauth.tenant_clients import TenantClients
from gateway.oauth.tokens import TokenChecker
from gateway.oauth.views import Views
from gateway.oauth.watch import Watch
from gateway.own_data import OwnData
from gateway.own_sessions import OwnSessions
from gateway.rights import RightsCache
from gateway.settings import Settings
from gateway.telling import Telling
from gateway.vault import Vault
from gateway.wire import Wire
from servicekit.client import RpcClient
from servicekit.clock import Clock, SystemClock
from servicekit.context import ContextSigner
from servicekit.db import Database
from servicekit.errors import Unavailable
from servicekit.settings import Mode

_LONGEST_WAIT = 60.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Built once in each worker process; ``start`` before the first request."""

    settings: Settings
    db: Database
    clock: Clock
    vault: Vault
    signer: ContextSigner
    rpc: RpcClient
    rights: RightsCache
    dispatcher: Dispatcher
    clients: ClientDirectory
    keys: KeyRing
    endings: Endings
    tokens: TokenChecker
    possession: Possession
    sessions: Sessions
    pending: PendingSignIns
    kept_forms: KeptForms
    portal_sessions: PortalSessions
    views: Views
    given_reasons: GivenReasons
    own_data: OwnData
    admission: Admission
    sharing: Sharing
    server: AuthorizationServer
    watch: Watch
    logouts: LogoutSender
    listening: Listening
    telling: Telling
    quotas: ClientQuotas

    def start(self, *, patience: float = _LONGEST_WAIT) -> None:
        """Waits for the database, which may start at the same time."""
        self.db.open()
        self._prepare(time.monotonic() + patience)
        self.watch.rounds.start()
        self.logouts.rounds.start()
        self.sharing.rounds.start()
        self.listening.start()
        self.telling.start()

    def stop(self) -> None:
        self.telling.stop()
        self.listening.stop()
        self.sharing.rounds.stop()
        self.logouts.rounds.stop()
        self.watch.rounds.stop()
        self.rpc.close()
        self.db.close()

    def _prepare(self, until: float) -> None:
        while True:
            try:
                self.keys.open()
                self.endings.refresh()
                self.quotas.refresh()
                ensure_portal(
                    db=self.db,
                    clock=self.clock,
                    public_url=self.settings.public_url,
                    secret=self.settings.portal_client_secret,
                )
                return
            except Unavailable as error:
                if time.monotonic() > until:
                    raise
                _log.warning("database-awaited", why=error.code)
                time.sleep(0.5)


def build_parts(settings: Settings, *, clock: Clock | None = None) -> Parts:
    """Connects to nothing yet. ``clock`` is for tests: tokens live on real time."""
    ground = _ground(settings, clock or SystemClock())
    db, clock, endings = ground.db, ground.clock, ground.endings
    possession = Possession(public_url=settings.public_url, once=ground.once, clock=clock)
    views = Views(db=db, clock=clock, endings=endings)
    naming, own_data = Naming(wire=ground.wire), OwnData(db=db, wire=ground.wire, clock=clock)
    news = ClientNews(days=settings.secret_warning_days)
    issuer = _issuer(settings, ground.keys, clock)
    return Parts(
        settings=settings,
        db=db,
        clock=clock,
        vault=ground.vault,
        signer=ground.signer,
        rpc=ground.rpc,
        rights=ground.rights,
        dispatcher=_dispatcher(settings, ground, naming=naming, own_data=own_data, news=news),
        clients=ground.clients,
        keys=ground.keys,
        endings=endings,
        tokens=ground.tokens,
        possession=possession,
        sessions=ground.sessions,
        kept_forms=KeptForms(db=db, clock=clock, vault=ground.vault),
        pending=PendingSignIns(db=db, clock=clock, secure=settings.secure),
        given_reasons=GivenReasons(db=db, clock=clock),
        own_data=own_data,
        portal_sessions=PortalSessions(db=db, clock=clock, vault=ground.vault),
        views=views,
        admission=ground.admission,
        sharing=Sharing(db=db, clock=clock, buckets=ground.buckets),
        server=_server(settings, ground, issuer=issuer, possession=possession),
        watch=Watch(db=db, clock=clock, keys=ground.keys, ended=endings, quotas=ground.quotas),
        logouts=LogoutSender(db=db, clock=clock, issuer=issuer, outside=_outside(settings)),
        listening=_listening(settings, ground, naming, own_data, views, news),
        telling=_telling(settings, ground, news),
        quotas=ground.quotas,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What the other parts stand on, each in several of them."""

    db: Database
    clock: Clock
    vault: Vault
    signer: ContextSigner
    rpc: RpcClient
    wire: Wire
    rights: RightsCache
    keys: KeyRing
    endings: Endings
    clients: ClientDirectory
    tokens: TokenChecker
    sessions: Sessions
    once: Once
    buckets: Buckets
    quotas: ClientQuotas
    admission: Admission


def _ground(settings: Settings, clock: Clock) -> _Ground:
    db = Database(settings.database_url, pool_size=settings.db_pool, service="gateway")
    vault = Vault(settings.vault_key)
    signer, rpc = ContextSigner(settings.context_private_key), RpcClient(settings.amqp_url)
    wire = Wire(rpc=rpc, signer=signer)
    keys = KeyRing(db=db, vault=vault, clock=clock)
    endings = Endings(db=db, clock=clock)
    buckets = _buckets(settings)
    quotas = ClientQuotas(db=db, buckets=buckets)
    return _Ground(
        db=db,
        clock=clock,
        vault=vault,
        signer=signer,
        rpc=rpc,
        wire=wire,
        rights=RightsCache(wire=wire),
        keys=keys,
        endings=endings,
        clients=ClientDirectory(db=db, clock=clock),
        tokens=_token_checker(settings, keys, endings, clock),
        sessions=Sessions(db=db, clock=clock, endings=endings, secure=settings.secure),
        once=Once(db=db),
        buckets=buckets,
        quotas=quotas,
        admission=Admission(buckets, quotas),
    )


def _dispatcher(
    settings: Settings, ground: _Ground, *, naming: Naming, own_data: OwnData, news: ClientNews
) -> Dispatcher:
    return Dispatcher(
        wire=ground.wire,
        rights=ground.rights,
        sessions=ground.sessions,
        clock=ground.clock,
        local=build_local_calls(
            ground.db,
            ground.clock,
            ground.endings,
            own_data,
            ground.rights,
            news=news,
            private_allowed=_private_allowed(settings),
        ),
        naming=naming,
        looks=Looks(ground.buckets),
    )


def _server(
    settings: Settings, ground: _Ground, *, issuer: Issuer, possession: Possession
) -> AuthorizationServer:
    db, clock = ground.db, ground.clock
    successors = Successors(ground.vault.key_for("refresh tokens"))
    grants = Grants(db=db, clock=clock, endings=ground.endings, successors=successors)
    outside = Outside(private_allowed=_private_allowed(settings), patience=PATIENCE)
    return AuthorizationServer(
        issuer=issuer,
        clients=ground.clients,
        grants=grants,
        pushed=PushedRequests(db=db, clock=clock),
        devices=Devices(db=db, clock=clock, grants=grants),
        impersonations=Impersonations(wire=ground.wire, rights=ground.rights, clock=clock),
        possession=possession,
        assertions=ClientAssertions(
            issuer=settings.issuer,
            once=ground.once,
            clock=clock,
            published=PublishedKeys(outside=outside),
        ),
        tokens=ground.tokens,
        keys=ground.keys,
        sessions=ground.sessions,
        clock=clock,
        admission=ground.admission,
    )


def _listening(
    settings: Settings,
    ground: _Ground,
    naming: Naming,
    own_data: OwnData,
    views: Views,
    news: ClientNews,
) -> Listening:
    return Listening(
        amqp_url=settings.amqp_url,
        rights=ground.rights,
        sessions=ground.sessions,
        naming=naming,
        own_data=own_data,
        views=views,
        leavers=Leavers(
            db=ground.db,
            clock=ground.clock,
            endings=ground.endings,
            news=news,
            lives_on=timedelta(days=settings.secret_of_leaver_days),
        ),
    )


def _telling(settings: Settings, ground: _Ground, news: ClientNews) -> Telling:
    readers = Administrators(wire=ground.wire)
    return Telling(
        db=ground.db,
        clock=ground.clock,
        amqp_url=settings.amqp_url,
        handlers=NewsTeller(db=ground.db, news=news, readers=readers).handlers,
    )


def build_local_calls(
    db: Database,
    clock: Clock,
    endings: Endings,
    own_data: OwnData,
    rights: RightsCache,
    *,
    news: ClientNews,
    private_allowed: bool,
) -> LocalCalls:
    clients: dict[str, Any] = {
        "db": db,
        "clock": clock,
        "endings": endings,
        "news": news,
        "private_allowed": private_allowed,
    }
    return LocalCalls(
        db=db,
        sessions=OwnSessions(db=db, clock=clock, endings=endings, rights=rights),
        clients=TenantClients(**clients),
        provider_clients=ProviderClients(**clients),
        consents=OwnConsents(db=db, clock=clock, endings=endings),
        own_data=own_data,
        clock=clock,
    )


def _buckets(settings: Settings) -> Buckets:
    return Buckets(
        {
            Kind.ADDRESS: settings.limit_address,
            Kind.PERSON: settings.limit_person,
            Kind.CLIENT: settings.limit_client,
            Kind.STAFF: settings.limit_staff,
        }
    )


def _outside(settings: Settings) -> Outside:
    return Outside(private_allowed=_private_allowed(settings))


def _private_allowed(settings: Settings) -> bool:
    return settings.mode is not Mode.PRODUCTION


def _issuer(settings: Settings, keys: KeyRing, clock: Clock) -> Issuer:
    return Issuer(url=settings.issuer, audience=settings.audience, keys=keys, clock=clock)


def _token_checker(
    settings: Settings, keys: KeyRing, endings: Endings, clock: Clock
) -> TokenChecker:
    return TokenChecker(
        issuer=settings.issuer,
        audience=settings.audience,
        keys=keys,
        endings=endings,
        clock=clock,
    )
