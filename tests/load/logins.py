"""Sign-ins a second beside what these cores can hash at all, and what other calls feel meanwhile.

The machine's speed changes from one second to the next, so bare hashing and sign-ins take turns in
short rounds. Bare hashing is counted twice: by argon2-cffi, the reference, and by libsodium, which
does the same work faster and is what identity checks passwords with.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from argon2 import PasswordHasher
from nacl import pwhash
from tests.load.measuring import Figure, closed_loop, percentile
from tests.load.plain_http import KeptConnection, request

from contracts.identity import sign_in
from contracts.rights import Caller, CallerKind
from servicekit.client import RpcClient
from servicekit.context import Context, ContextSigner, deadline_in, new_call_id

Act = Callable[[], object]
SHARE_AIM, MEANWHILE_AIM_MS = 0.85, 100.0
AT_ONCE = 12  # under way; the room of a service with default settings is 16
_PASSWORD = "Un-Guichet.Bien+Tenu7"
_PAUSE = 0.05  # between two of the other calls
_FORM_TOKEN = re.compile(rb'name="form_token" value="([^"]+)"')
_COOKIE = re.compile(rb"(?mi)^set-cookie: *([^;]+)")


@dataclass(frozen=True)
class Logins:
    bare: Figure
    same_library: Figure
    logins: Figure
    meanwhile: Figure

    def lines(self) -> list[str]:
        rate = self.logins.per_second
        shares = (
            f"{self.logins.name}: {_share(rate, self.bare)} of bare argon2-cffi,"
            f" {_share(rate, self.same_library)} of bare libsodium, turn by turn"
        )
        figures = (self.bare, self.same_library, self.logins, self.meanwhile)
        return [*(figure.line() for figure in figures), shares]

    def misses(self) -> list[str]:
        """Which aims: so many sign-ins, and the others do not wait for them."""
        share = self.logins.per_second / self.bare.per_second
        found = []
        if share < SHARE_AIM:
            found.append(f"{self.logins.name}: less than {100 * SHARE_AIM:.0f} % of bare argon2")
        if self.meanwhile.p99_ms > MEANWHILE_AIM_MS:
            found.append(f"{self.meanwhile.name}: p99 above {MEANWHILE_AIM_MS:.0f} ms")
        return found


def _share(rate: float, bare: Figure) -> str:
    return f"{100 * rate / bare.per_second:.0f} %"


def bare_argon2(seconds: float) -> Figure:
    hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
    digest = hasher.hash(_PASSWORD)
    return _on_all_cores(
        "bare argon2 verifications, argon2-cffi, all cores",
        lambda: hasher.verify(digest, _PASSWORD),
        seconds,
    )


def bare_libsodium(seconds: float) -> Figure:
    digest = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash(_PASSWORD).encode()
    return _on_all_cores(
        "bare argon2 verifications, libsodium, all cores",
        lambda: pwhash.verify(digest, _PASSWORD.encode()),
        seconds,
    )


def _on_all_cores(name: str, act: Act, seconds: float) -> Figure:
    cores = os.cpu_count() or 1
    return closed_loop(name, lambda: act, workers=cores, seconds=seconds, warm_up=0.2)


def logins_beside_bare(
    name: str, make_login: Callable[[], Act], other: Act, *, seconds: float, rounds: int = 4
) -> Logins:
    """``other`` is called fifty times a second at most while logins run."""
    bare, same_library, through = [], [], []
    waits: list[float] = []
    turn = seconds / rounds
    for _ in range(rounds):
        bare.append(bare_argon2(turn / 2))
        with _called_meanwhile(other) as latencies:
            through.append(
                closed_loop(name, make_login, workers=AT_ONCE, seconds=turn, warm_up=0.5)
            )
        waits += latencies
        same_library.append(bare_libsodium(turn / 2))
    waits.sort()
    meanwhile = Figure(
        name=f"other calls meanwhile ({name})",
        per_second=len(waits) / seconds,
        p50_ms=percentile(waits, 0.50) * 1000,
        p99_ms=percentile(waits, 0.99) * 1000,
    )
    return Logins(_mean(bare), _mean(same_library), _mean(through), meanwhile)


def rpc_logins(stack: Any, client: RpcClient) -> Callable[[], Act]:
    """``identity.sign_in`` as the gateway asks it, without the gateway."""
    signer = ContextSigner(stack.env("gateway")["GUICHET_CONTEXT_PRIVATE_KEY"])
    caller = Caller(kind=CallerKind.GATEWAY, subject="gateway")
    next_person = _everybody_in_turn(stack.demo)

    def act() -> object:
        person = next_person()
        payload = {
            "login": person["login"],
            "password": person["password"],
            "address": "127.0.0.1",
            "device": "bench",
        }
        context = Context(
            caller=caller, call=sign_in.full_name, call_id=new_call_id(), deadline=deadline_in(20)
        )
        return client.call(sign_in, payload, signer.sign(context, payload), 20)

    return lambda: act


def page_logins(stack: Any) -> Callable[[], Act]:
    """The sign-in page of the portal and its form, a browser without cookies each time."""
    next_person = _everybody_in_turn(stack.demo)
    url = f"{stack.url}/sign-in"
    page = request("GET", url, {})

    def make() -> Act:
        connection = KeptConnection(url)

        def act() -> None:
            person = next_person()
            status, body = connection.exchange(page)
            token = _FORM_TOKEN.search(body)
            if status != 200 or token is None:
                raise RuntimeError(f"{status}: {body[:200]!r}")
            cookies = b"; ".join(_COOKIE.findall(connection.head)).decode()
            fields = {
                "form_token": token[1].decode(),
                "login": person["login"],
                "password": person["password"],
            }
            headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
            status, _ = connection.exchange(
                request("POST", url, headers, urlencode(fields).encode())
            )
            if status != 303:
                raise RuntimeError(f"{status} for {person['login']}")

        return act

    return make


def _everybody_in_turn(demo: Any) -> Callable[[], dict[str, str]]:
    turns, lock = cycle([*demo["people"].values(), *demo["staff"].values()]), threading.Lock()

    def next_person() -> dict[str, str]:
        with lock:
            person: dict[str, str] = next(turns)
        return person

    return next_person


@contextmanager
def _called_meanwhile(other: Act) -> Iterator[list[float]]:
    latencies: list[float] = []
    done = threading.Event()

    def keep_calling() -> None:
        while not done.is_set():
            before = time.perf_counter()
            other()
            latencies.append(time.perf_counter() - before)
            done.wait(_PAUSE)

    thread = threading.Thread(target=keep_calling)
    thread.start()
    try:
        yield latencies
    finally:
        done.set()
        thread.join()


def _mean(figures: list[Figure]) -> Figure:
    count = len(figures)
    return replace(
        figures[0],
        per_second=sum(one.per_second for one in figures) / count,
        p50_ms=sum(one.p50_ms for one in figures) / count,
        p99_ms=max(one.p99_ms for one in figures),
        errors=sum(one.errors for one in figures),
    )
