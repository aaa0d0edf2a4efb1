"""The stranger's clock tells him nothing: unknown, wrong, locked and disabled take the same time.

Through the running service, by distribution: kinds of name take turns, so that whatever else the
machine does falls on all of them. A kind is like the others where it is as often the slower as they
are: by rank, so that a small difference shows however long the rest takes. That the work is the
same, statement by statement and hash by hash, ``actions/test_same_work.py`` counts exactly; here
nothing but a difference one could use from outside is looked for.
"""

from __future__ import annotations

import bisect
import random
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from contracts import identity as calls
from contracts.codes import CredentialKind
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.errors import Unauthenticated

pytestmark = [pytest.mark.servers, pytest.mark.alone]

TENANT = "OCB0001234"
WRONG = "not the password 1A"
ROUNDS = 50
# How often a sample of one kind is slower than one of the others: half of the time where they are
# alike. By chance alone it strays by 0.046 (one standard deviation, 50 samples against 200).
STRAY = 0.19


@pytest.fixture(scope="module")
def town(identity: Any) -> Any:
    """One to be wrong about, one locked, one without a password; one disabled, one whose contract
    has disabled him, one whose IAM user is."""
    identity.open_tenant(TENANT)
    registered = identity.heard(calls.PersonRegistered, login="John.Doe")
    for event in (calls.WelcomeLinkIssued, calls.IamUserCreated):
        token = identity.token(event, person_id=registered["person_id"])
        identity.ask(calls.set_password_by_link, token=token, password="Un-Guichet.Bien+Tenu7")
    with identity.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        for login in ("locked", "disabled", "no.password", "no.user", "no.iam.user"):
            _copy_john(tx, login)
        tx.run(
            """
            UPDATE credentials SET locked_until = '2999-01-01 00:00+00', failed_at = '{}'
             WHERE person_id IN (SELECT id FROM persons WHERE login_key = 'locked')
            """,
            {},
        )
        tx.run("UPDATE persons SET enabled = false WHERE login_key = 'disabled'", {})
        tx.run(
            "UPDATE users SET disabled_at = joined_at WHERE person_id = md5('no.user')::uuid", {}
        )
        tx.run(
            "UPDATE iam_users SET disabled_at = created_at WHERE user_name_key = 'no.iam.user'", {}
        )
        tx.run(
            """
            UPDATE credentials SET hash = NULL
             WHERE person_id IN (SELECT id FROM persons WHERE login_key = 'no.password')
            """,
            {},
        )
    return identity


def _copy_john(tx: Any, login: str) -> None:
    """His twin in the same tenant, with both credentials."""
    params = {"login": login}
    tx.run(
        """
        INSERT INTO persons (id, login, login_key, email, email_key, given_name, family_name,
                             language, registered_at)
        SELECT md5(%(login)s)::uuid, %(login)s, %(login)s, %(login)s || '@example.com',
               %(login)s || '@example.com', 'A', 'B', 'fr', registered_at
          FROM persons WHERE login_key = 'john.doe'
        """,
        params,
    )
    tx.run(
        """
        INSERT INTO users (tenant, person_id, sort_key, search_key, joined_at, accepted_at)
        SELECT tenant, md5(%(login)s)::uuid, sort_key, search_key, joined_at, accepted_at
          FROM users LIMIT 1
        """,
        params,
    )
    tx.run(
        """
        INSERT INTO memberships (tenant, person_id, section, role)
        SELECT tenant, md5(%(login)s)::uuid, section, role
          FROM memberships m JOIN persons p ON p.id = m.person_id AND p.login_key = 'john.doe'
        """,
        params,
    )
    tx.run(
        """
        INSERT INTO iam_users (id, tenant, person_id, user_name, user_name_key, email, email_key,
                               created_at)
        SELECT md5('i' || %(login)s)::uuid, tenant, md5(%(login)s)::uuid, %(login)s, %(login)s,
               %(login)s || '@example.com', %(login)s || '@example.com', created_at
          FROM iam_users LIMIT 1
        """,
        params,
    )
    tx.run(
        """
        INSERT INTO credentials (id, kind, policy_id, person_id, iam_user_id, hash, changed_at)
        SELECT md5(kind || %(login)s)::uuid, kind, policy_id, md5(%(login)s)::uuid,
               CASE kind WHEN 'api' THEN md5('i' || %(login)s)::uuid END, hash, changed_at
          FROM credentials WHERE hash IS NOT NULL
           AND person_id = (SELECT id FROM persons WHERE login_key = 'john.doe')
        """,
        params,
    )


