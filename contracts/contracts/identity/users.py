"""Users of a tenant and their roles."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Language, Office, Role, Section, StaffRole
from contracts.declare import Effect, Refusal, delete, get, post, put
from contracts.fields import (
    Choice,
    Edition,
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
    Strict,
    Tenant,
    Text,
)
from contracts.identity.contract import IDENTITY, Nothing
from contracts.identity.facts import (
    roles_by_section,
)
from contracts.paging import Page, PageRequest
from contracts.rights import in_tenant

_STAFF_READERS = (StaffRole.SUPPORT, StaffRole.OPERATOR, StaffRole.AUDITOR, StaffRole.SALES)


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
    activated = Flag(
        required=True,
        metadata={"description": "Has set the portal password, and accepted the contract."},
    )
    mobile = Mobile(
        load_default=None,
        allow_none=True,
        metadata={"description": "Of his IAM user in this domain."},
    )
    has_iam_user = Flag(load_default=False)
    disabled_at = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "Since when he holds nothing here; his roles are kept."},
    )
    invited_until = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "While he has not answered; in the past: it has run out."},
    )
    manages_organisation = Flag(
        load_default=False,
        metadata={
            "description": "A second login, by multi-tenant management: the tenant does not end it."
        },
    )


class UserState(StrEnum):
    INVITED = "invited"
    DISABLED = "disabled"


class ListUsers(PageRequest):
    tenant = Tenant(required=True)
    search = Search(maximum=100, load_default=None, allow_none=True)
    state = Choice(UserState, load_default=None, allow_none=True)


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


class ChangeUser(Strict):
    """All of it: a number left out is taken away. The e-mail is the person's own."""

    tenant = Tenant(required=True)
    person_id = Id(required=True)
    given_name = PersonName(required=True)
    family_name = PersonName(required=True)
    mobile = Mobile(load_default=None, allow_none=True)
    edition = Edition()


class ChangeRoles(Strict):
    tenant = Tenant(required=True)
    person_id = Id(required=True)
    roles = roles_by_section(required=True)
    edition = Edition()


class UserOfTenant(Strict):
    tenant = Tenant(required=True)
    person_id = Id(required=True)


_USER_UNKNOWN = Refusal("NotFound", "user-unknown")
_INVITATIONS_TOO_MANY = Refusal("TooMany", "invitations-too-many")
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
get_user = IDENTITY.call(
    "get_user",
    request=UserOfTenant,
    response=User,
    right=in_tenant("users.read", Section.USERS, Role.VISITOR, staff=_STAFF_READERS),
    effect=Effect.READ,
    summary="One user of the tenant.",
    refusals=(_USER_UNKNOWN,),
    route=get("/tenants/{tenant}/users/{person_id}"),
)
change_user = IDENTITY.call(
    "change_user",
    request=ChangeUser,
    response=User,
    right=in_tenant("users.write", Section.USERS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Change what the tenant calls a user, and the mobile number of his IAM user.",
    refusals=(
        _USER_UNKNOWN,
        Refusal("Conflict", "mobile-taken"),
        Refusal("Conflict", "no-iam-user"),
        Refusal("Conflict", "changed-meanwhile"),
    ),
    route=put("/tenants/{tenant}/users/{person_id}"),
    step_up=True,
)
disable_user = IDENTITY.call(
    "disable_user",
    request=UserOfTenant,
    response=User,
    right=in_tenant("users.write", Section.USERS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Disable a user in the tenant: he holds nothing there until he is enabled again.",
    refusals=(
        _USER_UNKNOWN,
        Refusal("Conflict", "not-oneself"),
        Refusal("Conflict", "office-held"),
        Refusal("Conflict", "user-manages-organisation"),
        Refusal("Conflict", "last-user-manager"),
    ),
    route=post("/tenants/{tenant}/users/{person_id}/disable"),
    step_up=True,
)
enable_user = IDENTITY.call(
    "enable_user",
    request=UserOfTenant,
    response=User,
    right=in_tenant("users.write", Section.USERS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Enable a disabled user again, with the roles that he had.",
    refusals=(_USER_UNKNOWN, Refusal("Forbidden", "role-not-held")),
    route=post("/tenants/{tenant}/users/{person_id}/enable"),
    step_up=True,
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
        _INVITATIONS_TOO_MANY,
        *_ROLE_REFUSALS,
    ),
    route=post("/tenants/{tenant}/users", 201),
    step_up=True,
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
        Refusal("Conflict", "user-manages-organisation"),
        Refusal("Conflict", "last-user-manager"),
        Refusal("Conflict", "changed-meanwhile"),
        *_ROLE_REFUSALS,
    ),
    route=put("/tenants/{tenant}/users/{person_id}/roles"),
    step_up=True,
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
        Refusal("Conflict", "user-manages-organisation"),
        Refusal("Conflict", "last-user-manager"),
    ),
    route=delete("/tenants/{tenant}/users/{person_id}"),
    step_up=True,
)
send_welcome_again = IDENTITY.call(
    "send_welcome_again",
    request=UserOfTenant,
    response=Nothing,
    right=in_tenant(
        "users.write", Section.USERS, Role.MANAGER, staff=(StaffRole.SALES, StaffRole.SUPPORT)
    ),
    effect=Effect.WRITE,
    summary="Send the welcome mail, or the invitation, again with a new link; the older one ends.",
    refusals=(_USER_UNKNOWN, Refusal("Conflict", "already-activated"), _INVITATIONS_TOO_MANY),
    route=post("/tenants/{tenant}/users/{person_id}/welcome", 202),
)
