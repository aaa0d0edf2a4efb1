from __future__ import annotations

import base64
import json
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
    provider.clock.move(minutes=7)
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
        provider.clock.move(minutes=7)
        made.rotate()
        assert states(db) == ["active", "next", "retired"]


def test_keys_rotate_by_themselves_once_for_all_processes(url: str, start_provider: Any) -> None:
    provider = start_provider(url)
    other = start_provider(url, clock=provider.clock)
    rings = [provider.parts.keys, other.parts.keys]
    was = provider.parts.keys.active.kid
    provider.clock.move(days=29)
    assert [ring.rotate_when_due() for ring in rings] == [False, False]
    provider.clock.move(days=1, seconds=1)
    with ThreadPoolExecutor(4) as pool:
        turned = list(pool.map(lambda ring: ring.rotate_when_due(), rings * 2))
    assert sum(turned) == 1
    for ring in rings:
        ring.refresh()
    assert len({str(ring.active.kid) for ring in rings} - {str(was)}) == 1
    assert states(provider.parts.db) == ["active", "next", "retired"]
    assert ("oauth:keys:rotated") in {action for action, _ in provider.trail()}


def test_no_token_fails_while_keys_rotate(url: str, start_provider: Any) -> None:
    """Two processes sign and verify each other's tokens; one of them rotates under way, the other
    hears of it late, as after a pause. Whoever kept the published keys knows what signs next.
    """
    provider = start_provider(url)
    other = start_provider(url, clock=provider.clock)
    app = provider.machine()
    made: list[str] = []

    def work(turn: int) -> None:
        signer, checker = (provider, other) if turn % 2 else (other, provider)
        kept = {key["kid"] for key in checker.parts.keys.public_set()["keys"]}
        raw = signer.client_token(app)
        assert checker.parts.tokens.check(raw)
        assert json.loads(base64.urlsafe_b64decode(raw.split(".")[0] + "=="))["kid"] in kept
        made.append(raw)

    with ThreadPoolExecutor(4) as pool:
        before = [pool.submit(work, turn) for turn in range(20)]
        provider.clock.move(minutes=7)
        provider.parts.keys.rotate()
        after = [pool.submit(work, turn) for turn in range(20)]
        for one in (*before, *after):
            one.result()
    other.parts.keys.refresh()
    work(1)
    work(2)
    assert len({raw.split(".")[0] for raw in made}) == 2, "both keys signed"


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
