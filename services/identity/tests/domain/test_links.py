from __future__ import annotations

import pytest

from contracts.identity import LinkPurpose
from identity.domain.links import LIFETIMES, SETS_PASSWORD, check_mail_changes
from servicekit.errors import TooMany

pytestmark = pytest.mark.unit


def test_each_purpose_ends_some_day() -> None:
    assert set(LIFETIMES) == set(LinkPurpose)
    assert LIFETIMES[LinkPurpose.INVITATION].days == 14


def test_links_that_answer_set_no_password() -> None:
    answering = {LinkPurpose.MAIL_CHANGE, LinkPurpose.INVITATION, LinkPurpose.NOT_ME}
    assert set(LinkPurpose) - SETS_PASSWORD == answering


def test_five_changes_of_address_a_day_are_enough() -> None:
    for asked in range(5):
        check_mail_changes(asked)
    with pytest.raises(TooMany) as refused:
        check_mail_changes(5)
    assert refused.value.details == {"retry_after": 86_400}
