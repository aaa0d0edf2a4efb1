"""``make soak``: ten minutes of mixed load while keys rotate and a gateway process restarts.

Programs and people of the demo suite ask two gateways. One of them serves all the time; the other
is stopped and started again, and killed in between. Every request that fails is sent again as it
was, with the same key. The aim: none that this does not cure, no token that fails its
verification, every write done once, disturbances as many as planned, and memory that does not grow.
"""

from __future__ import annotations

import argparse
import base64
import json
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.journeys.visitor import Visitor, person_tokens
from tests.load.bench import SERVICES, running_suite
from tests.load.measuring import percentile
from tests.second_gateway import SecondGateway, second_gateway

from contracts.registry import SCOPES
from local.stack import Stack

PATIENCE = 60.0  # how long a request is sent again
PAUSE = 0.25  # before it is
BETWEEN = 0.02  # two acts of one worker
ROTATION, RESTART, SAMPLE = 40.0, 45.0, 10.0
TAKES = 15.0  # at most, to rotate the keys or to start a gateway, on cores that are busy
MOST_GROWTH = 0.05  # of a process's memory, between the second fifth of the time and the last one
NOT_AN_ANSWER = frozenset({429, 502, 503, 504})
Send = Callable[[], requests.Response]


@dataclass
class Tally:
    """What happened to the requests of one kind, whoever sent them."""

    latencies: list[float] = field(default_factory=list)
    sent_again: Counter[str] = field(default_factory=Counter)
    cured: int = 0
    lost: list[str] = field(default_factory=list)


class Ledger:
    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}
        self._lock = threading.Lock()

    def persist(self, kind: str, send: Send, *, good: int) -> requests.Response:
        """Send until there is an answer; RuntimeError where it is another one, or none at all."""
        tally = self._of(kind)
        began, tries = time.monotonic(), 0
        while True:
            why, answer = _attempt(send)
            if answer is not None and answer.status_code not in NOT_AN_ANSWER:
                break
            tries += 1
            tally.sent_again[why] += 1
            if time.monotonic() - began > PATIENCE:
                tally.lost.append(f"no answer: {why}")
                raise RuntimeError(f"{kind}: {why}")
            time.sleep(PAUSE)
        if answer.status_code != good:
            tally.lost.append(f"{answer.status_code}: {answer.text[:200]}")
            raise RuntimeError(f"{kind}: {answer.status_code} {answer.text[:200]}")
        if tries:
            tally.cured += 1
        else:
            tally.latencies.append(time.monotonic() - began)
        return answer

    def refuse(self, kind: str, why: str) -> None:
        self._of(kind).lost.append(why)

    def _of(self, kind: str) -> Tally:
        with self._lock:
            return self.tallies.setdefault(kind, Tally())


def _attempt(send: Send) -> tuple[str, requests.Response | None]:
    try:
        answer = send()
    except requests.RequestException as error:
        return type(error).__name__, None
    return str(answer.status_code), answer


# --- who asks ---------------------------------------------------------------------------------


@dataclass
class Program:
    """An internal system: gets tokens, verifies each by the published keys, reads, asks."""

    url: str
    client: Mapping[str, str]
    tenant: str
    ledger: Ledger
    keys: Any = None

    def act(self) -> None:
        auth = (self.client["client_id"], self.client["client_secret"])
        form = {"grant_type": "client_credentials", "scope": "contracts.read"}
        with requests.Session() as http:
            got = self.ledger.persist(
                "client-credentials token",
                lambda: http.post(f"{self.url}/oauth/token", data=form, auth=auth, timeout=10),
                good=200,
            )
            token = got.json()["access_token"]
            self._verify(token)
            bearer = {"Authorization": f"Bearer {token}"}
            self.ledger.persist(
                "contract read",
                lambda: http.get(
                    f"{self.url}/api/v1/contracts/{self.tenant}", headers=bearer, timeout=10
                ),
                good=200,
            )
            asked = {"token": token}
            told = self.ledger.persist(
                "token check",
                lambda: http.post(
                    f"{self.url}/oauth/introspect", data=asked, auth=auth, timeout=10
                ),
                good=200,
            )
        if not told.json()["active"]:
            self.ledger.refuse("token check", "a living token was called dead")

    def _verify(self, token: str) -> None:
        """By the keys known so far; by those published now where its key is a new one."""
        kid = _head(token)["kid"]
        if self.keys is None or kid not in {key.kid for key in self.keys.keys}:
            published = self.ledger.persist(
                "published keys",
                lambda: requests.get(f"{self.url}/oauth/jwks", timeout=10),
                good=200,
            )
            self.keys = KeySet.import_key_set(published.json())
        try:
            jwt.decode(token, self.keys, algorithms=["RS256"])
        except Exception as error:  # noqa: BLE001 - whatever it is, the token did not verify
            self.ledger.refuse("verification", f"{type(error).__name__}: {error}")


