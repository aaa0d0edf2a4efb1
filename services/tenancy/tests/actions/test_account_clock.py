"""The account's clock: whatever the size of the jumps, each thing happens on its day, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from services.tenancy.tests.actions.trialling import TrialHouse, trial_house

from contracts.codes import SupportLevel
from tenancy.actions.change_support_level import change_support_level
from tenancy.actions.convert_trial import convert_trial

pytestmark = pytest.mark.servers

START = datetime(2026, 11, 23, 10, tzinfo=UTC)
CONVERTED = datetime(2027, 1, 20, 9, tzinfo=UTC)
UPGRADED = datetime(2027, 2, 15, 9, tzinfo=UTC)
DOWNGRADED = datetime(2027, 9, 10, 9, tzinfo=UTC)
END = datetime(2028, 1, 23, 10, tzinfo=UTC)  # fourteen months
DAY = timedelta(days=1)


def live(trials: TrialHouse, jumps: Callable[[datetime, datetime], list[datetime]]) -> Any:
    """Three accounts for fourteen months: one is converted and changes its support twice, one
    lapses, one is left alone. What was told, with its time, and the histories."""
    kept, *_ = (trials.begun(f"{name}@example.com") for name in ("ada", "grace"))
    acts: list[tuple[datetime, Callable[[], Any]]] = [
        (CONVERTED, lambda: trials.by_referent(convert_trial, kept)),
        (UPGRADED, lambda: _support(trials, kept, SupportLevel.PREMIUM)),
        (DOWNGRADED, lambda: _support(trials, kept, SupportLevel.BASIC)),
        (END, lambda: None),
    ]
    for day, act in acts:
        trials.jump(*jumps(trials.now, day), day)
        act()
    return _seen(trials)


def _support(trials: TrialHouse, tenant: Any, level: SupportLevel) -> Any:
    return trials.by_sales(change_support_level, tenant, support_level=level)


def _seen(trials: TrialHouse) -> Any:
    told = trials.house.rows("SELECT type, time, data FROM house.outbox ORDER BY position")
    unlike = {"sealed_link", "request_id", "change_id", "organisation_id"}
    facts = [
        (kind, time, {name: value for name, value in data.items() if name not in unlike})
        for kind, time, data in told
    ]
    history = trials.house.rows(
        "SELECT tenant, number, act, state, at, acted_by FROM contract_state_changes"
        " ORDER BY tenant, number"
    )
    return facts, history


def test_one_jump_is_many_jumps(new_database: Callable[..., Any]) -> None:
    dice = Random(5)

    def at_random(start: datetime, end: datetime) -> list[datetime]:
        return sorted(start + (end - start) * dice.random() for _ in range(9))

    def day_by_day(start: datetime, end: datetime) -> list[datetime]:
        return [start + n * DAY for n in range(1, (end - start).days + 1)]

    seen = []
    for jumps in (lambda start, end: [], at_random, day_by_day):
        with trial_house(new_database("tenancy"), at=START) as trials:
            seen.append(live(trials, jumps))
    at_once, *others = seen
    assert all(other == at_once for other in others)
    facts, history = at_once
    happened = [(kind.split(".")[2], time.date().isoformat()) for kind, time, _ in facts]
    assert happened.count(("TrialEndApproached", "2027-01-09")) == 2, "midnight in Paris"
    assert [(act, state, at.isoformat()) for _, _, act, state, at, _ in history if "." not in act][
        -2:
    ] == [
        ("expire", "suspended", "2027-01-31T23:00:00+00:00"),
        ("expire", "draining", "2027-03-02T23:00:00+00:00"),
    ]
    changes = [
        (data["support_level"], time.isoformat())
        for kind, time, data in facts
        if kind == "guichet.tenancy.SupportLevelChanged.v1"
    ]
    assert changes == [
        ("premium", "2027-02-28T23:00:00+00:00"),
        ("basic", "2027-09-30T22:00:00+00:00"),
    ]
    ends = [one for one in happened if one[0] == "SupportCommitmentEndApproached"]
    assert ends == [("SupportCommitmentEndApproached", "2027-07-31")], "midnight in Paris"
    assert len(happened) == len({(*one, n) for n, one in enumerate(happened)})
