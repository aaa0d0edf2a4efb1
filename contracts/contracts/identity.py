"""Identity: people and their portal login, IAM users and their API login, roles, links."""

from __future__ import annotations

from enum import StrEnum

from contracts.audit import declare_audit
from contracts.codes import CredentialKind, Language, Office, Role, Section, StaffRole
from contracts.declare import Contract, Effect, Refusal, delete, get, patch, post, put
from contracts.fields import (
    Choice,
    Email,
    Flag,
    Id,
    Instant,
    Login,
    Many,
    Mobile,
    Part,
    PersonName,
    Search,
    Secret,
    Strict,
    Tenant,
    Text,
    Whole,
)
from contracts.identity_facts import (
    CredentialLockedPayload,
    FailedLoginResetPayload,
    IamUserCreatedPayload,
    MembershipPayload,
    PasswordResetRequestedPayload,
    PasswordSetPayload,
    PersonChangedPayload,
    PersonRegisteredPayload,
    StaffAppointedPayload,
    TenantJoinedPayload,
    TenantPeopleEstablishedPayload,
    WelcomeLinkIssuedPayload,
    roles_by_section,
)
from contracts.paging import Page, PageRequest
from contracts.people import PasswordRules, Visit
from contracts.rights import gateway_only, in_tenant, self_service, staff_only

IDENTITY = Contract("identity")

list_audit_entries, verify_audit_chain = declare_audit(IDENTITY)

_STAFF_READERS = (StaffRole.SUPPORT, StaffRole.OPERATOR, StaffRole.AUDITOR, StaffRole.SALES)


class Nothing(Strict):
    """The act was done; there is nothing to say about it."""


class NoFields(Strict):
    """A call about the caller himself."""


# --- signing in (the gateway's login pages) -----------------------------------------------------


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


class LinkPurpose(StrEnum):
    WELCOME = "welcome"  # set the first portal password
    CONSOLE_WELCOME = "console_welcome"  # set the first API password
    RESET = "reset"  # set another one, either credential


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


# --- rights and people (the gateway) ------------------------------------------------------------


class ResolveRights(Strict):
    person_id = Id(required=True)


class RightsInTenant(Strict):
    tenant = Tenant(required=True)
    roles = roles_by_section(required=True)
    offices = Many(Choice(Office), required=True)


class Rights(Strict):
    person_id = Id(required=True)
    enabled = Flag(required=True)
    staff = Many(Choice(StaffRole), required=True)
    tenants = Many(Part(RightsInTenant), maximum=10_000, required=True)


resolve_rights = IDENTITY.call(
    "resolve_rights",
    request=ResolveRights,
    response=Rights,
    right=gateway_only(),
    effect=Effect.READ,
    summary="All that a person holds: staff roles, roles by tenant and section, offices.",
    refusals=(Refusal("NotFound", "person-unknown"),),
)


class GetPerson(Strict):
    person_id = Id(required=True)


