"""Second factors: authenticator app, passkeys, recovery codes."""

from __future__ import annotations

from contracts.codes import FactorKind, Role, Section, StaffRole
from contracts.declare import Effect, Refusal, delete, get, patch, post, put
from contracts.fields import (
    Choice,
    Edition,
    Flag,
    Id,
    Instant,
    Many,
    Part,
    Secret,
    Strict,
    Tenant,
    Text,
    Whole,
)
from contracts.identity.contract import IDENTITY, NoFields, Nothing
from contracts.identity.signing_in import SignedIn
from contracts.people import Visit
from contracts.rights import gateway_only, in_tenant, self_service, staff_only

MOST_PASSKEYS = 20
_LONGEST_ANSWER = 16_384  # a browser's answer, with an attestation that nobody asked for

_CODE = {"description": "Six digits of the authenticator app."}
_OPTIONS = {"description": "JSON for navigator.credentials, as PublicKeyCredential parses it."}
_ANSWER = {"description": "JSON of the browser's PublicKeyCredential."}
_BOUND_TO = {"description": "What only this browser has; the challenge opens for nothing else."}


class Totp(Strict):
    enrolled_at = Instant(required=True)
    last_used_at = Instant(required=True, allow_none=True)


class Passkey(Strict):
    passkey_id = Id(required=True)
    name = Text(maximum=64, required=True)
    enrolled_at = Instant(required=True)
    last_used_at = Instant(required=True, allow_none=True)
    backed_up = Flag(
        required=True, metadata={"description": "Kept by its provider on several devices."}
    )
    suspended_at = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "There is a copy of it: it proves nothing any more. Remove it."},
    )


class Factors(Strict):
    totp = Part(Totp, required=True, allow_none=True)
    passkeys = Many(Part(Passkey), maximum=MOST_PASSKEYS, required=True)
    recovery_codes_left = Whole(required=True)
    required_by = Many(
        Tenant(),
        maximum=100,
        required=True,
        metadata={"description": "Contracts whose rules demand a second factor."},
    )
    required_of_staff = Flag(required=True)


class Enrolled(Strict):
    """``recovery_codes`` is empty where the person has codes already; they are shown once."""

    factors = Part(Factors, required=True)
    recovery_codes = Many(Text(maximum=32), maximum=10, required=True)
    amr = Many(Text(maximum=16), maximum=5, required=True)


class TotpEnrolment(Strict):
    secret = Text(maximum=64, required=True, metadata={"description": "Base32, to be typed."})
    uri = Text(maximum=512, required=True, metadata={"description": "otpauth://, for a QR code."})
    expires_at = Instant(required=True)


class ConfirmTotp(Strict):
    code = Secret(maximum=32, required=True, metadata=_CODE)


class PasskeyOptions(Strict):
    options = Text(maximum=_LONGEST_ANSWER, required=True, metadata=_OPTIONS)


class FinishPasskey(Strict):
    name = Text(maximum=64, required=True)
    passkey = Secret(maximum=_LONGEST_ANSWER, required=True, metadata=_ANSWER)


class OnePasskey(Strict):
    passkey_id = Id(required=True)


class RenamePasskey(OnePasskey):
    name = Text(maximum=64, required=True)


class RecoveryCodes(Strict):
    recovery_codes = Many(Text(maximum=32), maximum=10, required=True)


_CODE_REFUSED = Refusal("Invalid", "code-refused")
_PASSKEY_REFUSED = Refusal("Invalid", "passkey-refused")
_REQUIRED = Refusal("Conflict", "second-factor-required-by")
_TOTP_REFUSALS = (Refusal("NotFound", "totp-not-started"), _CODE_REFUSED)
_PASSKEY_REFUSALS = (
    _PASSKEY_REFUSED,
    Refusal("Conflict", "passkey-known"),
    Refusal("Conflict", "passkeys-too-many"),
)
_FACTOR_ENROLLED = Refusal("Conflict", "factor-enrolled")

