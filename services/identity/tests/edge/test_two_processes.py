"""Two processes of identity beside one another: one lock, one throttle, no try checked too many,
and what serves once serves once."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

import pyotp
import pytest

from contracts import identity as calls
from contracts.codes import StaffRole
from contracts.declare import Call
from servicekit.errors import GuichetError, Unavailable

pytestmark = pytest.mark.servers

PORTAL = "Un-Guichet.Bien+Tenu7"
WRONG = "not the password 1A"
GUESSES = 100
TOGETHER = 24
LIMIT = 5  # of the portal's policy


@dataclass(frozen=True)
class Person:
    id: str
    login: str


@pytest.fixture(scope="module")
def newcomers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def john(identity: Any, newcomers: Iterator[int]) -> Person:
    """A John of this test alone: what one test spends, another still has."""
    number = next(newcomers)
    family_name = f"Doe{chr(ord('a') + number)}"
    identity.open_tenant(f"OCB00012{number:02}", family_name=family_name)
    registered = identity.heard(calls.PersonRegistered, login=f"John.{family_name}")
    token = identity.token(calls.WelcomeLinkIssued, person_id=registered["person_id"])
    identity.ask(calls.set_password_by_link, token=token, password=PORTAL)
    return Person(str(registered["person_id"]), registered["login"])


def guess(john: Person, password: str) -> dict[str, Any]:
    return {"login": john.login, "password": password}


def metrics(process: Any) -> str:
    url = f"http://127.0.0.1:{process.env['GUICHET_OPS_PORT']}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def checks(process: Any) -> dict[str, int]:
    """Passwords this process has checked, against a real hash and against none."""
    found = re.findall(
        r'guichet_password_checks_total\{against="(\w+)"\} ([0-9.]+)', metrics(process)
    )
    return {against: int(float(count)) for against, count in found}


def answered(process: Any, call: Call) -> int:
    """Calls that this process has answered, however."""
    counted = rf'guichet_calls_seconds_count{{call="{call.full_name}"[^}}]*}} (\S+)'
    return int(sum(float(count) for count in re.findall(counted, metrics(process))))


def together(processes: list[Any], against: str) -> int:
    return sum(checks(process).get(against, 0) for process in processes)


def outcome(identity: Any, call: Call, payload: dict[str, Any]) -> str:
    """A busy house says so and counts nothing: such a try is made again."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            identity.ask(call, **payload)
        except Unavailable:
            time.sleep(0.05)
        except GuichetError as error:
            return str(error.code)
        else:
            return "accepted"
    raise AssertionError("never answered")


def all_at_once(
    identity: Any, payloads: list[dict[str, Any]], *, call: Call = calls.sign_in
) -> list[str]:
    with ThreadPoolExecutor(max_workers=TOGETHER) as pool:
        return list(pool.map(lambda payload: outcome(identity, call, payload), payloads))


def test_hundred_guesses_over_two_processes_count_and_five_are_checked(
    identity: Any, second: Any, john: Person
) -> None:
    both = [identity, second]
    before = [checks(process) for process in both]
    real, decoys = together(both, "hash"), together(both, "decoy")
    told = all_at_once(identity, [guess(john, WRONG)] * GUESSES)
    assert told == ["sign-in-refused"] * GUESSES
    assert together(both, "hash") - real == LIMIT, "never more than the limit are checked"
    assert together(both, "decoy") - decoys == GUESSES - LIMIT, "the others cost the same"
    assert all(
        sum(checks(process).values()) > sum(earlier.values())
        for process, earlier in zip(both, before, strict=True)
    ), "both processes had their share"
    state = identity.value(
        "SELECT array_length(failed_at, 1) + turned_away FROM credentials"
        " WHERE person_id = %(person_id)s::uuid AND kind = 'portal'",
        person_id=john.id,
    )
    assert state == GUESSES, "no count is lost"
    recorded = identity.value(
        "SELECT count(*) FROM sign_ins"
        " WHERE person_id = %(person_id)s::uuid AND outcome IN ('wrong', 'locked')",
        person_id=john.id,
    )
    assert recorded == GUESSES
    assert all_at_once(identity, [guess(john, PORTAL)]) == ["sign-in-refused"]
    assert together(both, "hash") - real == LIMIT


def test_staff_opens_the_lock_for_both(identity: Any, second: Any, john: Person) -> None:
    all_at_once(identity, [guess(john, WRONG)] * LIMIT)
    assert all_at_once(identity, [guess(john, PORTAL)]) == ["sign-in-refused"]
    freed = identity.ask(
        calls.unlock_portal_login,
        by=str(uuid4()),
        staff=(StaffRole.SUPPORT,),
        key="unlock",
        reason="Called us, proved who he is.",
        person_id=john.id,
    )
    assert (freed["login"], freed["failed_logins"], freed["locked_until"]) == (john.login, 0, None)
    entered = all_at_once(identity, [guess(john, PORTAL)] * 8)
    assert entered == ["accepted"] * 8


def test_address_is_counted_by_both_together(identity: Any, second: Any, john: Person) -> None:
    allowed = int(identity.env["GUICHET_ADDRESS_FAILURES"])
    both = [identity, second]
    spent = sum(sum(checks(process).values()) for process in both)
    real = together(both, "hash")
    payloads = [
        {"login": f"Nobody.{number}", "password": WRONG, "address": "198.51.100.66"}
        for number in range(allowed + 30)
    ]
    told = all_at_once(identity, payloads)
    assert told.count("sign-in-refused") == allowed
    assert told.count("sign-in-throttled") == 30
    checked = [checks(process) for process in both]
    assert sum(sum(each.values()) for each in checked) - spent == allowed + 30
    assert together(both, "hash") == real, "all of them as nobody"


def test_a_recovery_code_lets_one_in(identity: Any, second: Any, john: Person) -> None:
    secret = identity.ask(calls.start_totp, by=john.id)["secret"]
    enrolled = identity.ask(calls.confirm_totp, by=john.id, code=pyotp.TOTP(secret).now())
    asked = {"person_id": john.id, "kind": "recovery_code", "code": enrolled["recovery_codes"][0]}
    call = calls.prove_second_factor
    told = all_at_once(identity, [asked] * TOGETHER, call=call)
    assert sorted(told) == ["accepted"] + ["second-factor-refused"] * (TOGETHER - 1)
    assert min(answered(process, call) for process in (identity, second)) > 0, "both had a share"
    left = identity.value(
        "SELECT count(*) FROM recovery_codes"
        " WHERE person_id = %(person_id)s::uuid AND used_at IS NULL",
        person_id=john.id,
    )
    assert left == 9
    assert identity.heard(calls.RecoveryCodeUsed, person_id=john.id)["left"] == 9


def test_a_link_sets_one_password(identity: Any, second: Any, john: Person) -> None:
    identity.ask(calls.request_password_reset, credential="portal", identifier=john.login)
    token = identity.token(calls.PasswordResetRequested, person_id=john.id)
    call = calls.set_password_by_link
    before = [answered(process, call) for process in (identity, second)]
    payloads = [
        {"token": token, "password": f"Un-Autre.Guichet+Tenu{number}"} for number in range(TOGETHER)
    ]
    told = all_at_once(identity, payloads, call=call)
    assert sorted(told) == ["accepted"] + ["link-not-usable"] * (TOGETHER - 1)
    after = [answered(process, call) for process in (identity, second)]
    assert all(now > then for now, then in zip(after, before, strict=True)), "both had a share"
    [chosen] = [one for one, code in zip(payloads, told, strict=True) if code == "accepted"]
    assert all_at_once(identity, [guess(john, chosen["password"])]) == ["accepted"]
