"""Who may decide together with whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.codes import StaffRole
from identity.domain.two_hands import Appointment, Hand, check_independent
from servicekit.errors import Forbidden

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ADA, BOB, EVE = (UUID(int=number) for number in (1, 2, 3))
SUPPORT, OPERATOR = StaffRole.SUPPORT, StaffRole.OPERATOR


def hand(
    person_id: UUID, *, by: object = "identity", hours: float = 100, role: StaffRole = SUPPORT
) -> Hand:
    return Hand(person_id, (Appointment(role, NOON - timedelta(hours=hours), str(by)),))


def check(
    proposer: Hand, decider: Hand, *, hours: float = 1, of: tuple[StaffRole, ...] = ()
) -> str | None:
    """Proposed ``hours`` before noon, decided at noon."""
    try:
        check_independent(
            proposer=proposer,
            decider=decider,
            staff_roles=of,
            proposed_at=NOON - timedelta(hours=hours),
            decided_at=NOON,
        )
    except Forbidden as error:
        return error.code
    return None


def test_two_whom_a_third_has_appointed_decide() -> None:
    assert check(hand(ADA, by=EVE), hand(BOB, by=EVE)) is None


@pytest.mark.parametrize("hours", [0, 100, 10_000])
def test_who_was_appointed_by_the_other_is_his_hand_for_good(hours: float) -> None:
    assert check(hand(ADA), hand(BOB, by=ADA, hours=hours)) == "appointed-by-other-hand"
    assert check(hand(BOB, by=ADA, hours=hours), hand(ADA)) == "appointed-by-other-hand"


def test_a_role_that_the_other_has_given_beside_an_older_one_takes_nothing_away() -> None:
    both = (
        Appointment(SUPPORT, NOON - timedelta(days=9), str(EVE)),
        *hand(BOB, by=ADA).appointments,
    )
    assert check(hand(ADA), Hand(BOB, both)) is None


def test_of_staff_only_the_role_of_operator_counts() -> None:
    puppet = Hand(
        BOB, (*hand(BOB, by=EVE).appointments, *hand(BOB, by=ADA, role=OPERATOR).appointments)
    )
    assert check(hand(ADA, role=OPERATOR), puppet, of=(SUPPORT,)) == "appointed-by-other-hand"


@pytest.mark.parametrize(
    ("appointed", "proposed", "refused"),
    [
        (72, 1, None),
        (71.9, 1, "appointed-too-lately"),
        (80, 81, "appointed-too-lately"),
        (81, 81, None),
    ],
)
def test_a_hand_is_older_than_three_days_and_than_the_proposal(
    appointed: float, proposed: float, refused: str | None
) -> None:
    new = hand(BOB, by=EVE, hours=appointed)
    assert check(hand(ADA), new, hours=proposed) == refused
    assert check(new, hand(ADA), hours=proposed) == refused


def test_whom_the_owner_of_the_installation_appoints_decides_at_once() -> None:
    assert check(hand(ADA, hours=0), hand(BOB, hours=0)) is None
