"""What serves once serves once, however many processes of identity are asked at one moment."""

from __future__ import annotations

import re
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyotp
import pytest

from contracts import identity as calls
from contracts.declare import Call
from servicekit.errors import GuichetError, Unavailable

pytestmark = pytest.mark.servers

TENANT = "OCB0001234"
PORTAL = "Un-Guichet.Bien+Tenu7"
TRIES = 24


@pytest.fixture(scope="module")
def john(identity: Any) -> str:
    identity.open_tenant(TENANT)
    registered = identity.heard(calls.PersonRegistered, login="John.Doe")
    token = identity.token(calls.WelcomeLinkIssued, person_id=registered["person_id"])
    identity.ask(calls.set_password_by_link, token=token, password=PORTAL)
    return str(registered["person_id"])


def answered(process: Any, call: Call) -> int:
    url = f"http://127.0.0.1:{process.env['GUICHET_OPS_PORT']}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        text = answer.read().decode()
    counts = re.findall(
        rf'guichet_calls_seconds_count{{call="{call.full_name}"[^}}]*}} (\S+)', text
    )
    return int(sum(float(count) for count in counts))


def outcome(identity: Any, call: Call, payload: dict[str, Any]) -> str:
    """A busy house says so and has done nothing: it is asked again."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            identity.ask(call, **payload)
        except Unavailable:
            time.sleep(0.05)
        except GuichetError as error:
            return str(error.code)
        else:
            return "done"
    raise AssertionError("never answered")


def all_at_once(identity: Any, call: Call, payloads: list[dict[str, Any]]) -> list[str]:
    with ThreadPoolExecutor(max_workers=len(payloads)) as pool:
        return sorted(pool.map(lambda payload: outcome(identity, call, payload), payloads))


def test_a_recovery_code_lets_one_in(identity: Any, second: Any, john: str) -> None:
    secret = identity.ask(calls.start_totp, by=john)["secret"]
    enrolled = identity.ask(calls.confirm_totp, by=john, code=pyotp.TOTP(secret).now())
    asked = {"person_id": john, "kind": "recovery_code", "code": enrolled["recovery_codes"][0]}
    told = all_at_once(identity, calls.prove_second_factor, [asked] * TRIES)
    assert told == ["done"] + ["second-factor-refused"] * (TRIES - 1)
    shares = [answered(process, calls.prove_second_factor) for process in (identity, second)]
    assert min(shares) > 0, "both processes had their share"
    assert (
        identity.value(
            "SELECT count(*) FROM recovery_codes"
            " WHERE person_id = %(person_id)s::uuid AND used_at IS NULL",
            person_id=john,
        )
        == 9
    )
    assert identity.heard(calls.RecoveryCodeUsed, person_id=john)["left"] == 9


def test_a_link_sets_one_password(identity: Any, second: Any, john: str) -> None:
    identity.ask(calls.request_password_reset, credential="portal", identifier="John.Doe")
    token = identity.token(calls.PasswordResetRequested, person_id=john)
    chosen = [f"Un-Autre.Guichet+Tenu{number}" for number in range(TRIES)]
    told = all_at_once(
        identity,
        calls.set_password_by_link,
        [{"token": token, "password": password} for password in chosen],
    )
    assert told == ["done"] + ["link-not-usable"] * (TRIES - 1)
    shares = [answered(process, calls.set_password_by_link) for process in (identity, second)]
    assert min(shares) > 0, "both processes had their share"
    assert (
        identity.value(
            "SELECT count(*) FROM sign_ins WHERE person_id = %(person_id)s::uuid"
            " AND outcome = 'password-set'",
            person_id=john,
        )
        == 2
    ), "the welcome link's and this one's"
