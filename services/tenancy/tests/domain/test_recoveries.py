from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Language, Office, TenantCode
from contracts.tenancy import OfficeRecoveryState
from servicekit.errors import Conflict, Forbidden
from tenancy.domain.recoveries import (
    OPEN,
    OPEN_FOR,
    TRANSITIONS,
    RecoveryAct,
    RecoveryRow,
    check_not_concerned,
    check_second,
)

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BOB, ADA, JOHN = uuid4(), uuid4(), uuid4()
ROW = RecoveryRow(
    recovery_id=uuid4(),
    tenant=TenantCode("OCB0001234"),
    office=Office.REFERENT,
    state=OfficeRecoveryState.PROPOSED,
    from_person_id=JOHN,
    email="jane@example.com",
    given_name="Jane",
    family_name="Roe",
    language=Language.FRENCH,
    mobile=None,
    drop_rights=True,
    evidence="Letter on the company's paper",
    reason="Ticket 42",
    proposed_by=BOB,
    proposed_at=NOW,
    expires_at=NOW + OPEN_FOR,
)


def test_who_proposed_does_not_approve() -> None:
    with pytest.raises(Forbidden, match="second-person-needed"):
        check_second(actor=BOB, proposed_by=BOB)
    check_second(actor=ADA, proposed_by=BOB)


@pytest.mark.parametrize("email", ["jane@example.com", "Jane@Example.COM"])
def test_nobody_gives_an_office_to_himself_however_he_spells_it(email) -> None:
    with pytest.raises(Forbidden, match="own-recovery"):
        check_not_concerned(
            actor=BOB, actor_email_key="jane@example.com", holder_id=JOHN, successor_email=email
        )


def test_nobody_takes_part_where_an_office_is_taken_from_him() -> None:
    with pytest.raises(Forbidden, match="own-recovery"):
        check_not_concerned(
            actor=JOHN, actor_email_key=None, holder_id=JOHN, successor_email="x@example.com"
        )


def test_what_ran_out_a_moment_ago_is_approved_by_nobody() -> None:
    with pytest.raises(Conflict, match="office-recovery-not-open") as refused:
        ROW.after(RecoveryAct.APPROVE, now=ROW.expires_at)
    assert refused.value.details == {"state": "expired"}


def test_the_holder_stops_it_until_it_takes_effect() -> None:
    until = NOW + timedelta(hours=72)
    approved = replace(ROW, state=OfficeRecoveryState.APPROVED, takes_effect_at=until)
    before = until - timedelta(seconds=1)
    assert approved.after(RecoveryAct.OBJECT, now=before) is OfficeRecoveryState.OBJECTED
    with pytest.raises(Conflict, match="office-recovery-not-open"):
        approved.after(RecoveryAct.OBJECT, now=until)


@given(acts=st.lists(st.sampled_from(RecoveryAct), max_size=12))
def test_whatever_is_tried_it_takes_effect_only_approved_and_matured_first(acts) -> None:
    row, walked = ROW, [OfficeRecoveryState.PROPOSED]
    for act in acts:
        try:
            row = replace(row, state=row.after(act, now=NOW))
        except Conflict:
            continue
        walked.append(row.state)
    if row.state is OfficeRecoveryState.DONE:
        assert walked == ["proposed", "approved", "settling", "done"]
    assert len([state for state in walked if state not in OPEN]) <= 1


def test_every_state_is_reached() -> None:
    assert set(TRANSITIONS.values()) == set(OfficeRecoveryState)
