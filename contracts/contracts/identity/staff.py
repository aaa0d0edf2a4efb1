"""The provider's own people."""

from __future__ import annotations

from contracts.codes import Language, StaffRole
from contracts.declare import Effect, Refusal, delete, get, post, put
from contracts.fields import Choice, Edition, Email, Id, Login, Many, Part, PersonName, Strict, Text
from contracts.identity.contract import IDENTITY, Nothing
from contracts.paging import Page, PageRequest
from contracts.rights import staff_only


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


class OneOfStaff(Strict):
    person_id = Id(required=True)


class ChangeStaffRoles(Strict):
    person_id = Id(required=True)
    roles = Many(Choice(StaffRole), minimum=1, maximum=5, required=True)
    edition = Edition()


_OWN = Refusal("Forbidden", "own-staff-roles")
_UNKNOWN = Refusal("NotFound", "staff-member-unknown")
_LAST = Refusal("Conflict", "last-operator")

appoint_staff = IDENTITY.call(
    "appoint_staff",
    request=AppointStaff,
    response=StaffMember,
    right=staff_only("staff", StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Give a person staff roles; a person not yet known is welcomed by mail.",
    refusals=(Refusal("Conflict", "login-taken"), _OWN),
    route=post("/staff", 201),
    step_up=True,
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
get_staff_member = IDENTITY.call(
    "get_staff_member",
    request=OneOfStaff,
    response=StaffMember,
    right=staff_only("staff", StaffRole.OPERATOR, StaffRole.AUDITOR),
    effect=Effect.READ,
    summary="One of the provider's people.",
    refusals=(_UNKNOWN,),
    route=get("/staff/{person_id}"),
)
change_staff_roles = IDENTITY.call(
    "change_staff_roles",
    request=ChangeStaffRoles,
    response=StaffMember,
    right=staff_only("staff", StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Replace somebody's staff roles; never one's own, and an operator remains.",
    refusals=(_UNKNOWN, _OWN, _LAST, Refusal("Conflict", "changed-meanwhile")),
    route=put("/staff/{person_id}/roles"),
    step_up=True,
)
dismiss_staff = IDENTITY.call(
    "dismiss_staff",
    request=OneOfStaff,
    response=Nothing,
    right=staff_only("staff", StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="Take all staff roles from somebody; his login and his contracts stay his.",
    refusals=(_UNKNOWN, _OWN, _LAST),
    route=delete("/staff/{person_id}"),
    step_up=True,
)
