"""Why a user of a tenant may not, the strongest reason first."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.codes import Section
from contracts.explaining import GrantPath, Reason
from identity.domain.roles import CONSOLE_SECTIONS


def reasons_against(
    *,
    allowed: bool,
    allowed_by_kept: bool,
    section: Section | None,
    login_closed: bool,
    user_disabled: bool,
    iam_user_disabled: bool,
    console_closed: bool,
) -> tuple[Reason, ...]:
    """``allowed_by_kept``: by what he was given, whether it counts now or not. That the contract's
    console is closed to everybody is no reason of his: it is told beside."""
    if allowed:
        return ()
    shut = {
        Reason.LOGIN_CLOSED: login_closed,
        Reason.USER_DISABLED: user_disabled,
        Reason.IAM_USER_DISABLED: iam_user_disabled and section in CONSOLE_SECTIONS,
    }
    found = [reason for reason, stands in shut.items() if stands]
    shut_to_all = console_closed and section in CONSOLE_SECTIONS
    if not allowed_by_kept or not (found or shut_to_all):
        found.append(Reason.RIGHT_MISSING)
    return tuple(found)


def path_out(path: GrantPath | None, *, reasons: Sequence[Reason]) -> GrantPath | None:
    """Where one door alone is shut, who opens it: nobody of a tenant opens a login."""
    if list(reasons) == [Reason.LOGIN_CLOSED]:
        return GrantPath.OPERATOR
    return GrantPath.CONSOLE_MANAGER if list(reasons) == [Reason.IAM_USER_DISABLED] else path
