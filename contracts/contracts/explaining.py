"""Why a person may or may not, in terms he can act on. The decision is ``refusal`` itself: what is
explained here is what the gateway and the service decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.codes import Office, Role, Section, StaffRole
from contracts.declare import Call
from contracts.rights import Audience, Caller, refusal


class GrantPath(StrEnum):
    """Who can change a no into a yes."""

    USERS_MANAGER = "users-manager"  # who manages users there and holds the role himself
    OFFICE_HOLDER = "office-holder"  # by handing the office over
    CONSOLE_MANAGER = "console-manager"  # who manages the console, by enabling the IAM user
    OPERATOR = "operator"  # by a staff role
    NOBODY = "nobody"


class Reason(StrEnum):
    """What stands in the way; each of them is enough for a no."""

    LOGIN_CLOSED = "login-closed"  # by the provider's staff
    USER_DISABLED = "user-disabled"  # in this contract
    IAM_USER_DISABLED = "iam-user-disabled"  # on the domain's console
    RIGHT_MISSING = "right-missing"  # what he was given would not do either


@dataclass(frozen=True, slots=True)
class Explanation:
    """``code``: of what is missing, as in ``refusal``; the rest is what the right asks for."""

    allowed: bool
    code: str | None
    path: GrantPath | None
    section: Section | None
    role: Role | None
    offices: tuple[Office, ...]
    staff: tuple[StaffRole, ...]
    step_up: bool


def explain(call: Call, caller: Caller) -> Explanation:
    right = call.right
    code = refusal(right, caller)
    return Explanation(
        allowed=code is None,
        code=code,
        path=None if code is None else _path(call, code),
        section=right.section,
        role=right.role,
        offices=tuple(sorted(right.offices)),
        staff=tuple(sorted(right.staff)),
        step_up=call.step_up,
    )


def _path(call: Call, code: str) -> GrantPath:
    right = call.right
    if code not in ("role-missing", "tenant-foreign", "staff-only"):
        return GrantPath.NOBODY
    if right.section is not None and right.role is not None:
        return GrantPath.USERS_MANAGER
    if right.offices:
        return GrantPath.OFFICE_HOLDER
    return (
        GrantPath.OPERATOR
        if right.audience in (Audience.STAFF, Audience.TENANT)
        else (GrantPath.NOBODY)
    )
