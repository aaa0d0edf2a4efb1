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


def not_me_words(link: Mapping[str, Any], *, blocks: bool) -> tuple[str, str]:
    """Title and explanation of the page that says what "it was not me" will do."""
    domain = link["tenant"]
    who = link["user_name"] if domain is None else f"{link['user_name']} ({domain})"
    if not blocks:
        return (
            gettext("These tries were not yours"),
            gettext(
                "Somebody tried passwords of %(who)s, and none was right. Tell us here:"
                " it is recorded, and we mail you a link to choose another password. Yours stays"
                " the right one until then.",
                who=who,
            ),
        )
    return (
        gettext("It was not you"),
        gettext(
            "Then somebody else has the password of %(who)s. Close everything here: all"
            " your sessions end on every device, this password opens nothing any more, and we mail"
            " you a link to choose another one.",
            who=who,
        ),
    )


def forgotten_title(credential: CredentialKind) -> str:
    if credential is CredentialKind.API:
        return gettext("Forgotten API password")
    return gettext("Forgotten password")


# Of a part of the installation that is older than these rules.
_ASKS_NOTHING: Mapping[str, Any] = {
    "special_characters": None,
    "identical_characters": 0,
    "breached_refused": False,
    "minimum_score": 0,
    "history_count": 0,
    "minimum_age_minutes": 0,
    "validity_days": 0,
}


def password_rules(rules: Mapping[str, Any]) -> list[str]:
    rules = {**_ASKS_NOTHING, **rules}
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
    if rules["special_characters"] is not None:
        allowed = " ".join(rules["special_characters"])
        said.append(gettext("no other special characters than %(allowed)s", allowed=allowed))
    identical = rules["identical_characters"]
    if identical:
        said.append(
            ngettext(
                "no character twice in a row",
                "no character more than %(num)s times in a row",
                identical,
            )
        )
    return [*said, *_about_words(rules), *_about_time(rules)]


def _about_words(rules: Mapping[str, Any]) -> list[str]:
    said = []
    if rules["not_user_name"]:
        said.append(gettext("without your user name, forwards or backwards"))
    if rules["breached_refused"]:
        said.append(gettext("none of the commonest passwords"))
    if rules["minimum_score"]:
        said.append(gettext("hard to guess: a few words nobody puts together do best"))
    return said


def _about_time(rules: Mapping[str, Any]) -> list[str]:
    said = []
    former, age, days = (
        rules[name] for name in ("history_count", "minimum_age_minutes", "validity_days")
    )
    if former:
        said.append(
            ngettext(
                "neither your present password nor the one before",
                "neither your present password nor one of the %(num)s before",
                former,
            )
        )
    if age:
        said.append(
            ngettext(
                "changed again after %(num)s minute at the soonest",
                "changed again after %(num)s minutes at the soonest",
                age,
            )
        )
    if days:
        said.append(ngettext("it expires after %(num)s day", "it expires after %(num)s days", days))
    return said


def flashed_sentences() -> list[str]:
    """What the page before has done, in the language of this one."""
    known = flash_words()
    messages = cast("list[dict[str, Any]]", get_flashed_messages())
    return [known[message["code"]] % message for message in messages]


def flash_words() -> dict[str, str]:
    """Formatted by flashed_sentences: gettext leaves the percent signs alone without arguments."""
    of_contracts = _said_of_a_contract() | _said_of_offices()
    return _said_at_the_door() | _said_of_oneself() | of_contracts | _said_to_staff()


def _said_at_the_door() -> dict[str, str]:
    return {
        "signed-out": gettext("You are signed out."),
        "device-allowed": gettext("The device is allowed."),
        "device-denied": gettext("The device is not allowed."),
        "sign-in-again": gettext("Signing in took too long: please start again."),
        "password-set": gettext("Your password is set: sign in with it."),
        "password-expires": gettext(
            "Your password expires on %(instant)s: change it before, under My account."
        ),
        "api-password-expires": gettext(
            "Your API password expires on %(instant)s: change it before, at API Login."
        ),
        "last-sign-in": gettext("Your last sign-in: %(instant)s, from %(place)s."),
        "entry-notice": gettext("Notice: %(notice)s"),
    }


def _said_of_oneself() -> dict[str, str]:
    return {
        "consent-withdrawn": gettext("%(name)s no longer acts in your name."),
        "password-changed": gettext("Your password is changed. Your other sessions have ended."),
        "session-ended": gettext("That session has ended."),
        "other-sessions-ended": gettext("All your other sessions have ended."),
        "all-sessions-ended": gettext("All your sessions have ended."),
        "factor-app-added": gettext("Your authenticator application is in use."),
        "factor-app-removed": gettext("Your authenticator application is removed."),
        "passkey-added": gettext("Your passkey is in use."),
        "passkey-renamed": gettext("Your passkey has its new name."),
        "passkey-removed": gettext("Your passkey is removed."),
        "account-changed": gettext("Your account is changed."),
        "api-link-sent": gettext("The link for your API password is on its way to you."),
        "mail-change-asked": gettext("A link is on its way to %(email)s."),
        "invitation-accepted": gettext("You have accepted contract %(tenant)s."),
        "tenant-left": gettext("You have no rights any more on contract %(tenant)s."),
        "recovery-stopped": gettext("It is stopped. Our staff will see it."),
        "erasure-requested": gettext("Your data will be erased in seven days. A mail tells you."),
        "erasure-cancelled": gettext("Your data stays."),
    }


