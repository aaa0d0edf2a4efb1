"""Policies as data: what passwords must satisfy, how they lock and expire, how one enters.

A policy is read with its ``version``, which goes back with a change: of two who edit at once, the
second is told ``changed-meanwhile``.
"""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import CredentialKind, Role, Section, StaffRole
from contracts.declare import Effect, Refusal, delete, get, put
from contracts.fields import (
    Choice,
    Edition,
    Flag,
    Id,
    Instant,
    Part,
    Secret,
    Strict,
    Tenant,
    Text,
    Whole,
)
from contracts.identity.contract import IDENTITY, NoFields, Nothing
from contracts.people import PasswordRules, Visit
from contracts.rights import gateway_only, in_tenant, staff_only

_READERS = (StaffRole.SUPPORT, StaffRole.OPERATOR, StaffRole.AUDITOR)
_CHANGED_MEANWHILE = Refusal("Conflict", "changed-meanwhile")
_REFUSED = Refusal("Invalid", "policy-refused")
_VERSION = {"description": "As it was read; 0 where the tenant has none of its own."}


class _Lock(Strict):
    failure_limit = Whole(
        minimum=3,
        maximum=10,
        load_default=None,
        allow_none=True,
        metadata={"description": "Wrong passwords that lock it."},
    )
    window_minutes = Whole(
        minimum=15,
        maximum=60,
        load_default=None,
        allow_none=True,
        metadata={"description": "Within which they count."},
    )
    lock_minutes = Whole(minimum=15, maximum=1440, load_default=None, allow_none=True)


class PasswordPolicy(PasswordRules):
    kind = Choice(CredentialKind, required=True)
    own = Flag(
        required=True,
        metadata={"description": "The tenant's own; false: the installation's holds."},
    )
    failure_limit = Whole(required=True)
    window_minutes = Whole(required=True)
    lock_minutes = Whole(required=True)
    version = Whole(required=True, metadata=_VERSION)


class _AskedRules(_Lock):
    """All of it. Of a tenant's portal policy, the longest length, the special characters and the
    lock are the installation's and not looked at here."""

    kind = Choice(CredentialKind, required=True)
    minimum_length = Whole(minimum=6, maximum=64, required=True)
    maximum_length = Whole(minimum=32, maximum=256, load_default=None, allow_none=True)
    character_classes = Whole(minimum=1, maximum=4, required=True)
    special_characters = Text(maximum=64, load_default=None, allow_none=True)
    not_user_name = Flag(required=True)
    identical_characters = Whole(maximum=32, required=True)
    history_count = Whole(maximum=10, required=True)
    minimum_age_minutes = Whole(maximum=1440, required=True)
    validity_days = Whole(maximum=180, required=True)
    breached_refused = Flag(required=True)
    minimum_score = Whole(maximum=4, required=True)
    version = Whole(required=True, metadata=_VERSION)
    edition = Edition()


class OnePasswordPolicy(Strict):
    tenant = Tenant(required=True)
    kind = Choice(CredentialKind, required=True)


class ChangePasswordPolicy(_AskedRules):
    tenant = Tenant(required=True)


class DropPasswordPolicy(OnePasswordPolicy):
    version = Whole(required=True, metadata=_VERSION)
    edition = Edition()


class OneInstallationPolicy(Strict):
    kind = Choice(CredentialKind, required=True)


class ChangeInstallationPolicy(_AskedRules):
    pass


