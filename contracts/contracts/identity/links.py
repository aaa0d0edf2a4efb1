"""One-time links, and the forgotten password that asks for one."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import CredentialKind, Language
from contracts.declare import Effect, Refusal
from contracts.fields import (
    Choice,
    Email,
    Flag,
    Id,
    Instant,
    Part,
    Secret,
    Strict,
    Tenant,
    Text,
)
from contracts.identity.contract import IDENTITY, Nothing
from contracts.identity.facts import roles_by_section
from contracts.people import PasswordRules, Visit
from contracts.rights import gateway_only


class LinkPurpose(StrEnum):
    WELCOME = "welcome"  # set the first portal password
    CONSOLE_WELCOME = "console_welcome"  # set the first API password
    RESET = "reset"  # set another one, either credential
    MAIL_CHANGE = "mail_change"  # confirm the new e-mail address
    INVITATION = "invitation"  # accept or decline a contract, for who has a login already
    NOT_ME = "not_me"  # "it was not me"


class NotMe(StrEnum):
    """What somebody may say he has not done. All but a lock make the password worthless."""

    LOCKED = "locked"
    PASSWORD = "password"  # noqa: S105 - it was set or changed
    FACTOR = "factor"
    MAIL = "mail"


class ReadLink(Visit):
    token = Secret(maximum=128, required=True)


class Invitation(Strict):
    """A contract that asks to be accepted. No inviter: the provider."""

    name = Text(required=True, metadata={"description": "Of the contract, as it was opened."})
    roles = roles_by_section(required=True)
    invited_by = Text(required=True, allow_none=True)


class LinkView(Strict):
    purpose = Choice(LinkPurpose, required=True)
    credential = Choice(CredentialKind, required=True)
    user_name = Text(required=True, metadata={"description": "Login or IAM user name."})
    tenant = Tenant(required=True, allow_none=True)
    language = Choice(Language, required=True)
    expires_at = Instant(required=True)
    rules = Part(PasswordRules, required=True)
    invitation = Part(Invitation, load_default=None, allow_none=True)
    new_email = Email(load_default=None, allow_none=True)
    about = Choice(
        NotMe,
        load_default=None,
        allow_none=True,
        metadata={"description": "Of a link that says it was not me: what."},
    )


read_link = IDENTITY.call(
    "read_link",
    request=ReadLink,
    response=LinkView,
    right=gateway_only(),
    effect=Effect.READ,
    summary="What a one-time link is for. Reading it changes nothing, however often.",
    refusals=(
        Refusal("NotFound", "link-not-usable"),
        Refusal("TooMany", "sign-in-throttled"),
    ),
)


class SetPasswordByLink(Visit):
    token = Secret(maximum=128, required=True)
    password = Secret(required=True)


class PasswordWasSet(Strict):
    person_id = Id(required=True)
    credential = Choice(CredentialKind, required=True)
    user_name = Text(required=True)
    tenant = Tenant(required=True, allow_none=True)


set_password_by_link = IDENTITY.call(
    "set_password_by_link",
    request=SetPasswordByLink,
    response=PasswordWasSet,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Use a one-time link: set the password, end the lock of that credential.",
    refusals=(
        Refusal("NotFound", "link-not-usable"),
        Refusal("Invalid", "password-refused"),
        Refusal("TooMany", "sign-in-throttled"),
    ),
)


class RequestPasswordReset(Visit):
    credential = Choice(CredentialKind, required=True)
    identifier = Text(maximum=255, required=True)
    domain = Text(
        maximum=64,
        load_default=None,
        allow_none=True,
        metadata={"description": "For the API password."},
    )


request_password_reset = IDENTITY.call(
    "request_password_reset",
    request=RequestPasswordReset,
    response=Nothing,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Forgotten password: the same answer whether or not there is such a user.",
    refusals=(Refusal("TooMany", "sign-in-throttled"),),
)


class AnswerInvitation(Strict):
    token = Secret(maximum=128, required=True)
    accept = Flag(required=True)


class AnsweredInvitation(Strict):
    tenant = Tenant(required=True)
    accepted = Flag(required=True)


answer_invitation = IDENTITY.call(
    "answer_invitation",
    request=AnswerInvitation,
    response=AnsweredInvitation,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Use an invitation's link: accept the contract, or decline it and be removed.",
    refusals=(
        Refusal("NotFound", "link-not-usable"),
        Refusal("Conflict", "office-held"),
        Refusal("Conflict", "last-user-manager"),
    ),
)


class UseLink(Strict):
    token = Secret(maximum=128, required=True)


class MailWasChanged(Strict):
    person_id = Id(required=True)
    user_name = Text(required=True)
    email = Email(required=True)


confirm_mail_change = IDENTITY.call(
    "confirm_mail_change",
    request=UseLink,
    response=MailWasChanged,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Use the link mailed to a new address: from now on it is the person's.",
    refusals=(
        Refusal("NotFound", "link-not-usable"),
        Refusal("Conflict", "email-taken"),
    ),
)
