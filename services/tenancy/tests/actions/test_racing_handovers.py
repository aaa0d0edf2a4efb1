"""Many acts on the offices of one contract at once, on a real PostgreSQL: one holder of each at
every instant, at most one handover open, and none of both sides wins twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Barrier, Event
from uuid import UUID

import psycopg
import pytest
from services.tenancy.tests.actions.parties import Contract, contract_of

from contracts.tenancy import HandoverEnd, HandoverState
from servicekit.due_store import DueItem
from servicekit.errors import Conflict, Forbidden, GuichetError
from tenancy.actions import settle_handover

pytestmark = pytest.mark.servers

_HOLDERS = """
    SELECT (SELECT count(*) FROM offices WHERE tenant = %(tenant)s),
           (SELECT count(*) FROM handovers
             WHERE tenant = %(tenant)s AND office = 'referent'
               AND state IN ('offered', 'accepted', 'settling'))
"""


@pytest.fixture
def contract(house) -> Contract:
    return contract_of(house)


def at_once(*acts):
    """What each came to: a state, or the code of its refusal."""
    together = Barrier(len(acts))

    def run(act):
        together.wait(10)
        try:
            return act().state.value
        except GuichetError as refused:
            return refused.code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_many_offers_at_once_one_is_made(contract) -> None:
    people = [contract.jane, contract.jill] * 4
    came_to = Counter(at_once(*(partial(contract.offer, to) for to in people)))
    assert came_to == {"offered": 1, "handover-open": 7}


def test_accepted_declined_and_withdrawn_at_once_ends_in_one_story(contract) -> None:
    for _ in range(5):
        offered = contract.offer(contract.jane)
        accept = partial(contract.accept, offered)
        stops = (partial(contract.decline, offered), partial(contract.withdraw, offered))
        came_to = at_once(*(accept,) * 3, *stops)
        assert came_to[:3].count("accepted") <= 1
        assert len([one for one in came_to[3:] if one in ("declined", "withdrawn")]) == 1
        assert contract.state(offered)[0] in ("declined", "withdrawn")


def test_stopped_in_the_moment_of_its_effect_it_is_either_stopped_or_settling(contract) -> None:
    """A deadlock between who stops it and the calendar would show here as an error."""
    for _ in range(5):
        accepted = contract.accept(contract.offer(contract.jane))
        told = len(contract.told("HandoverMatured"))
        (item,) = contract.due("handover.mature")
        at_once(
            partial(mature, contract, item),
            partial(contract.withdraw, accepted),
            partial(contract.decline, accepted),
        )
        state = contract.state(accepted)[0]
        matured = len(contract.told("HandoverMatured")) - told
        assert (state, matured) in {("settling", 1), ("withdrawn", 0), ("declined", 0)}
        if state == "settling":
            contract.heard_kept(accepted.handover_id, HandoverEnd.SUCCESSOR_LEFT)


@dataclass(frozen=True)
class Settled:
    state = HandoverState.SETTLING


def mature(contract: Contract, item: DueItem) -> Settled:
    settle_handover.mature(db=contract.house.db, item=item)
    return Settled()


def test_one_holder_at_every_instant_of_two_hundred_racing_acts(contract) -> None:
    """Whoever holds the office offers it; whoever was asked accepts or declines; identity moves it,
    each fact heard twice. Meanwhile somebody counts, without a pause."""
    seen: Counter[tuple[int, int]] = Counter()
    over, people = Event(), (contract.john, contract.jane, contract.jill)

    def count() -> None:
        with psycopg.connect(contract.house.owner_url, autocommit=True) as connection:
            connection.execute("SET guichet.tenant = '*'")
            while not over.is_set():
                row = connection.execute(_HOLDERS, {"tenant": contract.tenant}).fetchone()
                seen[row] += 1

    def play(me: UUID) -> int:
        handed = 0
        for turn in range(25):
            to = people[(people.index(me) + 1 + turn % 2) % 3]
            with suppress(Conflict, Forbidden):
                accepted = contract.accept(contract.offer(to, by=me))
                if turn % 3 == 0:
                    contract.withdraw(accepted)
            handed += settle(contract)
        return handed

    with ThreadPoolExecutor(7) as pool:
        counting = pool.submit(count)
        handed = sum(pool.map(play, [*people, *people]))
        over.set()
        counting.result()
    assert handed > 5, "offices were handed over meanwhile"
    assert {holders for holders, _ in seen} == {2}, "one of each office"
    assert {opened for _, opened in seen} <= {0, 1}
    assert contract.holder() in people


def settle(contract: Contract) -> int:
    """Identity answers what has matured, in any order and twice."""
    contract.run_due("handover.mature")
    settling = contract.house.rows(
        "SELECT handover_id, to_person_id FROM handovers"
        f" WHERE state = 'settling' AND tenant = '{contract.tenant}'"
    )
    for handover_id, to in settling:
        for _ in range(2):
            contract.heard_handed_over(handover_id, to, at=contract.now)
    return len(settling)
