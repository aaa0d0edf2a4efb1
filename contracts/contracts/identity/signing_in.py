"""Three ways in, for the gateway's login pages."""

from __future__ import annotations

from contracts.codes import Language
from contracts.declare import Effect, Refusal
from contracts.fields import (
    Choice,
    Id,
    Login,
    Secret,
    Strict,
    Tenant,
    Text,
)
from contracts.identity.contract import IDENTITY
from contracts.people import Visit
from contracts.rights import gateway_only


class SignIn(Visit):
    login = Text(maximum=255, required=True)
    password = Secret(required=True)


class WebSignIn(Visit):
    domain = Text(maximum=64, required=True)
    user_name = Text(maximum=255, required=True)
    password = Secret(required=True)


class ApiSignIn(Visit):
    domain = Text(maximum=64, required=True)
    identifier = Text(
        maximum=255,
        required=True,
        metadata={"description": "User name, e-mail or mobile number of the IAM user."},
    )
    password = Secret(required=True)


class SignedIn(Strict):
    person_id = Id(required=True)
    login = Login(required=True)
    language = Choice(Language, required=True)
    tenant = Tenant(required=True, allow_none=True)
    iam_user_id = Id(required=True, allow_none=True)


_SIGN_IN_REFUSED = (Refusal("Unauthenticated", "sign-in-refused"),)

sign_in = IDENTITY.call(
    "sign_in",
    request=SignIn,
    response=SignedIn,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Portal login: login and portal password.",
    refusals=_SIGN_IN_REFUSED,
)
web_sign_in = IDENTITY.call(
    "web_sign_in",
    request=WebSignIn,
    response=SignedIn,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Web Login to the console: user name, domain name and portal password.",
    refusals=_SIGN_IN_REFUSED,
)
api_sign_in = IDENTITY.call(
    "api_sign_in",
    request=ApiSignIn,
    response=SignedIn,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="API Login to the console: domain, one of three identifiers and API password.",
    refusals=_SIGN_IN_REFUSED,
)
