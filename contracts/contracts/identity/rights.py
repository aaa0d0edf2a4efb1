"""What a person holds and who he is, for the gateway."""

from __future__ import annotations

from contracts.codes import Language, Office, StaffRole
from contracts.declare import Effect, Refusal
from contracts.fields import (
    Choice,
    Email,
    Flag,
    Id,
    Login,
    Many,
    Mobile,
    Part,
    Strict,
    Tenant,
    Text,
)
from contracts.identity.contract import IDENTITY
from contracts.identity.facts import (
    roles_by_section,
)
from contracts.rights import gateway_only


class ResolveRights(Strict):
    person_id = Id(required=True)


class RightsInTenant(Strict):
    tenant = Tenant(required=True)
    roles = roles_by_section(required=True)
    offices = Many(Choice(Office), required=True)
    second_factor_required = Flag(
        load_default=False,
        metadata={"description": "In a session without one, roles and offices here are nothing."},
    )
    managed = Flag(
        load_default=False,
        metadata={
            "description": "He is a user here by multi-tenant management, as a second login."
        },
    )


class Rights(Strict):
    person_id = Id(required=True)
    enabled = Flag(required=True)
    staff = Many(Choice(StaffRole), required=True)
    tenants = Many(Part(RightsInTenant), maximum=10_000, required=True)
    second_factor_required = Flag(
        load_default=False,
        metadata={"description": "In a session without one, staff roles are nothing."},
    )


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
