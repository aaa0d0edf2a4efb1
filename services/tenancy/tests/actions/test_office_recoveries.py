"""An office whose holder cannot act is given to somebody by two of staff: never by one, never to
one of them, and never while the holder can still say no."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from services.tenancy.tests.actions.parties import DELAY, HEARD, Contract, contract_of

from contracts.codes import Office
from contracts.tenancy import HandoverEnd
from servicekit.errors import Conflict, Forbidden, NotFound
from tenancy.actions.list_handovers import list_own_handovers
from tenancy.actions.list_office_recoveries import list_office_recoveries
from tenancy.actions.own_data import erase_person

pytestmark = pytest.mark.servers


@pytest.fixture
def contract(house) -> Contract:
    return contract_of(house)


@pytest.fixture
def bob(contract) -> UUID:
    person_id = uuid4()
    contract.joined(person_id, "Bob")
    return person_id


@pytest.fixture
def ada(contract) -> UUID:
    person_id = uuid4()
    contract.joined(person_id, "Ada")
    return person_id


def test_proposed_by_one_approved_by_another_and_in_effect_after_the_delay(
    contract, bob, ada
) -> None:
    proposed = contract.propose(bob)
    assert (proposed.state, proposed.proposed_by_name) == ("proposed", "Bob Doe")
    approved = contract.decide("approve", ada, proposed)
    assert approved.takes_effect_at == contract.now + DELAY
    assert contract.told("OfficeRecoveryMatured") == []
    contract.run_due("office-recovery.mature")
    (matured,) = contract.told("OfficeRecoveryMatured")
    assert (matured["proposed_by"], matured["decided_by"]) == (str(bob), str(ada))
    assert matured["successor"]["email"] == "new@example.com"
    nora = uuid4()
    contract.heard_handed_over(proposed.recovery_id, nora, at=contract.now)
    assert contract.recovery_state(proposed) == ("done", None)
    assert contract.holder() == nora
    assert contract.holder("domain_owner") == contract.john
    assert [one["state"] for one in contract.told("OfficeRecoveryDecided")] == ["approved", "done"]
    assert contract.acts() == [
        f"offices:recovery:{what}" for what in ("proposed", "approved", "done")
    ]


def test_one_hand_is_not_enough(contract, bob) -> None:
    proposed = contract.propose(bob)
    with pytest.raises(Forbidden, match="second-person-needed"):
        contract.decide("approve", bob, proposed)


def test_nobody_of_staff_gives_an_office_to_himself(contract, bob, ada) -> None:
    (own,) = contract.house.rows(f"SELECT email FROM people WHERE person_id = '{ada}'")
    with pytest.raises(Forbidden, match="own-recovery"):
        contract.propose(ada, email=own[0].upper())
    proposed = contract.propose(bob, email=own[0].upper())
    with pytest.raises(Forbidden, match="own-recovery"):
        contract.decide("approve", ada, proposed)


def test_holder_stops_it_during_the_delay(contract, bob, ada) -> None:
    proposed = contract.propose(bob)
    contract.decide("approve", ada, proposed)
    contract.now += DELAY - timedelta(minutes=1)
    assert contract.object(proposed).state == "objected"
    assert contract.run_due("office-recovery.mature") == 0
    assert [one["state"] for one in contract.told("OfficeRecoveryDecided")] == [
        "approved",
        "objected",
    ]


def test_nobody_but_the_holder_objects(contract, bob, house) -> None:
    proposed, other = contract.propose(bob), contract_of(house)
    with pytest.raises(NotFound, match="office-recovery-unknown"):
        contract.object(proposed, by=contract.jane)
    with pytest.raises(NotFound, match="office-recovery-unknown"):
        other.object(proposed)


def test_proposal_that_nobody_decides_runs_out_and_nobody_was_told(contract, bob, ada) -> None:
    proposed = contract.propose(bob)
    contract.run_due("office-recovery.run-out")
    assert contract.recovery_state(proposed) == ("expired", None)
    assert contract.told("OfficeRecoveryDecided") == []
    with pytest.raises(Conflict, match="office-recovery-not-open"):
        contract.decide("approve", ada, proposed)


def test_refused_withdrawn_and_decided_twice(contract, bob, ada) -> None:
    proposed = contract.propose(bob)
    with pytest.raises(Forbidden, match="not-proposer"):
        contract.decide("withdraw", ada, proposed)
    assert contract.decide("withdraw", bob, proposed).state == "withdrawn"
    again = contract.propose(bob)
    contract.decide("approve", ada, again)
    with pytest.raises(Conflict, match="office-recovery-not-open"):
        contract.decide("approve", ada, again)
    assert contract.decide("refuse", ada, again).state == "refused"


def test_one_open_for_an_office_and_none_to_who_holds_it(contract, bob) -> None:
    contract.propose(bob)
    with pytest.raises(Conflict, match="office-recovery-open"):
        contract.propose(bob)
    with pytest.raises(Conflict, match="already-holder"):
        contract.propose(bob, email="John.DOE@example.com", office=Office.DOMAIN_OWNER)
    contract.propose(bob, office=Office.DOMAIN_OWNER)


def test_while_it_runs_nothing_is_offered_nor_accepted_before_the_holder_has_objected(
    contract, bob
) -> None:
    offered = contract.offer(contract.jane)
    proposed = contract.propose(bob)
    with pytest.raises(Conflict, match="office-recovery-open"):
        contract.accept(offered)
    contract.object(proposed)
    assert contract.accept(offered).state == "accepted"


def test_of_a_recovery_and_a_handover_under_way_the_first_in_effect_ends_the_other(
    contract, bob, ada
) -> None:
    accepted = contract.accept(contract.offer(contract.jane))
    proposed = contract.propose(bob)
    contract.decide("approve", ada, proposed)
    contract.run_due("handover.mature")
    contract.heard_handed_over(accepted.handover_id, contract.jane, at=contract.now)
    assert contract.recovery_state(proposed) == ("void", "holder_changed")
    assert contract.run_due("office-recovery.mature") == 0


def test_identity_finds_one_of_the_two_unfit(contract, bob, ada) -> None:
    proposed = contract.propose(bob)
    contract.decide("approve", ada, proposed)
    contract.run_due("office-recovery.mature")
    contract.heard_kept(proposed.recovery_id, HandoverEnd.HANDS_UNFIT)
    assert contract.recovery_state(proposed) == ("void", "hands_unfit")
    assert contract.holder() == contract.john


def test_holder_sees_it_without_who_of_staff_and_what_evidence(contract, bob, house) -> None:
    proposed = contract.propose(bob)
    context = contract.by(contract.john, "list_own_handovers")["context"]
    (own,) = list_own_handovers(db=house.db, context=context).recoveries
    assert own.recovery_id == proposed.recovery_id
    context = contract.by(contract.jane, "list_own_handovers")["context"]
    assert list_own_handovers(db=house.db, context=context).recoveries == []


def test_queue_shows_what_is_open_newest_first_and_the_look_is_recorded(
    contract, bob, house
) -> None:
    first = contract.propose(bob)
    second = contract.propose(bob, office=Office.DOMAIN_OWNER)
    contract.decide("withdraw", bob, first)
    context = contract.by_staff(bob, "list_office_recoveries")["context"]
    asked = {"db": house.db, "context": context, "now": house.now, "limit": 50, "cursor": None}
    shown = list_office_recoveries(**asked, open=True).items
    assert [one.recovery_id for one in shown] == [second.recovery_id]
    assert len(list_office_recoveries(**asked, open=False).items) == 2
    looks = house.rows("SELECT target FROM house.audit_entries WHERE action = 'staff:data:read'")
    assert looks == [("office-recoveries",)] * 2


def test_who_was_only_proposed_is_erased_of_it_by_his_address(contract, bob, house) -> None:
    nora = uuid4()
    contract.joined(nora, "Nora")
    (email,) = house.rows(f"SELECT email FROM people WHERE person_id = '{nora}'")
    proposed = contract.propose(bob, email=email[0])
    contract.decide("withdraw", bob, proposed)
    erase_person(
        db=house.db,
        context=HEARD,
        event_id=uuid4(),
        as_of=contract.now,
        person_id=nora,
        pseudonym="erased-7",
    )
    left = house.rows("SELECT email, given_name, evidence, reason FROM office_recoveries")
    assert left == [("erased-7@erased.invalid", "erased", "", "-")]
