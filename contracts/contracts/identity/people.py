"""People as the provider's staff look after them, and their names for whoever reads a trail."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import CredentialKind, Language, Office, StaffRole
from contracts.declare import Effect, Refusal, get, post
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
    Search,
    Strict,
    Tenant,
    Text,
    Whole,
)
from contracts.identity.contract import IDENTITY
from contracts.identity.facts import roles_by_section
from contracts.paging import Page, PageRequest
from contracts.rights import gateway_only, staff_only

_KEEPERS = (StaffRole.SUPPORT, StaffRole.OPERATOR)
_PERSON_UNKNOWN = Refusal("NotFound", "person-unknown")


class PersonFound(Strict):
    person_id = Id(required=True)
    login = Login(required=True)
    email = Email(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    enabled = Flag(required=True)


class FindPersons(PageRequest):
    search = Search(
        minimum=3,
        maximum=100,
        required=True,
        metadata={"description": "How a login, an e-mail, a first or a last name begins."},
    )


class PersonsFound(Page):
    items = Many(Part(PersonFound), maximum=200, required=True)


class PersonAsked(Strict):
    person_id = Id(required=True)


class TenantOfPerson(Strict):
    tenant = Tenant(required=True)
    name = Text(required=True)
    roles = roles_by_section(required=True)
    offices = Many(Choice(Office), required=True)
    joined_at = Instant(required=True)
    accepted_at = Instant(required=True, allow_none=True)


class LockOfPerson(Strict):
    """One credential, as whoever answers the telephone needs to see it."""

    credential = Choice(CredentialKind, required=True)
    tenant = Tenant(required=True, allow_none=True)
    user_name = Text(required=True)
    password_set = Flag(required=True)
    failed_logins = Whole(required=True, metadata={"description": "Inside the counting window."})
    locked_until = Instant(required=True, allow_none=True)


class SignInOfPerson(Strict):
    at = Instant(required=True)
    method = Text(required=True, maximum=16)
    outcome = Text(required=True, maximum=32)
    address = Text(required=True, allow_none=True, maximum=64)
    device = Text(required=True, allow_none=True, maximum=400)


class PersonFile(PersonFound):
    mobile = Mobile(required=True, allow_none=True)
    language = Choice(Language, required=True)
    registered_at = Instant(required=True)
    disabled_at = Instant(required=True, allow_none=True)
    staff_roles = Many(Choice(StaffRole), required=True)
    tenants = Many(Part(TenantOfPerson), maximum=200, required=True)
    locks = Many(Part(LockOfPerson), maximum=201, required=True)
    factors = Many(
        Text(maximum=32), maximum=8, required=True, metadata={"description": "Kinds of them."}
    )
    sign_ins = Many(Part(SignInOfPerson), maximum=20, required=True)


find_persons = IDENTITY.call(
    "find_persons",
    request=FindPersons,
    response=PersonsFound,
    right=staff_only("people.read", *_KEEPERS),
    effect=Effect.READ,
    summary="People whose login, e-mail, first or last name begins so.",
    route=get("/people"),
)
get_person_file = IDENTITY.call(
    "get_person_file",
    request=PersonAsked,
    response=PersonFile,
    right=staff_only("people.read", *_KEEPERS),
    effect=Effect.READ,
    summary="What is known of a person: contracts, locks, kinds of factors, last sign-ins.",
    refusals=(_PERSON_UNKNOWN,),
    route=get("/people/{person_id}"),
    reason=True,
)


class DisablePerson(PersonAsked):
    misused = Flag(
        load_default=False,
        metadata={
            "description": "Somebody else is said to have used it: two of staff open it again."
        },
    )


disable_person = IDENTITY.call(
    "disable_person",
    request=DisablePerson,
    response=PersonFound,
    right=staff_only("people.write", *_KEEPERS),
    effect=Effect.WRITE,
    summary="Close a portal login: all sessions end, and nobody signs in with it.",
    refusals=(
        _PERSON_UNKNOWN,
        Refusal("Forbidden", "own-login"),
        Refusal("Forbidden", "operator-needed"),
        Refusal("Conflict", "last-operator"),
        Refusal("Conflict", "person-erased"),
    ),
    route=post("/people/{person_id}/disable"),
    step_up=True,
    reason=True,
)
enable_person = IDENTITY.call(
    "enable_person",
    request=PersonAsked,
    response=PersonFound,
    right=staff_only("people.write", *_KEEPERS),
    effect=Effect.WRITE,
    summary="Open a portal login that staff had closed.",
    refusals=(
        _PERSON_UNKNOWN,
        Refusal("Forbidden", "own-login"),
        Refusal("Forbidden", "operator-needed"),
        Refusal("Conflict", "recovery-needed"),
        Refusal("Conflict", "person-erased"),
    ),
    route=post("/people/{person_id}/enable"),
    step_up=True,
    reason=True,
)


class NameKind(StrEnum):
    PERSON = "person"
    STAFF = "staff"
    IAM_USER = "iam_user"
    ERASED = "erased"


class NamePeople(Strict):
    chain = Text(
        maximum=16, required=True, metadata={"description": "Whose trail is read; ``-``: ours."}
    )
    targets = Many(Text(maximum=128), maximum=800, required=True)


class NamedTarget(Strict):
    target = Text(required=True, maximum=128)
    kind = Choice(NameKind, required=True)
    name = Text(required=True)


class NamedPeople(Strict):
    items = Many(Part(NamedTarget), maximum=800, required=True)


name_people = IDENTITY.call(
    "name_people",
    request=NamePeople,
    response=NamedPeople,
    right=gateway_only(),
    effect=Effect.READ,
    summary="What the pseudonyms of a trail are called, as its readers may know them.",
)