@dataclass
class Application:
    """A person's application: renews its token again and again, and writes in his name."""

    url: str
    client: Mapping[str, str]
    tokens: dict[str, Any]
    tenant: str
    ledger: Ledger
    mark: str = field(default_factory=lambda: secrets.token_hex(4))
    writes: Iterator[int] = field(default_factory=lambda: count(1))
    written: int = 0

    def act(self) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"]}
        auth = (self.client["client_id"], self.client["client_secret"])
        self.tokens = self.ledger.persist(
            "refreshed token",
            lambda: requests.post(f"{self.url}/oauth/token", data=form, auth=auth, timeout=10),
            good=200,
        ).json()
        headers = {
            "Authorization": f"Bearer {self.tokens['access_token']}",
            "Idempotency-Key": secrets.token_hex(16),
        }
        name = {"name": f"{self.mark} {next(self.writes)}"}
        self.ledger.persist(
            "write",
            lambda: requests.patch(
                f"{self.url}/api/v1/contracts/{self.tenant}",
                json=name,
                headers=headers,
                timeout=10,
            ),
            good=200,
        )
        self.written += 1


@dataclass
class Reader:
    """A person in the portal."""

    url: str
    visitor: Visitor
    ledger: Ledger

    def act(self) -> None:
        self.ledger.persist(
            "portal page",
            lambda: self.visitor.http.get(
                f"{self.url}/account/sessions", allow_redirects=False, timeout=10
            ),
            good=200,
        )


def _head(token: str) -> dict[str, Any]:
    part = token.split(".", 1)[0]
    head: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return head


# --- what disturbs them -----------------------------------------------------------------------


