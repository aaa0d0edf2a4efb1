"""Who answers for a client is told: of what happened to it, and of a secret before it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts import identity
from contracts.codes import Role, Section, TenantCode
from contracts.gateway import ClientChange
from gateway.oauth.acting import acting
from gateway.oauth.client_news import (
    NEWS,
    SECRET,
    ClientNews,
    NewsTeller,
    days_left,
    next_look,
)
from gateway.oauth.secret_makers import SecretMakers
from gateway.store import registered_clients as store
from gateway.store.clients import ClientKind
from gateway.store.registered_clients import RegisteredRow
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.due import DueRunner
from servicekit.errors import Unauthenticated, Unavailable
from servicekit.events import Fact
from servicekit.ids import new_id
from servicekit.setting_kinds import days

pytestmark = pytest.mark.servers

DAY = timedelta(days=1)
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MANAGERS = [UUID(int=n) for n in (1, 2)]


@pytest.mark.parametrize(
    ("left", "due"),
    [
        (40.0, 10.0),
        (30.0, 23.0),
        (29.9, 22.9),
        (7.0, 6.0),
        (1.5, 0.5),
        (1.0, 1.0),
        (0.2, 0.2),
    ],
)
def test_a_secret_is_spoken_of_on_its_days_and_at_its_end(left: float, due: float) -> None:
    ends = AT + left * DAY
    assert next_look(expires_at=ends, days=(30, 7, 1), now=AT) == AT + due * DAY


def test_without_days_it_is_spoken_of_at_its_end_alone() -> None:
    assert next_look(expires_at=AT + 99 * DAY, days=(), now=AT) == AT + 99 * DAY


@pytest.mark.parametrize(("left", "told"), [(30.0, 30), (6.999, 7), (0.01, 1)])
def test_days_that_are_left_are_counted_up(left: float, told: int) -> None:
    assert days_left(expires_at=AT + left * DAY, now=AT) == told


@pytest.mark.parametrize(
    ("given", "read"), [("30,7,1", (30, 7, 1)), ("1", (1,)), ("7, 30,7", (30, 7))]
)
def test_days_are_read_from_the_setting(given: str, read: tuple[int, ...]) -> None:
    assert days(given) == read


@pytest.mark.parametrize("given", ["", "0", "366", "-1", "seven", "7,,1", "7;1", "١"])
def test_what_is_no_list_of_days_is_refused_at_start(given: str) -> None:
    with pytest.raises(ValueError, match="whole numbers from 1 to 365"):
        days(given)


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
    """A client of a tenant with a secret of somebody's, and what is told of it."""

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
        self.makers = SecretMakers(
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

    def secret(self, days: float) -> tuple[UUID, str]:
        from gateway.oauth.secrecy import digest_of, new_secret

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
                now=now,
            )
            self.news.watch_secret(tx, secret_id=secret_id, expires_at=ends, now=now)
        return secret_id, secret

    def announce(self, change: ClientChange = ClientChange.REGISTERED) -> None:
        with self.db.write(acting("test"), tenant=EVERYONE) as tx:
            self.news.announce(
                tx,
                client_id=self.client_id,
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
                DELETE FROM house.outbox WHERE data ->> 'client_id' = %(id)s
                RETURNING position, type, data
                """,
                {"id": self.client_id},
                dict,
            )
        ordered = sorted(rows, key=lambda row: row["position"])
        return [(row["type"].split(".")[2], row["data"]) for row in ordered]

    def hear(self, event: Any, **data: Any) -> None:
        self.makers.hear(
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

    def token(self, secret: str) -> Any:
        self.provider.parts.clients.forget(self.client_id)
        return self.provider.app.test_client().post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(self.client_id, secret),
        )


@pytest.fixture
def world(provider: Any) -> Iterator[World]:
    made = World(provider)
    yield made
    with made.db.write(acting("test"), tenant=EVERYONE) as tx:
        tx.run("DELETE FROM house.due_work", {})
        store.remove_client(tx, tenant=made.tenant, client_id=made.client_id)


def test_a_secret_is_told_to_each_manager_thirty_seven_and_one_day_before_and_at_its_end(
    world: World,
) -> None:
    secret_id, secret = world.secret(40)
    seen = []
    for _ in range(5):
        world.do_due()
        seen.append([(name, data.get("days")) for name, data in world.told()])
        with world.db.read(tenant=EVERYONE) as tx:
            due = tx.value(
                "SELECT due_at FROM house.due_work WHERE kind = %(kind)s AND key = %(key)s",
                {"kind": SECRET, "key": str(secret_id)},
            )
        if due is None:
            break
        world.clock.move(seconds=(due - world.clock.now()).total_seconds() + 1)
    soon = "ClientSecretExpiryApproached"
    assert seen == [
        [],
        [(soon, 30)] * 2,
        [(soon, 7)] * 2,
        [(soon, 1)] * 2,
        [("ClientSecretExpired", None)] * 2,
    ]
    assert world.token(secret).status_code == 401


def test_a_secret_that_was_ended_is_not_spoken_of(world: World) -> None:
    secret_id, _ = world.secret(31)
    with world.db.write(acting("test"), tenant=EVERYONE) as tx:
        store.remove_secret(tx, client_id=world.client_id, secret_id=secret_id)
    world.clock.move(days=2)
    world.do_due()
    assert world.told() == []


def test_news_wait_where_identity_is_away_and_are_told_once(world: World) -> None:
    world.readers.away = True
    world.announce()
    world.do_due()
    assert world.told() == []
    world.readers.away = False
    with world.db.write(acting("test"), tenant=EVERYONE) as tx:
        tx.run("UPDATE house.due_work SET leased_until = NULL WHERE kind = %(k)s", {"k": NEWS})
    world.do_due()
    world.do_due()
    told = world.told()
    assert [name for name, _ in told] == ["ClientAnnounced"] * 2
    assert {data["person_id"] for _, data in told} == {str(one) for one in MANAGERS}
    assert {data["changed_by_name"] for _, data in told} == {"Jane Roe"}


LOSSES = [
    (identity.TenantLeft, {"how": "removed"}),
    (identity.UserDisabled, {"accepted": True}),
    (identity.RolesChanged, {"roles": {Section.CONTRACT: Role.MANAGER}}),
]


@pytest.mark.parametrize(("event", "data"), LOSSES, ids=lambda one: getattr(one, "name", ""))
def test_tokens_end_at_once_when_who_made_the_secret_loses_the_right(
    world: World, event: Any, data: Any
) -> None:
    _, secret = world.secret(365)
    raw = world.token(secret).json["access_token"]
    assert world.provider.parts.tokens.check(raw)
    world.hear(event, tenant=world.tenant, **data)
    with pytest.raises(Unauthenticated):
        world.provider.parts.tokens.check(raw)
    world.do_due()
    [(name, told), _] = world.told()
    assert (name, told["change"]) == ("ClientAnnounced", "maker-lost-right")
    ends = datetime.fromisoformat(told["secret_ends_at"])
    assert abs(ends - world.clock.now() - 30 * DAY) < timedelta(seconds=1)
    world.clock.move(seconds=3)
    assert world.token(secret).status_code == 200, "the tenant's programs have time"
    world.clock.move(days=30)
    assert world.token(secret).status_code == 401


def test_where_no_time_is_given_the_secret_ends_with_the_right(provider: Any) -> None:
    world = World(provider, lives_on=timedelta(0))
    _, secret = world.secret(365)
    world.hear(identity.PersonErased)
    assert world.token(secret).status_code == 401


def test_what_he_loses_elsewhere_ends_nothing_here(world: World) -> None:
    _, secret = world.secret(365)
    raw = world.token(secret).json["access_token"]
    other = TenantCode.numbered(int(world.tenant[3:]) ^ 1)
    world.hear(identity.TenantLeft, tenant=other, how="removed")
    world.hear(identity.StaffRolesChanged, roles=[])
    world.hear(identity.RolesChanged, tenant=world.tenant, roles={Section.USERS: Role.MANAGER})
    assert world.provider.parts.tokens.check(raw)
    world.do_due()
    assert world.told() == []


def test_a_secret_that_ends_sooner_is_not_given_more_time(world: World) -> None:
    _, secret = world.secret(3)
    world.hear(identity.PersonDisabled)
    world.do_due()
    [(_, told), _] = [one for one in world.told() if one[0] == "ClientAnnounced"]
    ends = datetime.fromisoformat(told["secret_ends_at"])
    assert ends - world.clock.now() < 4 * DAY
    world.clock.move(days=3)
    assert world.token(secret).status_code == 401


def test_hearing_it_twice_is_hearing_it_once(world: World) -> None:
    world.secret(365)
    fact = Fact(
        id=new_id(),
        type=identity.PersonDisabled.type,
        source="/guichet/identity",
        time=world.clock.now(),
        call_id="call",
        data={"person_id": world.maker},
        context=system_context(service="gateway", call="x"),
    )
    world.makers.hear(fact)
    world.makers.hear(fact)
    world.do_due()
    assert len([one for one in world.told() if one[0] == "ClientAnnounced"]) == len(MANAGERS)