get_password_policy = IDENTITY.call(
    "get_password_policy",
    request=OnePasswordPolicy,
    response=PasswordPolicy,
    right=in_tenant("users.read", Section.USERS, Role.VISITOR, staff=_READERS),
    effect=Effect.READ,
    summary="What the tenant asks of portal or API passwords, and when they lock.",
    route=get("/tenants/{tenant}/password-policies/{kind}"),
)
change_password_policy = IDENTITY.call(
    "change_password_policy",
    request=ChangePasswordPolicy,
    response=PasswordPolicy,
    right=in_tenant("users.write", Section.USERS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Give the tenant a policy of its own; of portal passwords it may only ask more.",
    refusals=(_REFUSED, _CHANGED_MEANWHILE),
    route=put("/tenants/{tenant}/password-policies/{kind}"),
    step_up=True,
)
drop_password_policy = IDENTITY.call(
    "drop_password_policy",
    request=DropPasswordPolicy,
    response=PasswordPolicy,
    right=in_tenant("users.write", Section.USERS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Follow the installation's policy again.",
    refusals=(_CHANGED_MEANWHILE,),
    route=delete("/tenants/{tenant}/password-policies/{kind}"),
    step_up=True,
)
get_installation_policy = IDENTITY.call(
    "get_installation_policy",
    request=OneInstallationPolicy,
    response=PasswordPolicy,
    right=staff_only("staff", *_READERS),
    effect=Effect.READ,
    summary="What the installation asks of portal or API passwords.",
    route=get("/password-policies/{kind}"),
)
change_installation_policy = IDENTITY.call(
    "change_installation_policy",
    request=ChangeInstallationPolicy,
    response=PasswordPolicy,
    right=staff_only("staff", StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Change what the installation asks of portal or API passwords.",
    refusals=(_REFUSED, _CHANGED_MEANWHILE),
    route=put("/password-policies/{kind}"),
    step_up=True,
)


class HouseEntryRules(Strict):
    """How one enters: the portal, and the console of a tenant that says nothing itself."""

    idle_minutes = Whole(
        minimum=15,
        maximum=1440,
        required=True,
        metadata={"description": "Without an act for so long, a session ends."},
    )
    show_last_sign_in = Flag(required=True)
    notice = Text(
        maximum=64,
        load_default=None,
        allow_none=True,
        metadata={"description": "Shown to who has signed in; without @#%&<>\\$^*."},
    )
    version = Whole(required=True, metadata=_VERSION)


class EntryRules(HouseEntryRules):
    second_factor_required = Flag(required=True)
    disable_idle_days = Whole(
        maximum=240,
        required=True,
        metadata={
            "description": "IAM users without a sign-in for so many days are disabled, the domain"
            " owner never; 0: nobody."
        },
    )


class EntryRulesView(EntryRules):
    own = Flag(required=True)


class EntryRulesOfTenant(Strict):
    tenant = Tenant(required=True)


class ChangeEntryRules(EntryRules):
    tenant = Tenant(required=True)
    edition = Edition()


class ChangeHouseEntryRules(HouseEntryRules):
    edition = Edition()


get_entry_rules = IDENTITY.call(
    "get_entry_rules",
    request=EntryRulesOfTenant,
    response=EntryRulesView,
    right=in_tenant("users.read", Section.USERS, Role.VISITOR, staff=_READERS),
    effect=Effect.READ,
    summary="How one enters the tenant: second factor, idle time, idle users, notice.",
    route=get("/tenants/{tenant}/entry-rules"),
)
change_entry_rules = IDENTITY.call(
    "change_entry_rules",
    request=ChangeEntryRules,
    response=EntryRulesView,
    right=in_tenant("users.write", Section.USERS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Change how one enters the tenant.",
    refusals=(_REFUSED, _CHANGED_MEANWHILE),
    route=put("/tenants/{tenant}/entry-rules"),
    step_up=True,
)
get_installation_entry_rules = IDENTITY.call(
    "get_installation_entry_rules",
    request=NoFields,
    response=HouseEntryRules,
    right=staff_only("staff", *_READERS),
    effect=Effect.READ,
    summary="How one enters the portal.",
    route=get("/entry-rules"),
)
change_installation_entry_rules = IDENTITY.call(
    "change_installation_entry_rules",
    request=ChangeHouseEntryRules,
    response=HouseEntryRules,
    right=staff_only("staff", StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Change how one enters the portal.",
    refusals=(_REFUSED, _CHANGED_MEANWHILE),
    route=put("/entry-rules"),
    step_up=True,
)


class ReadExpiredPassword(Strict):
    """Whose it is: with an IAM user his API password, else the person's portal password."""

    person_id = Id(required=True)
    iam_user_id = Id(load_default=None, allow_none=True)


class ExpiredPassword(Strict):
    user_name = Text(required=True, metadata={"description": "Login or IAM user name."})
    expired_at = Instant(required=True)
    rules = Part(PasswordRules, required=True)


class ReplaceExpiredPassword(Visit):
    person_id = Id(required=True)
    iam_user_id = Id(load_default=None, allow_none=True)
    password = Secret(required=True)


_NOT_EXPIRED = Refusal("Conflict", "password-not-expired")

read_expired_password = IDENTITY.call(
    "read_expired_password",
    request=ReadExpiredPassword,
    response=ExpiredPassword,
    right=gateway_only(),
    effect=Effect.READ,
    summary="What the password must satisfy that takes the place of one that has expired.",
    refusals=(_NOT_EXPIRED,),
)
replace_expired_password = IDENTITY.call(
    "replace_expired_password",
    request=ReplaceExpiredPassword,
    response=Nothing,
    right=gateway_only(),
    effect=Effect.ATTEMPT,
    summary="A new password for who has just proved one that has expired; other sessions end.",
    refusals=(_NOT_EXPIRED, Refusal("Invalid", "password-refused")),
)


class PolicyPart(StrEnum):
    """Of what the rules were changed."""

    PORTAL = "portal"
    API = "api"
    ENTRY = "entry"
    STAFF = "staff"  # what is asked of the provider's own people


class PolicyChangedPayload(Strict):
    """To whom it is told: ``person_id``, the tenant's referent, or one of the operators. ``tenant``
    is null for the installation's rules."""

    tenant = Tenant(required=True, allow_none=True)
    person_id = Id(required=True, allow_none=True)
    part = Choice(PolicyPart, required=True)
    changed_by_name = Text(required=True, metadata={"description": "For people to read."})
    changed_at = Instant(required=True)


class PasswordExpiryApproachedPayload(Strict):
    person_id = Id(required=True)
    credential = Choice(CredentialKind, required=True)
    tenant = Tenant(required=True, allow_none=True)
    user_name = Text(required=True)
    expires_at = Instant(required=True)


PolicyChanged = IDENTITY.event(
    "PolicyChanged", payload=PolicyChangedPayload, heard_by=("notifications",)
)
PasswordExpiryApproached = IDENTITY.event(
    "PasswordExpiryApproached", payload=PasswordExpiryApproachedPayload, heard_by=("notifications",)
)
