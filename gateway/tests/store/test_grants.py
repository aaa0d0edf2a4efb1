"""The statements that only one of many may win."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from gateway.oauth.acting import acting
from gateway.store import clients, codes, consents, endings, families
from gateway.store.clients import ClientKind, ClientRow
from gateway.store.codes import CodeRow
from gateway.store.endings import EndingKind
from gateway.store.families import EndedBy, FamilyRow
from servicekit.db import EVERYONE, Database

pytestmark = pytest.mark.servers

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
PERSON, SESSION = uuid4(), uuid4()


@pytest.fixture(scope="module")
def db(database_factory: Any) -> Iterator[Database]:
    with Database(database_factory("gateway").app_url, pool_size=8, service="gateway") as made:
        with made.write(acting("test"), tenant=EVERYONE) as tx:
            clients.add_or_change_client(tx, client=client("app"), now=NOW)
        yield made


def client(client_id: str, **changes: Any) -> ClientRow:
    known: dict[str, Any] = {
        "client_id": client_id,
        "name": "App",
        "kind": ClientKind.CONFIDENTIAL,
        "first_party": True,
        "redirect_uris": ("https://app.example/cb",),
        "post_logout_redirect_uris": (),
        "grants": frozenset({"authorization_code"}),
        "scopes": frozenset({"openid"}),
        "tenants": frozenset({"*"}),
        "audiences": frozenset(),
        "secrets": (),
    }
    return ClientRow(**(known | changes))


def add_code(db: Database, digest: bytes) -> None:
    code = CodeRow(
        family_id=uuid4(),
        client_id="app",
        redirect_uri="https://app.example/cb",
        scopes=("openid",),
        person_id=PERSON,
        session_id=SESSION,
        auth_time=NOW,
        nonce=None,
        code_challenge="c" * 43,
        created_at=NOW,
        expires_at=LATER,
    )
    with db.write(acting("test"), tenant=EVERYONE) as tx:
        codes.add_code(tx, digest=digest, code=code)


def add_family(db: Database, digest: bytes) -> UUID:
    family = FamilyRow(
        family_id=uuid4(),
        client_id="app",
        person_id=PERSON,
        session_id=SESSION,
        scopes=("openid",),
        auth_time=NOW,
        created_at=NOW,
        expires_at=LATER,
    )
    with db.write(acting("test"), tenant=EVERYONE) as tx:
        families.add_family(tx, family=family)
        families.add_refresh_token(
            tx, digest=digest, family_id=family.family_id, expires_at=LATER, now=NOW
        )
    return family.family_id


def test_one_of_many_uses_a_code(db: Database) -> None:
    digest = uuid4().bytes * 2
    add_code(db, digest)

    def use(_: int) -> bool:
        with db.write(acting("test"), tenant=EVERYONE) as tx:
            return codes.change_code_to_used(tx, digest=digest, now=NOW)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(use, range(6))) == 1


def test_one_of_many_uses_a_refresh_token(db: Database) -> None:
    digest = uuid4().bytes * 2
    add_family(db, digest)
    gate = threading.Barrier(6)

    def use(_: int) -> bool:
        with db.write(acting("test"), tenant=EVERYONE) as tx:
            gate.wait(10)
            return families.change_refresh_token_to_used(tx, digest=digest, now=NOW)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(use, range(6))) == 1


def test_a_family_is_refreshed_or_ended_never_both(db: Database) -> None:
    """Whoever waited for the family's row sees how it ended."""
    digest = uuid4().bytes * 2
    family_id = add_family(db, digest)
    ended, tried = threading.Event(), threading.Event()
    won: list[bool] = []

    def refresh() -> None:
        ended.wait(10)
        with db.write(acting("test"), tenant=EVERYONE) as tx:
            tried.set()
            won.append(families.change_refresh_token_to_used(tx, digest=digest, now=NOW))

    thread = threading.Thread(target=refresh)
    thread.start()
    with db.write(acting("test"), tenant=EVERYONE) as tx:
        assert families.change_family_to_ended(
            tx, family_id=family_id, ended_by=EndedBy.REVOCATION, now=NOW
        )
        ended.set()
        tried.wait(10)
    thread.join(10)
    assert won == [False]
    with db.write(acting("test"), tenant=EVERYONE) as tx:
        assert not families.change_family_to_ended(
            tx, family_id=family_id, ended_by=EndedBy.REFRESH_REUSE, now=NOW
        )


def test_a_refresh_token_knows_that_its_session_is_gone(db: Database) -> None:
    digest = uuid4().bytes * 2
    add_family(db, digest)
    with db.read(tenant=EVERYONE) as tx:
        found = families.find_refresh_token(tx, digest=digest, now=NOW)
    assert found is not None
    assert found.session_expires_at is None


def test_consents_add_up(db: Database) -> None:
    for scopes in (["openid", "email"], ["openid", "profile"]):
        with db.write(acting("test"), tenant=EVERYONE) as tx:
            consents.add_consent(tx, person_id=PERSON, client_id="app", scopes=scopes, now=NOW)
    with db.read(tenant=EVERYONE) as tx:
        given = consents.list_consented_scopes(tx, person_id=PERSON, client_id="app")
        nothing = consents.list_consented_scopes(tx, person_id=uuid4(), client_id="app")
    assert given == {"openid", "email", "profile"}
    assert nothing == frozenset()


def test_endings_are_listed_from_a_moment_on_while_they_matter(db: Database) -> None:
    ids = [str(uuid4()) for _ in range(3)]
    for index, one in enumerate(ids):
        with db.write(acting("test"), tenant=EVERYONE) as tx:
            endings.add_endings(
                tx,
                kind=EndingKind.TOKEN,
                ended_ids=[one, one] if index == 0 else [one],
                expires_at=LATER + timedelta(minutes=index),
                now=NOW + timedelta(minutes=index),
            )

    def listed(since: datetime, now: datetime) -> list[str]:
        with db.read(tenant=EVERYONE) as tx:
            return [row.ended_id for row in endings.list_endings(tx, since=since, now=now)]

    assert listed(NOW, NOW) == ids
    assert listed(NOW + timedelta(minutes=1), NOW) == ids[1:]
    assert listed(NOW, LATER + timedelta(seconds=1)) == ids[1:]


def test_a_client_comes_back_as_it_was_registered(db: Database) -> None:
    asked = client("other", tenants=frozenset({"OCB0000001", "OCB0000002"}))
    with db.write(acting("test"), tenant=EVERYONE) as tx:
        assert clients.add_or_change_client(tx, client=asked, now=NOW) is True
        assert clients.add_or_change_client(tx, client=asked, now=NOW) is False
        clients.add_secret(tx, secret_id=uuid4(), client_id="other", digest=b"d" * 32, now=NOW)
    with db.read(tenant=EVERYONE) as tx:
        found = clients.find_client(tx, client_id="other", now=NOW)
    assert found is not None
    assert (found.tenants, found.secrets) == (asked.tenants, (b"d" * 32,))
    assert isinstance(found.kind, ClientKind)
