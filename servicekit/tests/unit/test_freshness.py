"""Who must prove again who he is, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.identity import get_account
from contracts.rights import FRESH_PROOF, Caller, CallerKind
from servicekit.errors import Forbidden
from servicekit.freshness import demand_fresh_proof

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SENSITIVE = replace(get_account, step_up=True)
PERSON = Caller(kind=CallerKind.PERSON, subject="p", proved_at=NOW)


@pytest.mark.parametrize("age", [timedelta(), FRESH_PROOF])
def test_fresh_proof_opens_a_sensitive_call(age: timedelta) -> None:
    demand_fresh_proof(SENSITIVE, PERSON, now=NOW + age)


@pytest.mark.parametrize("proved_at", [None, NOW - FRESH_PROOF - timedelta(seconds=1)])
def test_old_proof_or_none_does_not(proved_at: datetime | None) -> None:
    with pytest.raises(Forbidden) as refused:
        demand_fresh_proof(SENSITIVE, replace(PERSON, proved_at=proved_at), now=NOW)
    assert refused.value == Forbidden("step-up-required", {"max_age": 600})


def test_other_calls_ask_for_none() -> None:
    demand_fresh_proof(get_account, replace(PERSON, proved_at=None), now=NOW)


@pytest.mark.parametrize("kind", [CallerKind.CLIENT, CallerKind.GATEWAY])
def test_programs_have_nobody_to_ask(kind: CallerKind) -> None:
    demand_fresh_proof(SENSITIVE, Caller(kind=kind, subject="c"), now=NOW)
