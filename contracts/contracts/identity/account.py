"""One's own account."""

from __future__ import annotations

from contracts.codes import Language
from contracts.declare import Effect, Refusal, get, patch, post
from contracts.fields import (
    Choice,
    Email,
    Id,
    Instant,
    Login,
    Many,
    Mobile,
    Part,
    Secret,
    Strict,
    Text,
)
from contracts.identity.contract import IDENTITY, NoFields, Nothing
from contracts.identity.iam_users import IamUser
from contracts.people import PasswordRules, Visit
from contracts.rights import self_service


class Account(Strict):
    person_id = Id(required=True)
    login = Login(required=True)
    email = Email(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    mobile = Mobile(required=True, allow_none=True)
    language = Choice(Language, required=True)
    password_changed_at = Instant(required=True, allow_none=True)
    rules = Part(PasswordRules, required=True)
    iam_users = Many(Part(IamUser), maximum=1000, required=True)


class ChangeAccount(Strict):
    language = Choice(Language, required=True)


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
    summary="Change one's language.",
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
