"""One's own account."""

from __future__ import annotations

from contracts.codes import Language
from contracts.declare import Effect, Refusal, delete, get, patch, post
from contracts.fields import (
    Choice,
    Edition,
    Email,
    Id,
    Instant,
    Login,
    Many,
    Mobile,
    Part,
    PersonName,
    Secret,
    Strict,
    Tenant,
    Text,
)
from contracts.identity.contract import IDENTITY, NoFields, Nothing
from contracts.identity.facts import roles_by_section
from contracts.identity.iam_users import IamUser
from contracts.people import PasswordRules, Visit
from contracts.rights import gateway_only, self_service


class Account(Strict):
    person_id = Id(required=True)
    login = Login(required=True)
    email = Email(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    mobile = Mobile(required=True, allow_none=True)
    language = Choice(Language, required=True)
    password_changed_at = Instant(required=True, allow_none=True)
    password_expires_at = Instant(load_default=None, allow_none=True)
    rules = Part(PasswordRules, required=True)
    iam_users = Many(Part(IamUser), maximum=1000, required=True)


class ChangeAccount(Strict):
    """What is left out stays; a mobile number of null is taken away."""

    language = Choice(Language, load_default=None, allow_none=True)
    given_name = PersonName(load_default=None, allow_none=True)
    family_name = PersonName(load_default=None, allow_none=True)
    mobile = Mobile(allow_none=True)
    edition = Edition()


class ChangePassword(Visit):
    current_password = Secret(required=True)
    new_password = Secret(required=True)


get_account = IDENTITY.call(
    "get_account",
    request=NoFields,
    response=Account,
    right=self_service("account"),
    effect=Effect.READ,
    summary="My account.",
    route=get("/account"),
)
change_account = IDENTITY.call(
    "change_account",
    request=ChangeAccount,
    response=Account,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Change one's names, mobile number and language.",
    refusals=(Refusal("Conflict", "changed-meanwhile"),),
    route=patch("/account"),
)
change_password = IDENTITY.call(
    "change_password",
    request=ChangePassword,
    response=Nothing,
    right=self_service("account"),
    effect=Effect.ATTEMPT,
    summary="Change one's portal password; other sessions end.",
    refusals=(
        Refusal("Invalid", "password-refused"),
        Refusal("Forbidden", "current-password-wrong"),
    ),
    route=post("/account/password"),
)


class ResetOwnFailedLogin(Strict):
    iam_user_id = Id(required=True)


reset_own_failed_login = IDENTITY.call(
    "reset_own_failed_login",
    request=ResetOwnFailedLogin,
    response=IamUser,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Reset Failed Login on one's own API login, entered by the portal.",
    refusals=(Refusal("NotFound", "iam-user-unknown"),),
    route=post("/account/iam-users/{iam_user_id}/reset-failed-login"),
)


class RequestMailChange(Strict):
    email = Email(required=True)


request_mail_change = IDENTITY.call(
    "request_mail_change",
    request=RequestMailChange,
    response=Nothing,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Ask for another e-mail address; a link goes there, a word to the one in use."
    " The same answer whether or not somebody has that address.",
    refusals=(Refusal("TooMany", "mail-changes-too-many"),),
    route=post("/account/mail-change", 202),
    step_up=True,
)


class OwnApiPassword(Strict):
    iam_user_id = Id(required=True)


request_own_api_password_link = IDENTITY.call(
    "request_own_api_password_link",
    request=OwnApiPassword,
    response=Nothing,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Have a link mailed to oneself that sets the API password of one domain.",
    refusals=(
        Refusal("NotFound", "iam-user-unknown"),
        Refusal("TooMany", "password-links-too-many"),
    ),
    route=post("/account/iam-users/{iam_user_id}/password-link", 202),
    step_up=True,
)


class ChangeApiPassword(Visit):
    domain = Text(maximum=64, required=True)
    identifier = Text(maximum=255, required=True)
    current_password = Secret(required=True)
    new_password = Secret(required=True)


change_api_password = IDENTITY.call(
    "change_api_password",
    request=ChangeApiPassword,
    response=Nothing,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Change an API password for who knows the current one, as at the API Login.",
    refusals=(
        Refusal("Unauthenticated", "sign-in-refused"),
        Refusal("Forbidden", "second-factor-required"),
        Refusal("Invalid", "password-refused"),
    ),
)


class OwnTenant(Strict):
    tenant = Tenant(required=True)


class OwnInvitation(Strict):
    tenant = Tenant(required=True)
    name = Text(required=True, metadata={"description": "Of the contract, as it was opened."})
    roles = roles_by_section(required=True)
    invited_by = Text(required=True, allow_none=True)
    invited_until = Instant(required=True)


class OwnInvitations(Strict):
    items = Many(Part(OwnInvitation), maximum=100, required=True)


list_own_invitations = IDENTITY.call(
    "list_own_invitations",
    request=NoFields,
    response=OwnInvitations,
    right=self_service("account"),
    effect=Effect.READ,
    summary="The contracts that ask me to accept them.",
    route=get("/account/invitations"),
)
accept_invitation = IDENTITY.call(
    "accept_invitation",
    request=OwnTenant,
    response=Nothing,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Accept a contract: from now on it sees me as I call myself.",
    refusals=(Refusal("NotFound", "user-unknown"),),
    route=post("/account/invitations/{tenant}/accept"),
)
leave_tenant = IDENTITY.call(
    "leave_tenant",
    request=OwnTenant,
    response=Nothing,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Give up all of one's rights on a contract, or decline its invitation.",
    refusals=(
        Refusal("NotFound", "user-unknown"),
        Refusal("Conflict", "office-held"),
        Refusal("Conflict", "user-manages-organisation"),
        Refusal("Conflict", "last-user-manager"),
    ),
    route=delete("/account/tenants/{tenant}"),
    step_up=True,
)