def _said_of_a_contract() -> dict[str, str]:
    return {
        "application-registered": gettext("%(name)s is registered."),
        "application-changed": gettext("%(name)s is changed."),
        "application-removed": gettext("%(name)s is removed."),
        "secret-ended": gettext("The secret has ended."),
        "user-invited": gettext("%(name)s is invited. A mail is on its way."),
        "user-removed": gettext("%(name)s no longer has access to this contract."),
        "welcome-sent": gettext("A new welcome mail is on its way to %(name)s."),
        "user-changed": gettext("%(name)s is changed."),
        "user-disabled": gettext("%(name)s is disabled on this contract."),
        "user-enabled": gettext("%(name)s is enabled again."),
        "iam-user-disabled": gettext("IAM user %(name)s is disabled."),
        "iam-user-enabled": gettext("IAM user %(name)s is enabled again."),
        "console-link-sent": gettext("A link for the API password is on its way to %(name)s."),
        "perimeter-chosen": gettext("The perimeter is chosen."),
        "contract-opened": gettext("The contract %(tenant)s is open. A mail says so."),
        "order-form-sent": gettext("The order form is sent."),
        "order-form-return": gettext("The order form is returned: the day runs."),
        "order-form-fulfil": gettext("The tenant is open: its people get their credentials."),
        "order-form-withdraw": gettext("The order is given up."),
        "order-placed": gettext("Your order is placed: %(quantity)s × %(flavour)s."),
        "contract-convert": gettext("The trial is converted: the contract goes on."),
        "contract-suspend": gettext("The contract is suspended."),
        "contract-resume": gettext("The contract goes on."),
        "termination-keep": gettext("The termination is taken back."),
        "termination-scheduled": gettext("%(quantity)s will end on %(day)s."),
        "roles-changed": gettext("The roles of %(name)s are changed."),
        "factors-reset": gettext("The second factors of %(name)s are removed. A mail says so."),
        "failed-login-reset": gettext("The API Login of %(name)s is unlocked."),
        "request-sent": gettext("Request %(number)s is sent. A mail confirms it."),
        "request-commented": gettext("Your comment is sent: it is our turn."),
        "request-resolved": gettext("The incident is closed."),
        "request-reopened": gettext("The incident is open again: it is our turn."),
        "request-withdrawn": gettext("Request %(number)s is withdrawn."),
        "contract-renamed": gettext("The contract has its new name."),
        "references-changed": gettext("Your next invoices show these references."),
        "billing-changed": gettext("The billing details are changed. The referent has a mail."),
        "support-level-asked": gettext("Support level %(level)s is in force on %(day)s."),
        "support-level-withdrawn": gettext("The support level stays as it is."),
    }


def _said_of_offices() -> dict[str, str]:
    return {
        "handover-offered": gettext("You offered the office to %(name)s, who has a mail."),
        "handover-accept": gettext("You accepted: the office is yours when it takes effect."),
        "handover-decline": gettext("You declined the office."),
        "handover-withdraw": gettext("The offer is withdrawn: you keep the office."),
        "office-recovery-stopped": gettext("It is stopped: you keep the office."),
    }


def _said_to_staff() -> dict[str, str]:
    return {
        "staff-rules-changed": gettext("The rule for the sign-in of staff is changed."),
        "request-taken": gettext("The request is yours."),
        "request-given-back": gettext("The request waits for somebody again."),
        "request-started": gettext("Work on the request has begun."),
        "request-answered": gettext("Your answer is sent."),
        "request-closed": gettext("Request %(number)s is done."),
        "termination-terminate": gettext("The contract is terminated."),
        "termination-propose": gettext("Your proposal waits for another member of staff."),
        "termination-approve": gettext("The contract has ended."),
        "termination-withdraw": gettext("The forced end is stopped."),
        "option-activated": gettext("%(option)s is active."),
        "option-ended": gettext("%(option)s is no longer active."),
        "tenant-opened": gettext("The contract %(tenant)s is open."),
        "staff-appointed": gettext("%(name)s has the staff roles you chose."),
        "staff-dismissed": gettext("%(name)s is no longer of staff."),
        "person-disabled": gettext("The login of %(name)s is closed."),
        "person-enabled": gettext("The login of %(name)s is open again."),
        "person-unlocked": gettext("The login of %(name)s is unlocked."),
        "person-sessions-ended": gettext("All sessions of %(name)s have ended."),
        "impersonation-proposed": gettext("The access waits for another member of staff."),
        "impersonation-given": gettext("The access is open. Whoever it concerns has a mail."),
        "impersonation-ended": gettext("The access has ended."),
        "impersonation-approve": gettext("Approved."),
        "impersonation-decline": gettext("Declined."),
        "view-left": gettext("You see as yourself again."),
        "view-over": gettext("The access has ended: you see as yourself again."),
        "recovery-proposed": gettext("Your proposal waits for another member of staff."),
        "recovery-approve": gettext("Approved."),
        "recovery-refuse": gettext("Refused."),
        "recovery-withdraw": gettext("Withdrawn."),
        "reason-ended": gettext("You no longer look at %(about)s."),
        "rules-changed": gettext("The security rules are changed."),
        "clock-moved": gettext("The clock now says %(instant)s."),
    }
