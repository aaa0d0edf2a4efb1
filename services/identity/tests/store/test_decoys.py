"""Which decoy stands for a name is known to the installation alone."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from identity.domain.attempts import decoy_name
from servicekit.context import system_context
from servicekit.db import EVERYONE, Database

pytestmark = pytest.mark.servers

NAMES = [f"nobody{number}" for number in range(300)]


def decoys_of(db: Database) -> list[str]:
    with db.read(tenant=EVERYONE) as tx:
        found = tx.rows(
            """
            SELECT decoy_of('portal', name)::text AS decoy,
                   decoy_of('portal', name) = c.id AND c.person_id IS NULL AS known
              FROM unnest(%(names)s::text[]) WITH ORDINALITY AS n (name, position)
              LEFT JOIN credentials c ON c.id = decoy_of('portal', name)
             ORDER BY position
            """,
            {"names": [decoy_name(name) for name in NAMES]},
            dict,
        )
    assert all(row["known"] for row in found), "every name has a decoy that exists"
    return [row["decoy"] for row in found]


def as_a_stranger_would_reckon() -> list[str]:
    numbers = [hashlib.blake2s(name.encode(), digest_size=1).digest()[0] for name in NAMES]
    return [
        hashlib.md5(f"decoy:portal:{number}".encode(), usedforsecurity=False).hexdigest()
        for number in numbers
    ]


def test_decoy_of_a_name_hangs_on_the_installations_seed_and_stays_the_same(counter: Any) -> None:
    here = decoys_of(counter.db)
    assert decoys_of(counter.db) == here
    assert len(set(here)) > 100, "spread over the decoys"
    with counter.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        assert len(tx.value("SELECT seed FROM decoy_seeds", {})) == 32
        tx.run("UPDATE decoy_seeds SET seed = sha256('of another installation')", {})
    there = decoys_of(counter.db)
    assert sum(one == two for one, two in zip(here, there, strict=True)) < 30
    guessed = as_a_stranger_would_reckon()
    assert sum(one.replace("-", "") == two for one, two in zip(here, guessed, strict=True)) < 30
