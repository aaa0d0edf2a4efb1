"""One-time links, and the forgotten password that asks for one."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import CredentialKind, Language
from contracts.declare import Effect, Refusal
from contracts.fields import (
    Choice,
    Id,
    Instant,
    Part,
    Secret,
    Strict,
    Tenant,
    Text,
)
from contracts.identity.contract import IDENTITY, Nothing
from contracts.people import PasswordRules, Visit
from contracts.rights import gateway_only


class LinkPurpose(StrEnum):
    WELCOME = "welcome"  # set the first portal password
    CONSOLE_WELCOME = "console_welcome"  # set the first API password
    RESET = "reset"  # set another one, either credential
    MAIL_CHANGE = "mail_change"  # confirm the new e-mail address
    INVITATION = "invitation"  # accept or decline a contract, for who has a login already
    NOT_ME = "not_me"  # "it was not me"


class ReadLink(Strict):
    token = Secret(maximum=128, required=True)


class LinkView(Strict):
    purpose = Choice(LinkPurpose, required=True)
    credential = Choice(CredentialKind, required=True)
    user_name = Text(required=True, metadata={"description": "Login or IAM user name."})
    tenant = Tenant(required=True, allow_none=True)
    language = Choice(Language, required=True)
    expires_at = Instant(required=True)
    rules = Part(PasswordRules, required=True)


read_link = IDENTITY.call(
    "read_link",
    request=ReadLink,
    response=LinkView,
    right=gateway_only(),
    effect=Effect.READ,
    summary="What a one-time link is for. Reading it changes nothing, however often.",
    refusals=(Refusal("NotFound", "link-not-usable"),),
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
)