def forgive(identity: Any) -> None:
    """So that who is wrong stays wrong, and does not lock in the middle of the samples."""
    with identity.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        tx.run(
            """
            UPDATE credentials SET failed_at = '{}', turned_away = 0, locked_until = NULL
             WHERE locked_until IS NULL OR locked_until < '2990-01-01'
            """,
            {},
        )


def samples(
    identity: Any, ask: Callable[[str], Any], names: dict[str, Callable[[int], str]]
) -> dict[str, list[float]]:
    """Milliseconds of each kind; in every round all of them, in another order each time."""
    order, found = random.Random(3), {kind: [] for kind in names}
    for turn in range(-5, ROUNDS):
        if turn % 2 == 0:
            forgive(identity)
        kinds = list(names)
        order.shuffle(kinds)
        for kind in kinds:
            began = time.perf_counter()
            with suppress(Unauthenticated):
                ask(names[kind](turn))
            if turn >= 0:  # the first ones warm up
                found[kind].append((time.perf_counter() - began) * 1000)
    return found


def assert_alike(found: dict[str, list[float]]) -> None:
    """Each kind against all the others together."""
    for kind, each in found.items():
        others = [one for other, more in found.items() if other != kind for one in more]
        assert abs(slower(each, others) - 0.5) <= STRAY, (kind, medians(found))


def slower(some: list[float], others: list[float]) -> float:
    """How often one of these is slower than one of the others (area under the ROC curve)."""
    ordered = sorted(others)
    below = sum(bisect.bisect_left(ordered, one) for one in some)
    return below / (len(some) * len(others))


def medians(found: dict[str, list[float]]) -> dict[str, float]:
    return {kind: statistics.median(each) for kind, each in found.items()}


NAMES: dict[str, Callable[[int], str]] = {
    "wrong": lambda _: "John.Doe",
    "unknown": lambda turn: f"Nobody.{turn}",
    "locked": lambda _: "locked",
    "disabled": lambda _: "disabled",
    "no password": lambda _: "no.password",
}
# Whom the portal lets in all the same: its refusals are about the person.
NAMES_IN_A_DOMAIN: dict[str, Callable[[int], str]] = NAMES | {
    "disabled in the contract": lambda _: "no.user",
    "disabled IAM user": lambda _: "no.iam.user",
}


@pytest.mark.parametrize("door", ["portal", "web", "api"])
def test_refusals_at_each_door_take_the_same_time(town: Any, door: str) -> None:
    doors: dict[str, Callable[[str], Any]] = {
        "portal": lambda name: town.ask(calls.sign_in, login=name, password=WRONG),
        "web": lambda name: town.ask(
            calls.web_sign_in, domain=TENANT, user_name=name, password=WRONG
        ),
        "api": lambda name: town.ask(
            calls.api_sign_in, domain=TENANT, identifier=name, password=WRONG
        ),
    }
    names = NAMES if door == "portal" else NAMES_IN_A_DOMAIN
    assert_alike(samples(town, doors[door], names))


@pytest.mark.parametrize("credential", list(CredentialKind))
def test_forgotten_password_takes_the_same_time_for_everybody(
    town: Any, credential: CredentialKind
) -> None:
    """No hash hides a difference here."""

    def ask(name: str) -> Any:
        domain = TENANT if credential is CredentialKind.API else None
        return town.ask(
            calls.request_password_reset, credential=credential, identifier=name, domain=domain
        )

    assert_alike(samples(town, ask, NAMES))
