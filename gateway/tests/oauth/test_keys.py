from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.fernet import Fernet

from gateway.oauth.keys import KeyRing
from gateway.vault import Vault, VaultError
from servicekit.db import EVERYONE, Database
from servicekit.errors import Conflict, Unauthenticated

pytestmark = pytest.mark.servers


@pytest.fixture
def url(new_database: Any) -> str:
    url: str = new_database("gateway").app_url
    return url


def ring(db: Database, key: str, clock: Any) -> KeyRing:
    return KeyRing(db=db, vault=Vault(key), clock=clock)


def states(db: Database) -> list[str]:
    with db.read(tenant=EVERYONE) as tx:
        rows = tx.rows("SELECT state FROM signing_keys", {}, dict)
    return sorted(row["state"] for row in rows)


def test_processes_that_start_together_make_one_pair(url: str, provider: Any) -> None:
    key = Fernet.generate_key().decode()
    with Database(url, pool_size=6, service="gateway") as db:
        rings = [ring(db, key, provider.clock) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda one: one.open(), rings))
        assert states(db) == ["active", "next"]
        assert len({one.active.kid for one in rings}) == 1


def test_the_private_key_is_sealed_and_not_published(url: str, provider: Any) -> None:
    key = Fernet.generate_key().decode()
    with Database(url, pool_size=2, service="gateway") as db:
        made = ring(db, key, provider.clock)
        made.open()
        with db.read(tenant=EVERYONE) as tx:
            dump = str(tx.rows("SELECT signing_keys::text AS row FROM signing_keys", {}, dict))
        assert made.active.as_dict(private=True)["d"] not in dump
        for published in made.public_set()["keys"]:
            assert set(published) == {"kty", "n", "e", "kid", "alg", "use"}
        with pytest.raises(VaultError):
            ring(db, Fernet.generate_key().decode(), provider.clock).open()


def test_a_rotation_fails_no_verification(url: str, start_provider: Any) -> None:
    provider = start_provider(url)
    other = start_provider(url, clock=provider.clock)
    app = provider.machine()
    before = provider.client_token(app)
    provider.clock.move(minutes=2)
    was = provider.parts.keys.active.kid
    now = provider.parts.keys.rotate()
    after = provider.client_token(app)
    assert now != was
    for raw in (before, after):
        assert provider.parts.tokens.check(raw)
        assert other.parts.tokens.check(raw), "a process that has not heard of it yet"
    published = {key["kid"] for key in provider.parts.keys.public_set()["keys"]}
    assert {was, now} <= published


def test_a_key_nobody_knows_yet_does_not_sign(url: str, provider: Any) -> None:
    key = Fernet.generate_key().decode()
    with Database(url, pool_size=2, service="gateway") as db:
        made = ring(db, key, provider.clock)
        made.open()
        with pytest.raises(Conflict, match="next-key-too-young"):
            made.rotate()
        provider.clock.move(minutes=2)
        made.rotate()
        assert states(db) == ["active", "next", "retired"]


def test_a_key_long_retired_is_gone_with_its_tokens(url: str, start_provider: Any) -> None:
    provider = start_provider(url)
    app = provider.machine()
    raw = provider.client_token(app)
    keys = provider.parts.keys
    for _ in range(2):
        provider.clock.move(hours=25)
        keys.rotate()
    provider.clock.move(hours=25)
    keys.rotate()
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(raw)
