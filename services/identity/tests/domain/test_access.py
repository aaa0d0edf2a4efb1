"""The reasons against an act, in order."""

from __future__ import annotations

import pytest

from contracts.codes import Section
from contracts.explaining import GrantPath, Reason
from identity.domain.access import path_out, reasons_against

pytestmark = pytest.mark.unit

ALL_SHUT = {
    "login_closed": True,
    "user_disabled": True,
    "iam_user_disabled": True,
    "console_closed": False,
}


def test_all_that_stands_in_the_way_is_said_the_strongest_first() -> None:
    said = reasons_against(
        allowed=False, allowed_by_kept=False, section=Section.DASHBOARD, **ALL_SHUT
    )
    assert said == tuple(Reason)


def test_a_disabled_iam_user_stands_in_the_way_on_the_console_alone() -> None:
    said = reasons_against(allowed=False, allowed_by_kept=True, section=Section.USERS, **ALL_SHUT)
    assert said == (Reason.LOGIN_CLOSED, Reason.USER_DISABLED)


def test_who_may_is_hindered_by_nothing_and_a_no_always_has_a_reason() -> None:
    open_doors = dict.fromkeys(ALL_SHUT, False)
    for allowed, said in ((True, ()), (False, (Reason.RIGHT_MISSING,))):
        assert said == reasons_against(
            allowed=allowed, allowed_by_kept=True, section=None, **open_doors
        )


def test_a_console_that_is_closed_to_everybody_is_no_reason_of_his() -> None:
    shut = {**dict.fromkeys(ALL_SHUT, False), "console_closed": True}
    for kept, section, said in (
        (True, Section.DASHBOARD, ()),
        (False, Section.DASHBOARD, (Reason.RIGHT_MISSING,)),
        (True, Section.USERS, (Reason.RIGHT_MISSING,)),
    ):
        assert said == reasons_against(allowed=False, allowed_by_kept=kept, section=section, **shut)


def test_one_shut_door_is_opened_by_who_keeps_it() -> None:
    given = GrantPath.USERS_MANAGER
    assert path_out(given, reasons=[Reason.LOGIN_CLOSED]) is GrantPath.OPERATOR
    assert path_out(given, reasons=[Reason.IAM_USER_DISABLED]) is GrantPath.CONSOLE_MANAGER
    assert path_out(given, reasons=[Reason.LOGIN_CLOSED, Reason.RIGHT_MISSING]) is given
    assert path_out(None, reasons=[]) is None
