"""IAM users as rows: the state of each API login and what may be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext

from gateway.i18n import format_instant
from gateway.portal.shell import Column


@dataclass(frozen=True, slots=True)
class IamRow:
    user: dict[str, Any]
    state: tuple[str, str]
    about: str
    may_reset: bool
    may_administer: bool = False
    may_disable: bool = False


def iam_columns(*, with_domain: bool) -> list[Column]:
    return [
        Column(gettext("User name")),
        Column(gettext("Domain")) if with_domain else Column(gettext("E-mail and mobile")),
        Column(gettext("API Login")),
        Column(gettext("Actions"), "acts"),
    ]


def iam_rows(
    users: list[dict[str, Any]],
    *,
    may_reset: bool,
    may_administer: bool = False,
    oneself: str | None = None,
) -> list[IamRow]:
    """``oneself``: whose own user cannot be disabled by himself."""
    return [
        IamRow(
            user,
            *_state(user),
            may_reset=may_reset,
            may_administer=may_administer,
            may_disable=may_administer
            and not user["is_domain_owner"]
            and user["person_id"] != oneself,
        )
        for user in users
    ]


def _state(user: dict[str, Any]) -> tuple[tuple[str, str], str]:
    """Words and chip kind, and a sentence where there is more to say."""
    if user.get("disabled_at"):
        since = gettext("since %(instant)s", instant=format_instant(user["disabled_at"]))
        return (gettext("Disabled"), "danger"), since
    if user["locked_until"]:
        until = gettext("until %(instant)s", instant=format_instant(user["locked_until"]))
        return (gettext("Locked"), "danger"), until
    if not user["api_password_set"]:
        return (gettext("Not set yet"), "plain"), gettext("The welcome mail has the link.")
    failures = user["failed_logins"]
    if failures:
        about = ngettext("%(num)s recent failure", "%(num)s recent failures", failures)
        return (gettext("Open"), "warn"), about
    return (gettext("Open"), "good"), ""