class Person(Strict):
    person_id = Id(required=True)
    login = Login(required=True)
    email = Email(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    mobile = Mobile(required=True, allow_none=True)
    language = Choice(Language, required=True)
    enabled = Flag(required=True)


get_person = IDENTITY.call(
    "get_person",
    request=GetPerson,
    response=Person,
    right=gateway_only(),
    effect=Effect.READ,
    summary="A person's claims, for userinfo and ID tokens.",
    refusals=(Refusal("NotFound", "person-unknown"),),
)


# --- one's own account --------------------------------------------------------------------------


class IamUser(Strict):
    """The user of one domain, with the API credential."""

    iam_user_id = Id(required=True)
    tenant = Tenant(required=True)
    person_id = Id(required=True)
    user_name = Login(required=True)
    email = Email(required=True)
    mobile = Mobile(required=True, allow_none=True)
    is_domain_owner = Flag(required=True)
    api_password_set = Flag(required=True)
    failed_logins = Whole(required=True, metadata={"description": "Inside the counting window."})
    locked_until = Instant(required=True, allow_none=True)


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


# --- users of a tenant --------------------------------------------------------------------------


class User(Strict):
    """A person with roles in a tenant."""

    tenant = Tenant(required=True)
    person_id = Id(required=True)
    login = Login(required=True)
    email = Email(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    roles = roles_by_section(required=True)
    offices = Many(Choice(Office), required=True)
    activated = Flag(required=True, metadata={"description": "Has set the portal password."})


class ListUsers(PageRequest):
    tenant = Tenant(required=True)
    search = Search(maximum=100, load_default=None, allow_none=True)


class Users(Page):
    items = Many(Part(User), maximum=200, required=True)


class InviteUser(Strict):
    tenant = Tenant(required=True)
    email = Email(required=True)
    given_name = PersonName(required=True)
    family_name = PersonName(required=True)
    language = Choice(Language, load_default=Language.FRENCH)
    mobile = Mobile(load_default=None, allow_none=True)
    roles = roles_by_section(required=True)


class ChangeRoles(Strict):
    tenant = Tenant(required=True)
    person_id = Id(required=True)
    roles = roles_by_section(required=True)


class UserOfTenant(Strict):
    tenant = Tenant(required=True)
    person_id = Id(required=True)


_USER_UNKNOWN = Refusal("NotFound", "user-unknown")
_ROLE_REFUSALS = (
    Refusal("Invalid", "role-not-in-section"),
    Refusal("Forbidden", "role-not-held"),
)

list_users = IDENTITY.call(
    "list_users",
    request=ListUsers,
    response=Users,
    right=in_tenant("users.read", Section.USERS, Role.VISITOR, staff=_STAFF_READERS),
    effect=Effect.READ,
    summary="The tenant's users with their roles, by family name.",
    route=get("/tenants/{tenant}/users"),
)
invite_user = IDENTITY.call(
    "invite_user",
    request=InviteUser,
    response=User,
    right=in_tenant("users.write", Section.USERS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Invite a person; an e-mail that has a login already is attached, not duplicated.",
    refusals=(
        Refusal("Conflict", "user-exists"),
        Refusal("Conflict", "mobile-taken"),
        *_ROLE_REFUSALS,
    ),
    route=post("/tenants/{tenant}/users", 201),
)
change_roles = IDENTITY.call(
    "change_roles",
    request=ChangeRoles,
    response=User,
    right=in_tenant("users.write", Section.USERS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Replace a user's roles; nobody grants what he does not hold, and the holder of an"
    " office keeps his.",
    refusals=(
        _USER_UNKNOWN,
        Refusal("Conflict", "office-held"),
        Refusal("Conflict", "last-user-manager"),
        *_ROLE_REFUSALS,
    ),
    route=put("/tenants/{tenant}/users/{person_id}/roles"),
)
remove_user = IDENTITY.call(
    "remove_user",
    request=UserOfTenant,
    response=Nothing,
    right=in_tenant("users.write", Section.USERS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Take a user out of the tenant; holders of an office must hand over first.",
    refusals=(
        _USER_UNKNOWN,
        Refusal("Conflict", "office-held"),
        Refusal("Conflict", "last-user-manager"),
    ),
    route=delete("/tenants/{tenant}/users/{person_id}"),
)
send_welcome_again = IDENTITY.call(
    "send_welcome_again",
    request=UserOfTenant,
    response=Nothing,
    right=in_tenant(
        "users.write", Section.USERS, Role.MANAGER, staff=(StaffRole.SALES, StaffRole.SUPPORT)
    ),
    effect=Effect.WRITE,
    summary="Send the welcome mail again with a new link; the older link ends.",
    refusals=(_USER_UNKNOWN, Refusal("Conflict", "already-activated")),
    route=post("/tenants/{tenant}/users/{person_id}/welcome", 202),
)


# --- IAM users of a domain ----------------------------------------------------------------------


class ListIamUsers(PageRequest):
    tenant = Tenant(required=True)


class IamUsers(Page):
    items = Many(Part(IamUser), maximum=200, required=True)


class ResetFailedLogin(Strict):
    tenant = Tenant(required=True)
    iam_user_id = Id(required=True)


list_iam_users = IDENTITY.call(
    "list_iam_users",
    request=ListIamUsers,
    response=IamUsers,
    right=in_tenant(
        "iam.read", Section.TECHNICAL_CONSOLE, Role.VISITOR, staff=(StaffRole.SUPPORT,)
    ),
    effect=Effect.READ,
    summary="Identity and Access Management: the domain's IAM users and the state of their lock.",
    route=get("/tenants/{tenant}/iam-users"),
)
reset_failed_login = IDENTITY.call(
    "reset_failed_login",
    request=ResetFailedLogin,
    response=IamUser,
    right=in_tenant(
        "iam.write", Section.TECHNICAL_CONSOLE, Role.MANAGER, staff=(StaffRole.SUPPORT,)
    ),
    effect=Effect.WRITE,
    summary="Reset Failed Login: clear counter and lock of an API login, effective at once.",
    refusals=(Refusal("NotFound", "iam-user-unknown"),),
    route=post("/tenants/{tenant}/iam-users/{iam_user_id}/reset-failed-login"),
)


# --- staff --------------------------------------------------------------------------------------


class StaffMember(Strict):
    person_id = Id(required=True)
    login = Login(required=True)
    email = Email(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    roles = Many(Choice(StaffRole), required=True)


class AppointStaff(Strict):
    login = Login(
        load_default=None,
        allow_none=True,
        metadata={"description": "Made from the name where absent."},
    )
    email = Email(required=True)
    given_name = PersonName(required=True)
    family_name = PersonName(required=True)
    language = Choice(Language, load_default=Language.FRENCH)
    roles = Many(Choice(StaffRole), minimum=1, maximum=5, required=True)


class StaffMembers(Page):
    items = Many(Part(StaffMember), maximum=200, required=True)


appoint_staff = IDENTITY.call(
    "appoint_staff",
    request=AppointStaff,
    response=StaffMember,
    right=staff_only("staff", StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Give a person staff roles; a person not yet known is welcomed by mail.",
    refusals=(Refusal("Conflict", "login-taken"),),
    route=post("/staff", 201),
)
list_staff = IDENTITY.call(
    "list_staff",
    request=PageRequest,
    response=StaffMembers,
    right=staff_only("staff", StaffRole.OPERATOR, StaffRole.AUDITOR),
    effect=Effect.READ,
    summary="The provider's people and their roles.",
    route=get("/staff"),
)


# --- events -------------------------------------------------------------------------------------

PersonRegistered = IDENTITY.event(
    "PersonRegistered", payload=PersonRegisteredPayload, heard_by=("notifications",)
)
PersonChanged = IDENTITY.event(
    "PersonChanged", payload=PersonChangedPayload, heard_by=("notifications",)
)
WelcomeLinkIssued = IDENTITY.event(
    "WelcomeLinkIssued", payload=WelcomeLinkIssuedPayload, heard_by=("notifications",)
)
TenantJoined = IDENTITY.event(
    "TenantJoined", payload=TenantJoinedPayload, heard_by=("notifications", "gateway")
)
RolesChanged = IDENTITY.event("RolesChanged", payload=MembershipPayload, heard_by=("gateway",))
TenantLeft = IDENTITY.event("TenantLeft", payload=MembershipPayload, heard_by=("gateway",))
TenantPeopleEstablished = IDENTITY.event(
    "TenantPeopleEstablished", payload=TenantPeopleEstablishedPayload, heard_by=("tenancy",)
)
IamUserCreated = IDENTITY.event(
    "IamUserCreated", payload=IamUserCreatedPayload, heard_by=("notifications",)
)
PasswordResetRequested = IDENTITY.event(
    "PasswordResetRequested", payload=PasswordResetRequestedPayload, heard_by=("notifications",)
)
PasswordSet = IDENTITY.event(
    "PasswordSet", payload=PasswordSetPayload, heard_by=("notifications", "gateway")
)
CredentialLocked = IDENTITY.event(
    "CredentialLocked", payload=CredentialLockedPayload, heard_by=("notifications",)
)
FailedLoginReset = IDENTITY.event(
    "FailedLoginReset", payload=FailedLoginResetPayload, heard_by=("notifications",)
)
StaffAppointed = IDENTITY.event(
    "StaffAppointed", payload=StaffAppointedPayload, heard_by=("gateway",)
)