get_factors = IDENTITY.call(
    "get_factors",
    request=NoFields,
    response=Factors,
    right=self_service("account"),
    effect=Effect.READ,
    summary="My second factors, and who demands one.",
    route=get("/account/factors"),
)
start_totp = IDENTITY.call(
    "start_totp",
    request=NoFields,
    response=TotpEnrolment,
    right=self_service("account"),
    effect=Effect.ATTEMPT,
    summary="A new secret for an authenticator app; it counts once a code of it has confirmed it.",
    route=post("/account/factors/totp", 201),
    step_up=True,
)
confirm_totp = IDENTITY.call(
    "confirm_totp",
    request=ConfirmTotp,
    response=Enrolled,
    right=self_service("account"),
    effect=Effect.ATTEMPT,
    summary="Enrol the authenticator app by a first code; it replaces an older one.",
    refusals=_TOTP_REFUSALS,
    route=post("/account/factors/totp/confirmation"),
    step_up=True,
)
remove_totp = IDENTITY.call(
    "remove_totp",
    request=NoFields,
    response=Factors,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Remove the authenticator app; the last factor stays while a contract demands one.",
    refusals=(Refusal("NotFound", "totp-unknown"), _REQUIRED),
    route=delete("/account/factors/totp"),
    step_up=True,
)
start_passkey = IDENTITY.call(
    "start_passkey",
    request=NoFields,
    response=PasskeyOptions,
    right=self_service("account"),
    effect=Effect.ATTEMPT,
    summary="What the browser must know to make a passkey, with a challenge that serves once.",
    refusals=(Refusal("Conflict", "passkeys-too-many"),),
    route=post("/account/passkeys/challenge"),
    step_up=True,
)
finish_passkey = IDENTITY.call(
    "finish_passkey",
    request=FinishPasskey,
    response=Enrolled,
    right=self_service("account"),
    effect=Effect.ATTEMPT,
    summary="Enrol the passkey that the browser has made.",
    refusals=_PASSKEY_REFUSALS,
    route=post("/account/passkeys", 201),
    step_up=True,
)
rename_passkey = IDENTITY.call(
    "rename_passkey",
    request=RenamePasskey,
    response=Factors,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Give a passkey another name.",
    refusals=(Refusal("NotFound", "passkey-unknown"),),
    route=patch("/account/passkeys/{passkey_id}"),
)
remove_passkey = IDENTITY.call(
    "remove_passkey",
    request=OnePasskey,
    response=Factors,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Remove a passkey; the last factor stays while a contract demands one.",
    refusals=(Refusal("NotFound", "passkey-unknown"), _REQUIRED),
    route=delete("/account/passkeys/{passkey_id}"),
    step_up=True,
)
renew_recovery_codes = IDENTITY.call(
    "renew_recovery_codes",
    request=NoFields,
    response=RecoveryCodes,
    right=self_service("account"),
    effect=Effect.ATTEMPT,
    summary="Ten new recovery codes, shown once; the older ones end.",
    refusals=(Refusal("Conflict", "no-second-factor"),),
    route=post("/account/recovery-codes", 201),
    step_up=True,
)


# --- signing in, for the gateway's pages ----------------------------------------------------------


class Ceremony(Strict):
    """One person at one browser, between the password and the session."""

    person_id = Id(required=True)
    bound_to = Secret(maximum=256, required=True, metadata=_BOUND_TO)


class ProveSecondFactor(Visit):
    person_id = Id(required=True)
    kind = Choice(FactorKind, required=True)
    code = Secret(maximum=64, load_default=None, allow_none=True)
    passkey = Secret(maximum=_LONGEST_ANSWER, load_default=None, allow_none=True, metadata=_ANSWER)
    bound_to = Secret(maximum=256, load_default=None, allow_none=True, metadata=_BOUND_TO)


class SecondFactorProved(Strict):
    amr = Many(
        Text(maximum=16),
        maximum=5,
        required=True,
        metadata={"description": "Authentication method references (RFC 8176)."},
    )
    recovery_codes_left = Whole(required=True)


class ConfirmTotpAtSignIn(ConfirmTotp):
    person_id = Id(required=True)


class FinishPasskeyAtSignIn(FinishPasskey, Ceremony):
    pass


class OnePerson(Strict):
    person_id = Id(required=True)


class StartPasskeySignIn(Strict):
    login = Text(
        maximum=255,
        load_default=None,
        allow_none=True,
        metadata={"description": "As typed; the challenge is the same for every login."},
    )
    bound_to = Secret(maximum=256, required=True, metadata=_BOUND_TO)


