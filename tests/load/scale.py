"""``make bench-scale``: lists at 1,000 people and 100 tenants, and again at 1,000,000 and 100,000.

The same questions about the same people, over RPC (identity) and HTTP (sessions). The aim: a p99
within 1.5 times that of the small installation, and no large table read from end to end, sign-ins
included. Pages of unequal length would compare nothing. Where any of these does not hold, the
bench ends with an error.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle
from typing import Any

import psycopg
from tests.journeys.visitor import Visitor, person_tokens
from tests.load.bench import repeated, running_suite
from tests.load.crowd import (
    CROWDED,
    ENTERING,
    PASSWORD,
    Member,
    load_crowded_tenant,
    load_people,
    load_sessions,
)
from tests.load.measuring import Figure, closed_loop
from tests.load.plain_http import request

from contracts import identity as calls
from contracts.codes import Role, Section, StaffRole
from contracts.declare import Call
from contracts.rights import Caller, CallerKind
from local.stack import Stack
from servicekit.client import RpcClient
from servicekit.context import Context, ContextSigner, deadline_in, new_call_id

SMALL, LARGE = 1_000, 1_000_000
ROUNDS, WORKERS = 3, 4
AIM = 1.5
LOOKED_AT = (ENTERING, SMALL // 2, SMALL - 1)  # whose pages are counted; none of them signs in
_GATEWAY = Caller(kind=CallerKind.GATEWAY, subject="gateway")
_SUPPORT = Caller(
    kind=CallerKind.PERSON,
    subject="00000000-0000-7000-8000-000000000001",
    scopes=frozenset({"people.read"}),
    staff=frozenset({StaffRole.SUPPORT}),
)
_MANAGER = {Section.USERS: Role.MANAGER, Section.TECHNICAL_CONSOLE: Role.MANAGER}
# Read from end to end they cost what the whole installation costs.
_LARGE_TABLES = (
    "persons", "users", "memberships", "offices", "iam_users", "credentials", "sign_ins",
    "browser_sessions", "tenants", "links",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    call: Call
    ask: Callable[[Member], tuple[Caller, dict[str, Any]]]


def manager(member: Member) -> Caller:
    return Caller(
        kind=CallerKind.PERSON,
        subject=str(member.person_id),
        scopes=frozenset({"users.read", "iam.read", "account"}),
        tenant=member.tenant,
        roles=_MANAGER,
        tenants=frozenset({member.tenant}),
    )


def himself(member: Member) -> Caller:
    return Caller(
        kind=CallerKind.PERSON, subject=str(member.person_id), scopes=frozenset({"account"})
    )


QUESTIONS = (
    Question(
        "users of a tenant",
        calls.list_users,
        lambda member: (manager(member), {"tenant": member.tenant}),
    ),
    Question(
        "users of a tenant, searched by name",
        calls.list_users,
        lambda member: (
            manager(member),
            {"tenant": member.tenant, "search": member.family[:8]},
        ),
    ),
    Question(
        "IAM users of a domain",
        calls.list_iam_users,
        lambda member: (manager(member), {"tenant": member.tenant}),
    ),
    Question(
        "what a person holds",
        calls.resolve_rights,
        lambda member: (_GATEWAY, {"person_id": str(member.person_id)}),
    ),
    Question("my account", calls.get_account, lambda member: (himself(member), {})),
    Question("my sign-ins", calls.list_sign_ins, lambda member: (himself(member), {})),
    Question(
        "people, searched by staff",
        calls.find_persons,
        lambda member: (_SUPPORT, {"search": member.login}),
    ),
    Question(
        "people of a family name, searched by staff",
        calls.find_persons,
        lambda member: (_SUPPORT, {"search": member.family}),
    ),
)


SESSIONS = "my sessions, over REST"
CROWDED_USERS = Question(
    "users of a crowded tenant",
    calls.list_users,
    lambda member: (replace(manager(member), tenant=CROWDED), {"tenant": CROWDED}),
)


class Asker:
    """Signs and sends as the gateway does; about another of the first thousand each time."""

    def __init__(self, stack: Stack) -> None:
        self._rpc = RpcClient(stack.amqp_url, name="bench-scale")
        self._signer = ContextSigner(stack.env("gateway")["GUICHET_CONTEXT_PRIVATE_KEY"])

    def act(self, question: Question) -> Callable[[], object]:
        chance = random.Random(7)
        return lambda: self._answer(question, Member(chance.randrange(SMALL)))

    def page_lengths(self) -> dict[str, list[int]]:
        """Of each question, about some of those who are asked about; no page: nothing."""
        return {
            one.name: [
                len(self._answer(one, Member(number)).get("items", ())) for number in LOOKED_AT
            ]
            for one in QUESTIONS
        }

    def _answer(self, question: Question, member: Member) -> dict[str, Any]:
        caller, payload = question.ask(member)
        context = Context(
            caller=caller,
            call=question.call.full_name,
            call_id=new_call_id(),
            deadline=deadline_in(10),
        )
        token = self._signer.sign(context, payload)
        return self._rpc.call(question.call, payload, token, 10)

    def close(self) -> None:
        self._rpc.close()


Make = Callable[[], Callable[[], object]]


def sessions_of_one(stack: Stack, client: dict[str, Any], browsers: list[Visitor]) -> Make:
    """Over REST, for the gateway answers it; of the few of the crowd who can sign in. They do it
    once: in the same browsers their lists are as long the second time.
    """
    scope = "openid account"
    tokens = [
        person_tokens(stack.url, client, Member(number).login, PASSWORD, scope, browser=browser)
        for number, browser in enumerate(browsers)
    ]
    turns = cycle(
        request(
            "GET",
            f"{stack.url}/api/v1/account/sessions",
            {"Authorization": f"Bearer {found['access_token']}"},
        )
        for found in tokens
    )
    return lambda: repeated(stack.url, next(turns), 200)()


def measure(asks: dict[str, Make], seconds: float) -> dict[str, float]:
    """p99 of each in ms: the median of some rounds, taken in turn."""
    seen: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(ROUNDS):
        for name, make in asks.items():
            seen[name].append(_figure(name, make, seconds).p99_ms)
    return {name: statistics.median(found) for name, found in seen.items()}


def _figure(name: str, make: Make, seconds: float) -> Figure:
    figure = closed_loop(name, make, workers=WORKERS, seconds=seconds, warm_up=0.5)
    if figure.errors:
        raise RuntimeError(f"{name}: {figure.errors} errors")
    return figure


def scans(stack: Stack) -> dict[str, int]:
    """How often each large table was read from end to end, ever."""
    found: dict[str, int] = {}
    for service in ("identity", "gateway"):
        with psycopg.connect(stack.admin_database_url(service), autocommit=True) as connection:
            rows = connection.execute(
                "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY (%s)",
                (list(_LARGE_TABLES),),
            )
            found |= {f"{service}.{name}": count for name, count in rows}
    return found


def fill(stack: Stack, *, first: int, last: int) -> None:
    began = time.monotonic()
    load_people(stack.admin_database_url("identity"), first=first, last=last)
    load_sessions(stack.admin_database_url("gateway"), first=first, last=last)
    print(f"loaded people {first} to {last} in {time.monotonic() - began:.0f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="per figure and round")
    parser.add_argument("--people", type=int, default=LARGE, help="in the large installation")
    options = parser.parse_args()
    with running_suite() as (stack, demo):
        asker = Asker(stack)
        asks = {one.name: partial(asker.act, one) for one in QUESTIONS}
        client = demo["clients"]["demo-app"]
        browsers = [Visitor(stack.url) for _ in range(ENTERING)]
        fill(stack, first=0, last=SMALL)
        lengths = asker.page_lengths()
        sessions = sessions_of_one(stack, client, browsers)
        small = measure(asks | {SESSIONS: sessions}, options.seconds)
        fill(stack, first=SMALL, last=options.people)
        crowded = options.people // 20
        # Not those who are asked about: they would hold more than before.
        last = SMALL + crowded
        load_crowded_tenant(stack.admin_database_url("identity"), first=SMALL, last=last)
        grown = asker.page_lengths()
        before = scans(stack)
        sessions = sessions_of_one(stack, client, browsers)
        large = measure(asks | {SESSIONS: sessions}, options.seconds)
        alone = _figure(CROWDED_USERS.name, partial(asker.act, CROWDED_USERS), options.seconds)
        asker.close()
        time.sleep(2)  # the statistics of PostgreSQL follow a second later
        read = {name: count - before[name] for name, count in scans(stack).items()}
    unequal = [name for name, length in lengths.items() if grown[name] != length]
    print(f"pages of unequal length: {', '.join(unequal) or 'none'}")
    missed = report(small, large, alone, people=options.people, crowded=crowded, read=read)
    return 1 if unequal or missed else 0


def report(
    small: dict[str, float],
    large: dict[str, float],
    alone: Figure,
    *,
    people: int,
    crowded: int,
    read: dict[str, int],
) -> bool:
    """Whether an aim is missed."""
    print(f"{'p99':<50} {SMALL:>12,} people {people:>12,} people")
    ratios = {name: large[name] / least for name, least in small.items()}
    for name, ratio in ratios.items():
        print(f"{name:<50} {small[name]:>16.1f} ms {large[name]:>16.1f} ms   x {ratio:.2f}")
    print(f"{alone.name} ({crowded:,} users)".ljust(70) + f"{alone.p99_ms:>14.1f} ms")
    slower = [name for name, ratio in ratios.items() if ratio > AIM]
    whole = {name: count for name, count in read.items() if count}
    print(f"more than {AIM} times slower: {', '.join(slower) or 'none'}")
    print(f"large tables read from end to end: {whole or 'none'}")
    return bool(slower or whole)


if __name__ == "__main__":
    sys.exit(main())
