"""An office is offered, accepted, cools off and is handed over; what stands in the way ends it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from services.tenancy.tests.actions.parties import COOLING_OFF, HEARD, Contract, contract_of

from contracts.codes import Office
from contracts.tenancy import HandoverEnd
from servicekit.db import Replayed
from servicekit.errors import Conflict, Forbidden, NotFound
from tenancy.actions.keep_people import keep_closed, keep_disabled
from tenancy.actions.list_handovers import list_handovers, list_own_handovers
from tenancy.actions.own_data import erase_person, export_person

pytestmark = pytest.mark.servers


@pytest.fixture
def contract(house) -> Contract:
    return contract_of(house)


def test_offered_accepted_cooled_off_and_handed_over_once(contract) -> None:
    offered = contract.offer(contract.jane)
    assert (offered.state, offered.successor.given_name) == ("offered", "Jane")
    accepted = contract.accept(offered)
    assert accepted.takes_effect_at == contract.now + COOLING_OFF
    assert contract.holder() == contract.john, "nothing changes while it cools off"
    assert contract.run_due("handover.mature") == 1
    (matured,) = contract.told("HandoverMatured")
    assert (matured["holder_id"], matured["successor_id"]) == (
        str(contract.john),
        str(contract.jane),
    )
    assert contract.holder() == contract.john, "identity moves the office"
    event_id = uuid4()
    for _ in range(2):
        contract.heard_handed_over(
            offered.handover_id, contract.jane, event_id=event_id, at=contract.now
        )
    assert contract.holder() == contract.jane
    assert contract.holder("domain_owner") == contract.john, "the other office is another act"
    assert contract.state(offered) == ("done", None)
    assert contract.acts() == [
        f"offices:handover:{what}" for what in ("offered", "accepted", "done")
    ]


def test_both_sides_are_told_of_each_step(contract) -> None:
    contract.decline(contract.accept(contract.offer(contract.jane)))
    told = [
        (one["state"], one["is_holder"], one["other_name"])
        for one in contract.told("HandoverAnnounced")
    ]
    assert told == [
        (state, is_holder, other)
        for state in ("offered", "accepted", "declined")
        for is_holder, other in ((True, "Jane Doe"), (False, "John Doe"))
    ]


def test_each_of_both_can_stop_it_while_it_cools_off(contract) -> None:
    first = contract.accept(contract.offer(contract.jane))
    assert contract.withdraw(first).state == "withdrawn"
    second = contract.accept(contract.offer(contract.jane))
    assert contract.decline(second).state == "declined"
    assert contract.run_due("handover.mature") == 0
    assert contract.run_due("handover.run-out") == 0


def test_unanswered_offer_runs_out_after_a_week(contract) -> None:
    offered = contract.offer(contract.jane)
    (item,) = contract.due("handover.run-out")
    assert item.due_at == contract.now + timedelta(days=7)
    contract.run_due("handover.run-out")
    assert contract.state(offered) == ("expired", None)
    contract.offer(contract.jill)


def test_only_the_holder_offers_and_only_his_own_office(contract) -> None:
    with pytest.raises(Forbidden, match="office-not-held"):
        contract.offer(contract.jill, by=contract.jane)
    contract.heard_handed_over(uuid4(), contract.jane, at=contract.now)
    with pytest.raises(Forbidden, match="office-not-held"):
        contract.offer(contract.jill)
    assert contract.offer(contract.jill, office=Office.DOMAIN_OWNER).office is Office.DOMAIN_OWNER


def test_offices_are_handed_over_side_by_side_and_each_once_at_a_time(contract) -> None:
    contract.offer(contract.jane)
    contract.offer(contract.jill, office=Office.DOMAIN_OWNER)
    with pytest.raises(Conflict, match="handover-open"):
        contract.offer(contract.jill)


def test_same_key_offers_once(contract) -> None:
    contract.offer(contract.jane, key="k")
    with pytest.raises(Replayed):
        contract.offer(contract.jane, key="k")


def test_offer_to_who_is_no_user_is_refused(contract) -> None:
    with pytest.raises(Conflict, match="successor-unknown"):
        contract.offer(uuid4())
    invited = uuid4()
    contract.joined(invited, "Ivan", accepted=False)
    with pytest.raises(Conflict, match="successor-invited"):
        contract.offer(invited)
    assert contract.foresee(invited).refusal.code == "successor-invited"
    contract.heard_user(contract.jane, joined=False)
    with pytest.raises(Conflict, match="successor-unknown"):
        contract.offer(contract.jane)


def test_user_of_another_contract_is_no_user_of_this_one(contract, house) -> None:
    other = contract_of(house)
    with pytest.raises(Conflict, match="successor-unknown"):
        contract.offer(other.jane)


def test_foreign_handover_is_unknown_to_whoever_is_no_side_of_it(contract, house) -> None:
    offered, other = contract.offer(contract.jane), contract_of(house)
    for act in (contract.accept, contract.decline, contract.withdraw):
        with pytest.raises(NotFound, match="handover-unknown"):
            act(offered, by=contract.jill)
        with pytest.raises(NotFound, match="handover-unknown"):
            getattr(other, act.__name__)(offered)
    with pytest.raises(NotFound, match="handover-unknown"):
        contract.accept(offered, by=contract.john)
    with pytest.raises(NotFound, match="handover-unknown"):
        contract.withdraw(offered, by=contract.jane)


def test_who_holds_no_right_in_the_tenant_any_more_accepts_nothing(contract) -> None:
    offered = contract.offer(contract.jane)
    with pytest.raises(Forbidden, match="tenant-foreign"):
        contract.accept(offered, user=False)


def heard(contract: Contract, person_id, **more):
    return {
        "db": contract.house.db,
        "context": HEARD,
        "event_id": uuid4(),
        "as_of": contract.now,
        "person_id": person_id,
        **more,
    }


def test_successor_who_is_removed_or_disabled_between_offer_and_effect_ends_it(contract) -> None:
    accepted = contract.accept(contract.offer(contract.jane))
    contract.heard_user(contract.jane, joined=False)
    assert contract.state(accepted) == ("void", "successor_left")
    offered = contract.offer(contract.jill)
    keep_disabled(
        **heard(contract, contract.jill, tenant=contract.tenant), disabled=True, accepted=True
    )
    assert contract.state(offered) == ("void", "successor_disabled")
    assert contract.run_due("handover.mature") == 0


def test_login_closed_of_either_side_ends_it(contract) -> None:
    offered = contract.offer(contract.jane)
    keep_closed(**heard(contract, contract.john), closed=True)
    assert contract.state(offered) == ("void", "holder_disabled")
    keep_closed(**heard(contract, contract.john), closed=False)
    offered = contract.offer(contract.jane)
    keep_closed(**heard(contract, contract.jane), closed=True)
    assert contract.state(offered) == ("void", "successor_disabled")
    with pytest.raises(Conflict, match="successor-disabled"):
        contract.offer(contract.jane)


def test_erased_successor_ends_it_and_leaves_no_name(contract) -> None:
    offered = contract.offer(contract.jane)
    erase_person(**heard(contract, contract.jane), pseudonym="erased-7")
    assert contract.state(offered) == ("void", "successor_disabled")
    names = contract.house.rows(
        f"SELECT login, email, given_name FROM people WHERE person_id = '{contract.jane}'"
    )
    assert names == [(None, None, None)]


def test_what_an_erased_holder_had_offered_ends(contract) -> None:
    """Identity erases nobody who holds an office: this is for news that comes before that of a
    handover."""
    accepted = contract.accept(contract.offer(contract.jane))
    erase_person(**heard(contract, contract.john), pseudonym="erased-8")
    assert contract.state(accepted) == ("void", "holder_disabled")


def test_identity_keeps_the_office_where_the_successor_had_gone_just_before(contract) -> None:
    accepted = contract.accept(contract.offer(contract.jane))
    contract.run_due("handover.mature")
    contract.heard_user(contract.jane, joined=False)
    assert contract.state(accepted) == ("settling", None), "identity decides that"
    contract.heard_kept(accepted.handover_id, HandoverEnd.SUCCESSOR_LEFT)
    assert contract.state(accepted) == ("void", "successor_left")
    assert contract.holder() == contract.john


def test_time_of_effect_in_a_contract_that_has_ended_is_nobodys(contract) -> None:
    accepted = contract.accept(contract.offer(contract.jane))
    with contract.house.db.write(HEARD, tenant=contract.tenant) as tx:
        tx.run("UPDATE contracts SET status = 'terminated'", {})
    contract.run_due("handover.mature")
    assert contract.state(accepted) == ("void", "contract_terminated")
    assert contract.told("HandoverMatured") == []
    with pytest.raises(Conflict, match="contract-terminated"):
        contract.offer(contract.jill)


def test_older_handover_heard_late_does_not_undo_a_newer_one(contract) -> None:
    contract.heard_handed_over(uuid4(), contract.jill, at=contract.now + timedelta(hours=2))
    contract.heard_handed_over(uuid4(), contract.jane, at=contract.now + timedelta(hours=1))
    assert contract.holder() == contract.jill


def test_handover_from_a_holder_who_is_none_any_more_ends(contract) -> None:
    offered = contract.offer(contract.jane)
    contract.heard_handed_over(uuid4(), contract.jill, at=contract.now)
    assert contract.state(offered) == ("void", "holder_changed")


def test_what_concerns_oneself_is_shown_to_oneself_and_no_more(contract, house) -> None:
    other = contract_of(house)
    mine, foreign = contract.offer(contract.jane), other.offer(other.jane)
    call = "tenancy.list_own_handovers"

    def shown(who):
        caller = contract.by(who, "list_own_handovers")["context"].caller
        own = list_own_handovers(db=house.db, context=house.context(caller, call))
        return [one.handover_id for one in own.handovers]

    assert shown(contract.jane) == shown(contract.john) == [mine.handover_id]
    assert shown(other.jane) == [foreign.handover_id]
    assert shown(contract.jill) == []


def test_each_side_is_handed_out_his_part_and_not_who_the_other_is(contract, house) -> None:
    contract.withdraw(contract.offer(contract.jane))
    contract.offer(contract.jill)
    context = house.by_staff("tenancy.export_person")

    def parts_of(person_id):
        exported = export_person(db=house.db, context=context, person_id=person_id)
        return [(one.state.value, one.as_holder) for one in exported["handovers"]]

    assert sorted(parts_of(contract.john)) == [("offered", True), ("withdrawn", True)]
    assert parts_of(contract.jane) == [("withdrawn", False)]
    assert parts_of(uuid4()) == []


def test_list_pages_newest_first_within_the_tenant(contract, house) -> None:
    beside = contract_of(house)
    beside.offer(beside.jane)
    made = []
    for _ in range(3):
        made.append(contract.offer(contract.jane))
        contract.withdraw(made[-1])
    context = contract.by(contract.john, "list_handovers")["context"]
    asked = {"db": house.db, "context": context, "tenant": contract.tenant, "limit": 2}
    first = list_handovers(**asked, cursor=None)
    second = list_handovers(**asked, cursor=first.next_cursor)
    shown = [one.handover_id for one in (*first.items, *second.items)]
    assert shown == [one.handover_id for one in reversed(made)]
    assert second.next_cursor is None
