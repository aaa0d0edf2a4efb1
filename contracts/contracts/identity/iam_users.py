"""IAM users of a domain, with their API credential."""

from __future__ import annotations

from contracts.codes import Role, Section, StaffRole
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import (
    Email,
    Flag,
    Id,
    Instant,
    Login,
    Many,
    Mobile,
    Part,
    Search,
    Strict,
    Tenant,
    Whole,
)
from contracts.identity.contract import IDENTITY, Nothing
from contracts.paging import Page, PageRequest
from contracts.rights import in_tenant


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
    disabled_at = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "Since when neither login opens this domain."},
    )


class ListIamUsers(PageRequest):
    tenant = Tenant(required=True)
    search = Search(maximum=100, load_default=None, allow_none=True)


class IamUsers(Page):
    items = Many(Part(IamUser), maximum=200, required=True)


class IamUserOfDomain(Strict):
    tenant = Tenant(required=True)
    iam_user_id = Id(required=True)


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


_ADMINISTERS = in_tenant(
    "iam.write", Section.TECHNICAL_CONSOLE, Role.MANAGER, staff=(StaffRole.SUPPORT,)
)
_IAM_USER_UNKNOWN = Refusal("NotFound", "iam-user-unknown")

disable_iam_user = IDENTITY.call(
    "disable_iam_user",
    request=IamUserOfDomain,
    response=IamUser,
    right=_ADMINISTERS,
    effect=Effect.WRITE,
    summary="Disable an IAM user: no login opens the domain's console to him, nor does the portal.",
    refusals=(
        _IAM_USER_UNKNOWN,
        Refusal("Conflict", "not-oneself"),
        Refusal("Conflict", "office-held"),
    ),
    route=post("/tenants/{tenant}/iam-users/{iam_user_id}/disable"),
    step_up=True,
)
enable_iam_user = IDENTITY.call(
    "enable_iam_user",
    request=IamUserOfDomain,
    response=IamUser,
    right=_ADMINISTERS,
    effect=Effect.WRITE,
    summary="Enable a disabled IAM user again.",
    refusals=(_IAM_USER_UNKNOWN,),
    route=post("/tenants/{tenant}/iam-users/{iam_user_id}/enable"),
    step_up=True,
)
send_console_welcome_again = IDENTITY.call(
    "send_console_welcome_again",
    request=IamUserOfDomain,
    response=Nothing,
    right=_ADMINISTERS,
    effect=Effect.WRITE,
    summary="Mail an IAM user a new link for his API password; the older link ends.",
    refusals=(_IAM_USER_UNKNOWN, Refusal("TooMany", "password-links-too-many")),
    route=post("/tenants/{tenant}/iam-users/{iam_user_id}/welcome", 202),
)
