"""A user of a contract in words: the state of his access, and what the visitor may do about him."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext

from contracts.codes import TenantCode
from contracts.identity import (
    change_roles,
    change_user,
    disable_user,
    enable_user,
    explain_access,
    give_impersonation,
    remove_user,
    reset_second_factors,
    send_welcome_again,
)
from gateway.i18n import format_instant
from gateway.portal.shell import Link
from gateway.portal.visitors import visitor


def full_name(user: dict[str, Any]) -> str:
    return f"{user['given_name']} {user['family_name']}"


def user_states() -> dict[str, str]:
    """What a list can be narrowed to."""
    return {"invited": gettext("Not activated"), "disabled": gettext("Disabled")}


def state_of(user: dict[str, Any]) -> tuple[str, str]:
    """Words and chip kind."""
    if user["disabled_at"]:
        return gettext("Disabled"), "danger"
    if user["activated"]:
        return gettext("Active"), "good"
    return gettext("Invited"), "warn"


def about_state(user: dict[str, Any]) -> str:
    """A sentence where there is more to say."""
    if user["disabled_at"]:
        return gettext("since %(instant)s", instant=format_instant(user["disabled_at"]))
    if user["activated"] or not user["invited_until"]:
        return ""
    return gettext("until %(instant)s", instant=format_instant(user["invited_until"]))


def acts_on(tenant: TenantCode, user: dict[str, Any]) -> list[Link]:
    """Those the visitor may ask for; who holds an office is not removed, nor anybody by himself."""
    who, oneself = visitor(), user["person_id"] == str(visitor().session.person_id)
    free = not user["offices"] and not oneself
    here = {"tenant": tenant, "person_id": user["person_id"]}
    acts = [
        (change_user, "users_edit", gettext("Edit"), True),
        (change_roles, "users_roles", gettext("Change the roles"), True),
        (
            send_welcome_again,
            "users_welcome",
            gettext("Send the welcome mail again"),
            not user["activated"],
        ),
        (explain_access, "users_access", gettext("What may this user do?"), True),
        (
            give_impersonation,
            "users_support_give",
            gettext("Let support see what this user sees"),
            user["activated"] and not user["disabled_at"],
        ),
        (reset_second_factors, "users_factors", gettext("Second factors lost"), not oneself),
        (disable_user, "users_disable", gettext("Disable"), free and not user["disabled_at"]),
        (enable_user, "users_enable", gettext("Enable"), bool(user["disabled_at"])),
        (remove_user, "users_remove", gettext("Remove from the contract"), not user["offices"]),
    ]
    return [
        Link(label, url_for(f"portal.{endpoint}", **here))
        for call, endpoint, label, fits in acts
        if fits and who.may(call, tenant)
    ]
