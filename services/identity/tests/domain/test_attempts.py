"""Why no password opens, before one is looked at."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Language
from identity.domain.attempts import Candidate, Outcome, decoy_name, lost_before_check
from identity.domain.lockout import Turn

pytestmark = pytest.mark.unit

JOHN = Candidate(
    failed_at=(),
    pending_at=(),
    turned_away=0,
    locked_until=None,
    failure_limit=5,
    window_seconds=900,
    lock_seconds=900,
    credential_id=uuid4(),
    person_id=uuid4(),
    login="John.Doe",
    language=Language.FRENCH,
    enabled=True,
    iam_user_id=None,
    tenant=None,
    console=True,
    hash="$argon2id$",
)


@pytest.mark.parametrize(
    ("candidate", "turn", "outcome"),
    [
        (JOHN, Turn.CHECK, None),
        (JOHN, Turn.AWAY, Outcome.LOCKED),
        (replace(JOHN, person_id=None), Turn.CHECK, Outcome.UNKNOWN),
        (replace(JOHN, person_id=None), Turn.AWAY, Outcome.UNKNOWN),
        (replace(JOHN, enabled=False), Turn.CHECK, Outcome.DISABLED),
        (replace(JOHN, console=False), Turn.CHECK, Outcome.NO_CONSOLE),
        (replace(JOHN, hash=None), Turn.CHECK, Outcome.NO_PASSWORD),
    ],
)
def test_outcome_before_the_check(
    candidate: Candidate, turn: Turn, outcome: Outcome | None
) -> None:
    assert lost_before_check(candidate, turn) is outcome


@given(st.text(max_size=80))
def test_every_name_has_a_decoy_and_keeps_it(name: str) -> None:
    assert len(decoy_name(name)) == 64
    assert decoy_name(name) == decoy_name(name.swapcase().swapcase())


def test_spellings_of_a_name_share_their_decoy() -> None:
    assert decoy_name("OCB0001234", "Nobody") == decoy_name("ocb0001234", " NOBODY")
