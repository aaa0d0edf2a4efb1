"""Users of a tenant and their roles."""

from __future__ import annotations

from contracts.codes import Language, Office, Role, Section, StaffRole
from contracts.declare import Effect, Refusal, delete, get, post, put
from contracts.fields import (
    Choice,
    Email,
    Flag,
    Id,
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
