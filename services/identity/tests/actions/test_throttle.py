"""One address, and all together, may guess so much and no more; nobody learns a name by it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts.codes import CredentialKind, TenantCode
from identity.actions.sign_in import sign_in
from identity.domain.attempts import Visit
from identity.domain.throttle import Throttle
from servicekit.context import system_context
from servicekit.db import EVERYONE
from servicekit.errors import GuichetError, NotFound, TooMany, Unauthenticated

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
WRONG = "not the password 1A"
ELSEWHERE = Visit(address="203.0.113.5", device="curl")
STRANGER = Visit(address="192.0.2.200", device="curl")


def code(attempt: Any) -> str:
    try:
        attempt()
    except GuichetError as error:
        return error.code
    return "accepted"


@pytest.fixture
def narrow(john: Any) -> Any:
    """Four failures of one address in fifteen minutes, at one where nobody has come in yet."""
    john.visit = STRANGER
    john.throttle = Throttle(of_address=4, window=timedelta(minutes=15), a_minute=1000)
    return john


def fill(john: Any, *, failures: int = 4) -> None:
    for number in range(failures):
        assert code(lambda n=number: john.sign_in(f"Nobody.{n}", WRONG)) == "sign-in-refused"


def test_address_that_failed_too_often_waits_whatever_it_knows(narrow: Any) -> None:
    fill(narrow)
    for name in ("John.Doe", "E.Nobody"):
        with pytest.raises(TooMany) as refused:
            narrow.sign_in(name)
        assert refused.value.details == {"retry_after": 900, "minutes": 15}
    narrow.visit = ELSEWHERE
    assert narrow.sign_in().login == "John.Doe"


def test_who_is_throttled_is_checked_as_nobody_and_counts_for_no_address(narrow: Any) -> None:
    fill(narrow)
    for _ in range(9):
        assert code(lambda: narrow.sign_in(password=WRONG)) == "sign-in-throttled"
    known = "SELECT 1 FROM sign_ins WHERE person_id IS NOT NULL AND source = '192.0.2.200'"
    assert narrow.rows(known) == []
    narrow.visit = ELSEWHERE
    assert narrow.sign_in().login == "John.Doe", "his login is not locked by it"
    counted = narrow.rows("SELECT kind, count(*) AS n FROM guesses GROUP BY kind ORDER BY kind")
    assert counted == [{"kind": "password", "n": 4}, {"kind": "throttled", "n": 9}]


@pytest.mark.parametrize("door", ["portal", "web", "api"])
def test_who_came_in_by_a_full_address_before_still_does(narrow: Any, door: str) -> None:
    doors = {"portal": narrow.sign_in, "web": narrow.web_sign_in, "api": narrow.api_sign_in}
    assert narrow.sign_in().login == "John.Doe"
    fill(narrow)
    assert doors[door]().login == "John.Doe"
    assert narrow.rows("SELECT 1 FROM guesses WHERE kind = 'throttled'") == []


def test_nobody_sees_who_comes_in_by_a_full_address(narrow: Any) -> None:
    """The colleague who guesses there is told the same of who came in by it and of who did not."""
    assert narrow.sign_in().login == "John.Doe"
    fill(narrow)
    told = []
    for name in ("John.Doe", "Nobody.Here", "John.Doe"):
        checked = len(narrow.hasher.checked)
        with pytest.raises(TooMany) as refused:
            narrow.sign_in(name, WRONG)
        told.append((refused.value.args, len(narrow.hasher.checked) - checked))
    assert told[0] == told[1] == told[2]


def test_who_is_let_through_a_full_address_stands_before_his_own_lock(narrow: Any) -> None:
    assert narrow.sign_in().login == "John.Doe"
    fill(narrow)
    for _ in range(5):
        assert code(lambda: narrow.sign_in(password=WRONG)) == "sign-in-throttled"
    assert code(lambda: narrow.sign_in()) == "sign-in-throttled", "locked, and told the same"
    narrow.visit = ELSEWHERE
    assert code(lambda: narrow.sign_in()) == "sign-in-refused"


def test_full_addresses_cost_no_more_checks_than_a_minute_bears(narrow: Any) -> None:
    assert narrow.sign_in().login == "John.Doe"
    fill(narrow)
    narrow.throttle = Throttle(of_address=4, a_minute=6)
    for number in range(6):
        assert code(lambda n=number: narrow.sign_in(f"X.{n}", WRONG)) == "sign-in-throttled"
    narrow.hasher.checked.clear()
    assert code(lambda: narrow.sign_in()) == "sign-in-throttled"
    assert narrow.hasher.checked == []
    narrow.visit = ELSEWHERE
    assert narrow.sign_in().login == "John.Doe", "it makes no crowd of everybody else"


@pytest.mark.parametrize(("bits", "allowed"), [(56, 12), (48, 40)])
def test_networks_around_an_address_count_with_larger_allowances(
    narrow: Any, bits: int, allowed: int
) -> None:
    """One guess from each /64: of one /56, or of a /56 each."""
    step = 2 ** (64 - 56) if bits == 48 else 1
    for number in range(allowed):
        narrow.visit = Visit(address=f"2001:db8:7:{number * step:x}::1")
        assert code(lambda n=number: narrow.sign_in(f"N.{n}", WRONG)) == "sign-in-refused"
    narrow.visit = Visit(address=f"2001:db8:7:{allowed * step:x}::1")
    assert code(lambda: narrow.sign_in()) == "sign-in-throttled"
    narrow.visit = Visit(address="2001:db8:8::1")
    assert narrow.sign_in().login == "John.Doe"


def test_burst_from_one_site_checks_no_more_than_allowed(john: Any) -> None:
    """A /64 for each guess: the /48 counts them one after another."""
    john.throttle = Throttle(of_address=2, a_minute=10_000)

    def guess(number: int) -> str:
        visit = Visit(address=f"2001:db8:7:{number:x}00::1")
        asked = {**john._proving(), "visit": visit, "login": f"N.{number}", "password": WRONG}
        return code(lambda: sign_in(**asked))

    with ThreadPoolExecutor(max_workers=30) as pool:
        codes = list(pool.map(guess, range(60)))
    assert codes.count("sign-in-refused") == 20


def test_window_slides(narrow: Any) -> None:
    for _ in range(4):
        code(lambda: narrow.sign_in("Nobody.Here", WRONG))
        narrow.pass_time(minutes=3)
    with pytest.raises(TooMany) as refused:
        narrow.sign_in()
    assert refused.value.details["retry_after"] == 180
    narrow.pass_time(minutes=3)
    assert narrow.sign_in().login == "John.Doe"


def test_right_passwords_do_not_count(narrow: Any) -> None:
    for _ in range(12):
        assert narrow.sign_in().login == "John.Doe"
        assert narrow.api_sign_in().login == "John.Doe"
    assert narrow.rows("SELECT 1 FROM guesses") == []


@pytest.mark.parametrize(
    ("addresses", "one"),
    [
        (("2001:db8:7:1::1", "2001:db8:7:1:ffff::2"), True),
        (("2001:db8:7:1::1", "2001:db8:7:2::1"), False),
        (("::ffff:192.0.2.9", "192.0.2.9"), True),
    ],
)
def test_what_counts_as_one_address(narrow: Any, addresses: tuple[str, str], one: bool) -> None:
    first, second = (Visit(address=address) for address in addresses)
    narrow.visit = first
    for _ in range(4):
        code(lambda: narrow.sign_in("Nobody.Here", WRONG))
    narrow.visit = second
    assert code(lambda: narrow.sign_in()) == ("sign-in-throttled" if one else "accepted")


def test_without_an_address_nobody_waits(narrow: Any) -> None:
    narrow.visit = Visit()
    for _ in range(6):
        code(lambda: narrow.sign_in("Nobody.Here", WRONG))
    assert narrow.sign_in().login == "John.Doe"


@pytest.mark.parametrize("door", ["portal", "web", "api"])
def test_doors_count_together(narrow: Any, door: str) -> None:
    doors = {"portal": narrow.sign_in, "web": narrow.web_sign_in, "api": narrow.api_sign_in}
    for one in ("portal", "web", "api", door):
        assert code(lambda one=one: doors[one]("Nobody.Here", WRONG)) == "sign-in-refused"
    assert code(lambda: doors[door]()) == "sign-in-throttled"


def test_burst_from_one_address_checks_no_more_than_allowed(john: Any) -> None:
    """Sixty guesses at sixty names at once: the address counts them one after another."""
    john.throttle = Throttle(of_address=20, a_minute=25)
    with ThreadPoolExecutor(max_workers=30) as pool:
        codes = list(
            pool.map(lambda n: code(lambda: john.sign_in(f"Nobody.{n}", WRONG)), range(60))
        )
    assert codes.count("sign-in-refused") == 20
    assert codes.count("sign-in-throttled") == 40
    assert len(john.hasher.checked) == 45, "20, and as nobody what a minute bears"


def test_one_address_locks_out_four_people_at_most(john: Any, person: Any) -> None:
    people = ["John.Doe"]
    for name in ("Anna", "Bert", "Carl", "Dora", "Emil"):
        john.invite(person(name, "Long"), {}, by=john.person_id())
        people.append(f"{name}.Long")
    with john.db.write(system_context(service="identity", call="test"), tenant=EVERYONE) as tx:
        tx.run("UPDATE credentials SET hash = 'x' WHERE person_id IS NOT NULL", {})
    john.visit, john.throttle = STRANGER, Throttle()
    for login in people:
        for _ in range(5):
            code(lambda login=login: john.sign_in(login, WRONG))
    locked = "SELECT 1 FROM credentials WHERE locked_until IS NOT NULL AND person_id IS NOT NULL"
    assert len(john.rows(locked)) == 4


def test_in_a_crowd_only_the_familiar_are_let_to_the_check(john: Any) -> None:
    john.throttle = Throttle(of_address=1000, a_minute=6)
    assert john.sign_in().login == "John.Doe"
    home, john.visit = john.visit, ELSEWHERE
    for number in range(6):
        john.visit = Visit(address=f"203.0.113.{number}")
        assert code(lambda: john.sign_in("Nobody.Here", WRONG)) == "sign-in-refused"
    john.visit, checked = ELSEWHERE, len(john.hasher.checked)
    assert code(lambda: john.sign_in()) == "sign-in-throttled", "right, from nowhere known"
    assert code(lambda: john.sign_in("Nobody.Here")) == "sign-in-throttled", "the same answer"
    assert len(john.hasher.checked) == checked
    john.visit = home
    assert john.sign_in().login == "John.Doe"
    john.visit = ELSEWHERE
    john.pass_time(seconds=61)
    assert john.sign_in().login == "John.Doe"


def test_familiarity_lasts_ninety_days(john: Any) -> None:
    assert john.sign_in().login == "John.Doe"
    john.pass_time(days=91)
    john.throttle = Throttle(of_address=1000, a_minute=2)
    home = john.visit
    john.visit = ELSEWHERE
    for _ in range(2):
        code(lambda: john.sign_in("Nobody.Here", WRONG))
    john.visit = home
    assert code(lambda: john.sign_in()) == "sign-in-throttled"


def test_forgotten_passwords_of_one_address_are_bounded(narrow: Any) -> None:
    for name in ("John.Doe", "Nobody.Here") * 2:
        assert code(lambda name=name: narrow.forget_password(CredentialKind.PORTAL, name)) == (
            "accepted"
        )
    for name in ("John.Doe", "Nobody.Here"):
        assert code(lambda name=name: narrow.forget_password(CredentialKind.PORTAL, name)) == (
            "sign-in-throttled"
        )
    assert narrow.sign_in().login == "John.Doe", "each kind counts for itself"


def test_guessed_links_are_bounded_and_known_ones_do_not_count(narrow: Any) -> None:
    narrow.forget_password(CredentialKind.PORTAL, "John.Doe")
    narrow.do_what_is_due()
    token = narrow.token("PasswordResetRequested")
    for _ in range(6):
        assert narrow.read_link(token).user_name == "John.Doe"
    for number in range(4):
        with pytest.raises(NotFound, match="link-not-usable"):
            narrow.read_link(f"guess-{number}")
    with pytest.raises(TooMany, match="sign-in-throttled"):
        narrow.read_link(token)
    narrow.visit = replace(narrow.visit, address="203.0.113.77")
    assert narrow.read_link(token).user_name == "John.Doe"


def test_try_whose_process_died_counts(narrow: Any) -> None:
    """It was reserved and never settled: its row stays, as that of a failure."""
    for _ in range(4):
        with pytest.raises(RuntimeError, match="died"):
            _sign_in_and_die(narrow)
    assert code(lambda: narrow.sign_in()) == "sign-in-throttled"


def _sign_in_and_die(john: Any) -> None:
    verify = john.hasher.verify

    def die(*_: Any) -> bool:
        raise RuntimeError("died")

    john.hasher.verify = die
    try:
        john.sign_in()
    finally:
        john.hasher.verify = verify


def test_refusal_is_the_one_of_everybody_below_the_limit(narrow: Any) -> None:
    with pytest.raises(Unauthenticated) as wrong:
        narrow.sign_in(password=WRONG)
    with pytest.raises(Unauthenticated) as unknown:
        narrow.sign_in("Nobody.Here", WRONG)
    assert wrong.value == unknown.value
