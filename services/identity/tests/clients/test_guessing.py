"""The estimate of a password: the commonest ones, the person's names, and what it may cost."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from identity.clients.guessing import estimate

pytestmark = pytest.mark.unit

NAMES = ["Geneviève", "Quatremère", "Genevieve.Quatremere", "g.quatremere@example.com"]


@pytest.mark.parametrize("password", ["password", "123456", "QWERTY", "iloveyou", "Trustno1"])
def test_commonest_passwords_are_known_in_any_case(password: str) -> None:
    assert estimate(password, names=[]).breached


def test_sentence_nobody_uses_is_neither_common_nor_guessable() -> None:
    told = estimate("Un-Guichet.Bien+Tenu7", names=NAMES)
    assert (told.breached, told.score) == (False, 4)


def test_one_s_own_names_make_a_password_no_better() -> None:
    with_names = estimate("Quatremere2026!", names=NAMES).score
    assert with_names < estimate("Quatremere2026!", names=[]).score
    assert with_names < 3


def test_names_of_one_person_do_not_weigh_on_the_next() -> None:
    before = estimate("Quatremere2026!", names=[])
    estimate("whatever", names=NAMES)
    assert estimate("Quatremere2026!", names=[]) == before


@pytest.mark.parametrize(
    "password", ["4@8369&#!1|05+7%2" * 16, "1a" * 128, "é" * 256, "0123456789" * 25, " " * 256]
)
def test_longest_password_costs_a_bounded_time(password: str) -> None:
    estimate("warm", names=[])
    started = time.process_time()
    estimate(password, names=NAMES)
    assert time.process_time() - started < 2  # 0.2 s on one core of 2026


def test_lists_are_loaded_by_the_first_who_needs_them() -> None:
    code = "import sys, identity.clients.hashing as h; assert 'zxcvbn' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
