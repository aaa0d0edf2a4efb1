from __future__ import annotations

from datetime import date

import pytest

from contracts.tenancy import Outlook as OutlookShown
from servicekit.errors import Conflict
from tenancy.domain.outlook import Outlook, OutlookChange, refused

pytestmark = pytest.mark.unit

ALLOWED = Outlook(
    act="change_support_level",
    from_on=date(2026, 12, 1),
    mails=("support-level-asked",),
    changes=(OutlookChange("support_level", "basic", "premium"),),
)
REFUSED = refused(
    act="change_support_level",
    rule="support-commitment",
    code="support-level-committed",
    details={"committed_until": "2027-05-31"},
    earliest_on=date(2027, 5, 1),
    possible_now=("premium",),
)


def test_what_is_allowed_may_be_demanded() -> None:
    assert ALLOWED.allowed
    assert ALLOWED.demanded() is ALLOWED


def test_refusal_names_the_rule_the_earliest_day_and_what_is_possible_now() -> None:
    with pytest.raises(Conflict) as told:
        REFUSED.demanded()
    assert told.value.code == "support-level-committed"
    assert told.value.details == {
        "committed_until": "2027-05-31",
        "rule": "support-commitment",
        "earliest": "2027-05-01",
        "possible_now": ["premium"],
    }


def test_what_is_refused_changes_nothing_and_tells_nobody() -> None:
    assert not REFUSED.allowed
    assert (REFUSED.from_on, REFUSED.mails, REFUSED.changes) == (None, (), ())


@pytest.mark.parametrize("outlook", [ALLOWED, REFUSED])
def test_outlook_is_shown_as_the_contract_declares_it(outlook: Outlook) -> None:
    shown = OutlookShown().dump(outlook)
    assert OutlookShown().load(shown)["allowed"] is outlook.allowed
    refusal = shown["refusal"]
    assert (refusal is None) is outlook.allowed
    if refusal is not None:
        assert refusal["text_key"] == "rule-support-commitment"
