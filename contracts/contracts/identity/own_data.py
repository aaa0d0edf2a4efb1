"""A person's own data: taking it along, and having it erased (GDPR articles 15, 17 and 20)."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Language, StaffRole
from contracts.declare import Effect, Refusal, delete, get, post
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
    Strict,
    Tenant,
    Text,
)
from contracts.identity.contract import IDENTITY, NoFields
from contracts.identity.impersonation import Impersonation
from contracts.identity.people import PersonAsked, SignInOfPerson, TenantOfPerson
from contracts.identity.recoveries import OwnRecovery
from contracts.rights import gateway_only, self_service


class ExportedIamUser(Strict):
    tenant = Tenant(required=True)
    user_name = Login(required=True)
    email = Email(required=True)
    mobile = Mobile(required=True, allow_none=True)
    created_at = Instant(required=True)


class ExportedFactor(Strict):
    kind = Text(required=True, maximum=32)
    name = Text(required=True, allow_none=True)
    added_at = Instant(required=True, allow_none=True)


class ExportedLink(Strict):
    purpose = Text(required=True, maximum=32)
    issued_at = Instant(required=True)
    expires_at = Instant(required=True)
    used_at = Instant(required=True, allow_none=True)


class ExportedIdentity(Strict):
    """All that identity holds of a person. Of sign-ins, links and factors never a secret."""

    person_id = Id(required=True)
    login = Login(required=True)
    email = Email(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    mobile = Mobile(required=True, allow_none=True)
    language = Choice(Language, required=True)
    registered_at = Instant(required=True)
    password_changed_at = Instant(required=True, allow_none=True)
    staff_roles = Many(Choice(StaffRole), required=True)
    tenants = Many(Part(TenantOfPerson), maximum=1000, required=True)
    iam_users = Many(Part(ExportedIamUser), maximum=1000, required=True)
    factors = Many(Part(ExportedFactor), maximum=100, required=True)
    links = Many(Part(ExportedLink), maximum=1000, required=True)
    sign_ins = Many(Part(SignInOfPerson), maximum=5000, required=True)
    recoveries = Many(Part(OwnRecovery), maximum=1000, required=True)
    impersonations = Many(
        Part(Impersonation),
        maximum=1000,
        load_default=(),
        metadata={"description": "By which staff might see a contract as he does."},
    )


export_person = IDENTITY.call(
    "export_person",
    request=PersonAsked,
    response=ExportedIdentity,
    right=gateway_only(),
    effect=Effect.READ,
    summary="All that identity holds of a person, for himself.",
    refusals=(Refusal("NotFound", "person-unknown"),),
    deadline=30.0,
)


class ErasureState(StrEnum):
    NONE = "none"
    REQUESTED = "requested"
    CANCELLED = "cancelled"
    REFUSED = "refused"  # when it fell due, he held what he must hand over first
    DONE = "done"


class Erasure(Strict):
    state = Choice(ErasureState, required=True)
    requested_at = Instant(required=True, allow_none=True)
    due_at = Instant(required=True, allow_none=True)
    by_staff = Flag(required=True)
    hindrances = Many(
        Text(maximum=64),
        maximum=200,
        required=True,
        metadata={
            "description": "What stands against it: ``office-held:OCB…``,"
            " ``last-user-manager:OCB…``, ``staff-member``."
        },
    )


_HINDERED = (
    Refusal("Conflict", "office-held"),
    Refusal("Conflict", "last-user-manager"),
    Refusal("Conflict", "staff-member"),
)

get_erasure = IDENTITY.call(
    "get_erasure",
    request=NoFields,
    response=Erasure,
    right=self_service("account"),
    effect=Effect.READ,
    summary="Whether my data is to be erased, when, and what stands against it.",
    route=get("/account/erasure"),
)
request_erasure = IDENTITY.call(
    "request_erasure",
    request=NoFields,
    response=Erasure,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Have my data erased, in seven days; until then I may change my mind.",
    refusals=(*_HINDERED, Refusal("Conflict", "erasure-requested")),
    route=post("/account/erasure", 202),
    step_up=True,
)
cancel_erasure = IDENTITY.call(
    "cancel_erasure",
    request=NoFields,
    response=Erasure,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="Keep my data after all.",
    refusals=(Refusal("NotFound", "erasure-unknown"),),
    route=delete("/account/erasure"),
)
