"""Sentences that depend on what happened; the templates only place them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import get_flashed_messages
from flask_babel import gettext, ngettext

from contracts.codes import CredentialKind
from contracts.identity import LinkPurpose


def error_words(worded: int) -> tuple[str, str]:
    """Title and explanation of an error page."""
    known = {
        400: (
            gettext("This request cannot be read"),
            gettext("Something in the address or in the form is not as we expect it."),
        ),
        403: (
            gettext("You may not see this"),
            gettext(
                "Your rights do not cover this page. Ask a person of your organisation who"
                " manages users to give you this right."
            ),
        ),
        404: (
            gettext("There is nothing here"),
            gettext("The address is wrong, or what it named no longer exists."),
        ),
        405: (
            gettext("This page cannot be used that way"),
            gettext("Open it from the site's own links."),
        ),
        409: (
            gettext("This is not possible now"),
            gettext("What you asked for does not fit the present state."),
        ),
        413: (
            gettext("That is too much at once"),
            gettext("The form is larger than this site accepts."),
        ),
        429: (
            gettext("Too many requests"),
            gettext("Please wait a moment, then try again."),
        ),
        500: (
            gettext("Something failed on our side"),
            gettext("It has been recorded. If it lasts, give our support the reference below."),
        ),
        503: (
            gettext("A service is not answering"),
            gettext("Nothing is lost. It is usually back within a minute."),
        ),
    }
    return known[worded]


def resume_words(why: str) -> tuple[str, str]:
    known = {
        "stale": (
            gettext("This page had been open for too long"),
            gettext("Nothing was done yet. What you entered is kept: send it again."),
        ),
        "signed-out": (
            gettext("Your session has ended"),
            gettext(
                "Nothing was done yet. What you entered is kept: sign in in another tab,"
                " come back here and send it again."
            ),
        ),
        "unavailable": (
            gettext("A service is not answering"),
            gettext("What you entered is kept. Send it again in a moment: it is done once."),
        ),
        "busy": (
            gettext("Too many requests"),
            gettext("Nothing was done yet. What you entered is kept: send it again in a moment."),
        ),
    }
    return known[why]


def secret_labels() -> dict[str, str]:
    return {
        "password": gettext("Password"),
        "password_again": gettext("The same password again"),
        "current_password": gettext("Current password"),
        "new_password": gettext("New password"),
        "code": gettext("Code"),
    }


def link_words(link: Mapping[str, Any]) -> tuple[str, str]:
    """Title and explanation of the page that a one-time link opens."""
    name = link["user_name"]
    if link["credential"] == CredentialKind.API:
        about = gettext("For user %(name)s in domain %(domain)s.", name=name, domain=link["tenant"])
        return gettext("Choose your API password"), about
    about = gettext("Your login is %(name)s.", name=name)
    if link["purpose"] == LinkPurpose.WELCOME:
        return gettext("Welcome: choose your password"), about
    return gettext("Choose a new password"), about


def forgotten_title(credential: CredentialKind) -> str:
    if credential is CredentialKind.API:
        return gettext("Forgotten API password")
    return gettext("Forgotten password")


def password_rules(rules: Mapping[str, Any]) -> list[str]:
    said = [
        gettext(
            "%(least)s to %(most)s characters",
            least=rules["minimum_length"],
            most=rules["maximum_length"],
        )
    ]
    classes = rules["character_classes"]
    if classes > 1:
        said.append(
            ngettext(
                "at least %(num)s of: capital, small letter, digit, other character",
                "at least %(num)s of: capital, small letter, digit, other character",
                classes,
            )
        )
    if rules["not_user_name"]:
        said.append(gettext("neither your user name nor that name backwards"))
    return said


def flashed_sentences() -> list[str]:
    """What the page before has done, in the language of this one."""
    known = flash_words()
    messages = cast("list[dict[str, Any]]", get_flashed_messages())
    return [known[message["code"]] % message for message in messages]


def flash_words() -> dict[str, str]:
    # Formatted by flashed_sentences: gettext leaves the percent signs alone without arguments.
    return {
        "signed-out": gettext("You are signed out."),
        "device-allowed": gettext("The device is allowed."),
        "device-denied": gettext("The device is not allowed."),
        "sign-in-again": gettext("Signing in took too long: please start again."),
        "password-set": gettext("Your password is set: sign in with it."),
        "password-changed": gettext("Your password is changed. Your other sessions have ended."),
        "session-ended": gettext("That session has ended."),
        "other-sessions-ended": gettext("All your other sessions have ended."),
        "all-sessions-ended": gettext("All your sessions have ended."),
        "factor-app-added": gettext("Your authenticator application is in use."),
        "factor-app-removed": gettext("Your authenticator application is removed."),
        "passkey-added": gettext("Your passkey is in use."),
        "passkey-renamed": gettext("Your passkey has its new name."),
        "factors-reset": gettext("The second factors of %(name)s are removed. A mail says so."),
        "staff-rules-changed": gettext("The rule for the sign-in of staff is changed."),
        "passkey-removed": gettext("Your passkey is removed."),
        "account-changed": gettext("Your account is changed."),
        "user-invited": gettext("%(name)s is invited. A mail is on its way."),
        "roles-changed": gettext("The roles of %(name)s are changed."),
        "user-removed": gettext("%(name)s no longer has access to this contract."),
        "welcome-sent": gettext("A new welcome mail is on its way to %(name)s."),
        "user-changed": gettext("%(name)s is changed."),
        "user-disabled": gettext("%(name)s is disabled on this contract."),
        "user-enabled": gettext("%(name)s is enabled again."),
        "iam-user-disabled": gettext("IAM user %(name)s is disabled."),
        "iam-user-enabled": gettext("IAM user %(name)s is enabled again."),
        "console-link-sent": gettext("A link for the API password is on its way to %(name)s."),
        "api-link-sent": gettext("The link for your API password is on its way to you."),
        "mail-change-asked": gettext("A link is on its way to %(email)s."),
        "invitation-accepted": gettext("You have accepted contract %(tenant)s."),
        "tenant-left": gettext("You have no rights any more on contract %(tenant)s."),
        "order-placed": gettext("Your order is placed: %(quantity)s × %(flavour)s."),
        "termination-scheduled": gettext("%(quantity)s will end on %(day)s."),
        "failed-login-reset": gettext("The API Login of %(name)s is unlocked."),
        "tenant-opened": gettext("The contract %(tenant)s is open."),
        "staff-appointed": gettext("%(name)s has the staff roles you chose."),
        "reason-ended": gettext("You no longer look at %(about)s."),
        "clock-moved": gettext("The clock now says %(instant)s."),
    }
