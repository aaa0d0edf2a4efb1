"""Three ways in, for the gateway's login pages."""

from __future__ import annotations

from contracts.codes import CredentialKind, FactorKind, Language, SecondFactorStep, StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import (
    Choice,
    Flag,
    Id,
    Instant,
    Login,
    Many,
    Part,
    Secret,
    Strict,
    Tenant,
    Text,
    Whole,
)
from contracts.identity.contract import IDENTITY
from contracts.paging import Page, PageRequest
from contracts.people import Visit
from contracts.rights import gateway_only, self_service, staff_only


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


class LastSignIn(Strict):
    """The accepted one before this, where the entry rules have it shown."""

    at = Instant(required=True)
    address = Text(maximum=64, required=True, allow_none=True)
    device = Text(maximum=400, required=True, allow_none=True)


class SignedIn(Strict):
    """The password was right. What is still to be done before a session starts stands in
    ``second_factor`` and ``password_expired``."""

    person_id = Id(required=True)
    login = Login(required=True)
    language = Choice(Language, required=True)
    tenant = Tenant(required=True, allow_none=True)
    iam_user_id = Id(required=True, allow_none=True)
    second_factor = Choice(SecondFactorStep, load_default=SecondFactorStep.NONE)
    factors = Many(Choice(FactorKind), maximum=10, load_default=())
    password_expired = Flag(load_default=False)
    password_expires_at = Instant(load_default=None, allow_none=True)
    password_expires_soon = Flag(
        load_default=False, metadata={"description": "Within 15 days of the installation's clock."}
    )
    idle_minutes = Whole(load_default=None, allow_none=True)
    last_sign_in = Part(LastSignIn, load_default=None, allow_none=True)
    notice = Text(minimum=0, maximum=64, load_default=None, allow_none=True)


_SIGN_IN_REFUSED = (
    Refusal("Unauthenticated", "sign-in-refused"),
    Refusal("TooMany", "sign-in-throttled"),
)

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


class PastSignIn(Strict):
    """A try to sign in, or what happened to a password. ``tenant``: the domain, at a console."""

    at = Instant(required=True)
    method = Text(maximum=16, required=True, metadata={"description": "portal, web or api."})
    outcome = Text(
        maximum=32,
        required=True,
        metadata={"description": "accepted, wrong, locked, password-set, …"},
    )
    address = Text(maximum=64, required=True, allow_none=True)
    device = Text(maximum=400, required=True, allow_none=True)
    tenant = Tenant(required=True, allow_none=True)


class PastSignIns(Page):
    items = Many(Part(PastSignIn), maximum=200, required=True)


list_sign_ins = IDENTITY.call(
    "list_sign_ins",
    request=PageRequest,
    response=PastSignIns,
    right=self_service("account"),
    effect=Effect.READ,
    summary="My sign-ins, the newest first: from where, by which way, and what came of each.",
    route=get("/account/sign-ins"),
)


class UnlockPortalLogin(Strict):
    person_id = Id(required=True)


class PortalLogin(Strict):
    """The portal credential of a person, and the state of its lock."""

    person_id = Id(required=True)
    login = Login(required=True)
    failed_logins = Whole(required=True, metadata={"description": "Inside the counting window."})
    locked_until = Instant(required=True, allow_none=True)


unlock_portal_login = IDENTITY.call(
    "unlock_portal_login",
    request=UnlockPortalLogin,
    response=PortalLogin,
    right=staff_only("people.write", StaffRole.SUPPORT, StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Clear counter and lock of a person's portal login, effective at once.",
    refusals=(
        Refusal("NotFound", "person-unknown"),
        Refusal("Forbidden", "own-login"),
        Refusal("Forbidden", "operator-needed"),
        Refusal("Conflict", "person-erased"),
    ),
    route=post("/people/{person_id}/unlock"),
    step_up=True,
    reason=True,
)


class Disown(Visit):
    token = Secret(maximum=128, required=True)


class Disowned(Strict):
    """``blocked``: the password is worth nothing any more, and all sessions have ended."""

    credential = Choice(CredentialKind, required=True)
    user_name = Text(required=True)
    tenant = Tenant(required=True, allow_none=True)
    blocked = Flag(required=True)


disown = IDENTITY.call(
    "disown",
    request=Disown,
    response=Disowned,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Use the link of a mail: it was not me. A link to choose a new password is mailed.",
    refusals=(
        Refusal("NotFound", "link-not-usable"),
        Refusal("TooMany", "sign-in-throttled"),
    ),
)