@dataclass
class Disturbance:
    """Rotates the signing keys; stops, starts and kills the second gateway."""

    stack: Stack
    gateway: SecondGateway
    done: threading.Event
    rotations: int = 0
    restarts: int = 0
    kills: int = 0

    def rotate(self) -> None:
        while not self.done.wait(ROTATION):
            let_next_key_grow_old(self.stack)
            self.stack.run("gateway", "rotate-keys")
            self.rotations += 1

    def restart(self) -> None:
        while not self.done.wait(RESTART):
            if (self.restarts + self.kills) % 3 == 2:
                self.gateway.kill()
                self.kills += 1
            else:
                self.gateway.stop()
                self.restarts += 1
            self.gateway.start()

    def missing(self, seconds: float) -> list[str]:
        """What was to happen and did not."""
        happened = {
            "rotations": (self.rotations, ROTATION),
            "restarts": (self.restarts + self.kills, RESTART),
        }
        return [
            f"{found} {what} in {seconds:.0f} s, {planned} were planned"
            for what, (found, every) in happened.items()
            if found < (planned := int(seconds // (every + TAKES)))
        ]


def let_next_key_grow_old(stack: Stack) -> None:
    """So that more rotations fit in: else one waits until whoever caches keys has seen the next.
    Our programs fetch the keys anew when they meet one that they do not know."""
    with psycopg.connect(stack.admin_database_url("gateway")) as db:
        db.execute(
            "UPDATE signing_keys SET created_at = created_at - interval '1 hour'"
            " WHERE state = 'next'"
        )


@dataclass
class Memory:
    """What each process has to itself, sampled; the gateway is the one that serves all the time."""

    stack: Stack
    done: threading.Event
    samples: dict[str, list[int]] = field(default_factory=dict)

    def watch(self) -> None:
        while not self.done.wait(SAMPLE):
            for name in (*SERVICES, "gateway"):
                family = [psutil.Process(self.stack.parts[name].pid)]
                family += family[0].children(recursive=True)
                own = sum(one.memory_full_info().uss for one in family)
                self.samples.setdefault(name, []).append(own)

    def growth(self) -> dict[str, tuple[float, float]]:
        """Bytes in the second fifth of the time and in the last one: the first one warms up."""
        found = {}
        for name, samples in self.samples.items():
            fifth = max(1, len(samples) // 5)
            warm = statistics.median(samples[fifth : 2 * fifth])
            found[name] = (warm, statistics.median(samples[-fifth:]))
        return found


# --- the run ----------------------------------------------------------------------------------


def audience(stack: Stack, urls: tuple[str, str], ledger: Ledger) -> list[Any]:
    """A program, an application and a reader at each gateway, and one program more."""
    demo = stack.demo
    internal, app = demo["clients"]["demo-internal"], demo["clients"]["demo-app"]
    john = demo["people"]["john"]
    tenant = min(demo["tenants"])
    scope = " ".join(("openid", "offline_access", *SCOPES))
    found: list[Any] = []
    for url in urls:
        tokens = person_tokens(stack.url, app, john["login"], john["password"], scope)
        visitor = Visitor(url)
        visitor.sign_in(john["login"], john["password"], "/portal/start?next=/account/sessions")
        found += [
            Program(url, internal, tenant, ledger),
            Program(url, internal, tenant, ledger),
            Application(url, app, tokens, tenant, ledger),
            Reader(url, visitor, ledger),
        ]
    return found


def keep_acting(actor: Any, done: threading.Event, faults: list[str]) -> None:
    while not done.wait(BETWEEN):
        try:
            actor.act()
        except Exception as error:  # noqa: BLE001 - told at the end, and the bench fails
            faults.append(f"{type(actor).__name__}: {error!r}"[:300])


def tell_faults(act: Callable[[], None], faults: list[str]) -> None:
    """A disturbance that fails is a failure of the run: nothing was disturbed any more."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 - told at the end, and the bench fails
        faults.append(f"{act.__qualname__}: {error!r}"[:300])


def names_given(stack: Stack) -> int:
    """How often the audit trail says that a contract got another name."""
    with psycopg.connect(stack.admin_database_url("tenancy")) as db:
        row = db.execute(
            "SELECT count(*) FROM house.audit_entries WHERE action = 'contract:name:changed'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    ledger, done, faults = Ledger(), threading.Event(), list[str]()
    with ExitStack() as opened:
        stack, _ = opened.enter_context(running_suite())
        folder = opened.enter_context(tempfile.TemporaryDirectory())
        gateway = opened.enter_context(second_gateway(stack, Path(folder) / "second.log"))
        named_before = names_given(stack)
        actors = audience(stack, (stack.url, gateway.url), ledger)
        disturbance, memory = Disturbance(stack, gateway, done), Memory(stack, done)
        acts: list[Callable[[], None]] = [
            *(partial(keep_acting, one, done, faults) for one in actors),
            *(
                partial(tell_faults, act, faults)
                for act in (disturbance.rotate, disturbance.restart, memory.watch)
            ),
        ]
        threads = [threading.Thread(target=act) for act in acts]
        for thread in threads:
            thread.start()
        time.sleep(options.minutes * 60)
        done.set()
        for thread in threads:
            thread.join()
        written = sum(one.written for one in actors if isinstance(one, Application))
        audited = names_given(stack) - named_before
        if written != audited:
            faults.append(f"{written} writes were answered, {audited} were done")
        faults += disturbance.missing(options.minutes * 60)
        return report(ledger, disturbance, memory, faults=faults, written=written)


def report(
    ledger: Ledger, disturbance: Disturbance, memory: Memory, *, faults: list[str], written: int
) -> int:
    """What to exit with."""
    told = (disturbance.rotations, disturbance.restarts, disturbance.kills)
    print("keys rotated {}, gateway restarted {}, killed {}".format(*told))
    for kind, tally in sorted(ledger.tallies.items()):
        tally.latencies.sort()
        print(
            f"{kind:<26} {len(tally.latencies):>7} at once   p99"
            f" {percentile(tally.latencies, 0.99) * 1000:>7.1f} ms   sent again and cured"
            f" {tally.cured:>4} ({dict(tally.sent_again)})   lost {len(tally.lost)}"
        )
        for one in tally.lost[:5]:
            print(f"    {one}")
    grown = []
    for name, (warm, last) in memory.growth().items():
        growth = last / warm - 1
        print(
            f"{name:<26} {warm / 2**20:>7.1f} MiB once warm, at the end {last / 2**20:>7.1f} MiB"
            f" ({growth:+.1%})"
        )
        if growth > MOST_GROWTH:
            grown.append(name)
    for one in faults[:5]:
        print(f"  fault: {one}")
    lost = sum(len(tally.lost) for tally in ledger.tallies.values())
    print(f"writes {written}; lost {lost}; memory grew: {', '.join(grown) or 'nowhere'}")
    return 1 if lost or faults or grown else 0


if __name__ == "__main__":
    sys.exit(main())