class PasskeySignIn(Visit):
    passkey = Secret(maximum=_LONGEST_ANSWER, required=True, metadata=_ANSWER)
    bound_to = Secret(maximum=256, required=True, metadata=_BOUND_TO)


class PasskeySignedIn(SignedIn):
    amr = Many(Text(maximum=16), maximum=5, required=True)


start_second_factor_passkey = IDENTITY.call(
    "start_second_factor_passkey",
    request=Ceremony,
    response=PasskeyOptions,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="A challenge for one of the person's passkeys, after the password.",
)
prove_second_factor = IDENTITY.call(
    "prove_second_factor",
    request=ProveSecondFactor,
    response=SecondFactorProved,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="The second step of a sign-in, or of proving again who one is.",
    refusals=(Refusal("Unauthenticated", "second-factor-refused"),),
)
start_totp_at_sign_in = IDENTITY.call(
    "start_totp_at_sign_in",
    request=OnePerson,
    response=TotpEnrolment,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Enrolment that a rule demands before the session starts: authenticator app.",
    refusals=(_FACTOR_ENROLLED,),
)
confirm_totp_at_sign_in = IDENTITY.call(
    "confirm_totp_at_sign_in",
    request=ConfirmTotpAtSignIn,
    response=Enrolled,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Enrolment that a rule demands before the session starts: the first code.",
    refusals=(_FACTOR_ENROLLED, *_TOTP_REFUSALS),
)
start_passkey_at_sign_in = IDENTITY.call(
    "start_passkey_at_sign_in",
    request=Ceremony,
    response=PasskeyOptions,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Enrolment that a rule demands before the session starts: passkey.",
    refusals=(_FACTOR_ENROLLED,),
)
finish_passkey_at_sign_in = IDENTITY.call(
    "finish_passkey_at_sign_in",
    request=FinishPasskeyAtSignIn,
    response=Enrolled,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Enrolment that a rule demands before the session starts: the passkey made.",
    refusals=(_FACTOR_ENROLLED, *_PASSKEY_REFUSALS),
)
start_passkey_sign_in = IDENTITY.call(
    "start_passkey_sign_in",
    request=StartPasskeySignIn,
    response=PasskeyOptions,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="A challenge to sign in with a passkey alone: the same for every login.",
)
passkey_sign_in = IDENTITY.call(
    "passkey_sign_in",
    request=PasskeySignIn,
    response=PasskeySignedIn,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="Portal login by a passkey that has verified its user: both factors at once.",
    refusals=(Refusal("Unauthenticated", "sign-in-refused"),),
)


# --- lost factors, and what staff must have -------------------------------------------------------


class ResetSecondFactors(Strict):
    tenant = Tenant(required=True)
    person_id = Id(required=True)


reset_second_factors = IDENTITY.call(
    "reset_second_factors",
    request=ResetSecondFactors,
    response=Nothing,
    right=in_tenant("users.write", Section.USERS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="A user has lost his second factors: remove them and end his sessions. Only for who"
    " belongs to no other contract; for others staff support does it.",
    refusals=(
        Refusal("NotFound", "user-unknown"),
        Refusal("Invalid", "reason-required"),
        Refusal("Conflict", "not-oneself"),
        Refusal("Conflict", "staff-support-needed"),
        Refusal("Conflict", "no-second-factor"),
    ),
    route=post("/tenants/{tenant}/users/{person_id}/second-factors/reset"),
    step_up=True,
)


class StaffRules(Strict):
    second_factor_required = Flag(required=True)


class ChangeStaffRules(Strict):
    second_factor_required = Flag(required=True)
    edition = Edition()


get_staff_rules = IDENTITY.call(
    "get_staff_rules",
    request=NoFields,
    response=StaffRules,
    right=staff_only("staff", StaffRole.OPERATOR, StaffRole.AUDITOR),
    effect=Effect.READ,
    summary="What the provider demands of its own people at sign-in.",
    route=get("/staff-rules"),
)
change_staff_rules = IDENTITY.call(
    "change_staff_rules",
    request=ChangeStaffRules,
    response=StaffRules,
    right=staff_only("staff", StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Demand a second factor of the provider's own people, at once, or no longer.",
    refusals=(Refusal("Conflict", "changed-meanwhile"),),
    route=put("/staff-rules"),
    step_up=True,
)
