"""The life of a grant: what leads where, and that time is up when it is up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.codes import TenantCode
from contracts.identity import ImpersonationState
from identity.domain.impersonation import TRANSITIONS, GrantRow, ImpersonationAct
from servicekit.errors import Conflict
from servicekit.states import unreached

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ACTIVE = GrantRow(
    grant_id=UUID(int=1),
    tenant=TenantCode("OCB0001234"),
    state=ImpersonationState.ACTIVE,
    operator_id=UUID(int=2),
    as_person_id=UUID(int=3),
    reason="An invoice is missing",
    minutes=60,
    given_by=UUID(int=4),
    proposed_by=None,
    approved_by=None,
    given_at=NOON,
    expires_at=None,
    starts_at=NOON,
    ends_at=NOON + timedelta(hours=1),
    begun_at=None,
    ended_at=None,
    ended_by=None,
)
PROPOSED = replace(
    ACTIVE,
    state=ImpersonationState.PROPOSED,
    given_by=None,
    proposed_by=UUID(int=4),
    expires_at=NOON + timedelta(hours=1),
    starts_at=None,
    ends_at=None,
)


def test_every_state_is_reached() -> None:
    assert unreached(ImpersonationState, TRANSITIONS) == ()


@pytest.mark.parametrize(
    ("grant", "late"),
    [(ACTIVE, ImpersonationState.OVER), (PROPOSED, ImpersonationState.EXPIRED)],
)
def test_time_is_up_at_its_moment_whether_or_not_it_is_written_down(
    grant: GrantRow, late: ImpersonationState
) -> None:
    moment = NOON + timedelta(hours=1)
    assert grant.state_at(moment - timedelta(microseconds=1)) is grant.state
    assert grant.state_at(moment) is late
    assert grant.after(ImpersonationAct.RUN_OUT, now=moment) is late
    for act in (ImpersonationAct.END, ImpersonationAct.APPROVE, ImpersonationAct.DECLINE):
        with pytest.raises(Conflict) as refused:
            grant.after(act, now=moment)
        assert refused.value.details == {"state": late.value}


@pytest.mark.parametrize("state", sorted(set(ImpersonationState) - {ImpersonationState.PROPOSED}))
def test_only_a_proposal_is_approved(state: ImpersonationState) -> None:
    with pytest.raises(Conflict, match="impersonation-not-open"):
        replace(ACTIVE, state=state).after(ImpersonationAct.APPROVE, now=NOON)


@pytest.mark.parametrize(
    "state",
    [
        ImpersonationState.DECLINED,
        ImpersonationState.EXPIRED,
        ImpersonationState.ENDED,
        ImpersonationState.OVER,
    ],
)
def test_what_has_ended_stays_ended(state: ImpersonationState) -> None:
    for act in ImpersonationAct:
        with pytest.raises(Conflict, match="impersonation-not-open"):
            replace(ACTIVE, state=state).after(act, now=NOON)
