"""Multi-tenant management: a second login that sees, changes and opens all tenants of a company."""

from __future__ import annotations

from contracts.codes import StaffRole
from contracts.declare import Effect, Refusal, delete, put
from contracts.fields import Id, Instant, Many, Strict, Tenant, Text
from contracts.rights import staff_only
from contracts.tenancy.contract import TENANCY
from contracts.tenancy.online_opening import NoAnswer
from contracts.tenancy.organisations import MultiTenantManagement, OrganisationAsked

# As many as one person may have listed; who manages more names the tenant.
MOST_MANAGED = 3000


class ActivateMultiTenantManagement(Strict):
    organisation_id = Id(required=True)
    person_id = Id(
        required=True,
        metadata={
            "description": "A user of one of the organisation's contracts; he gets a second login."
        },
    )


_UNKNOWN = Refusal("NotFound", "organisation-unknown")

activate_multi_tenant_management = TENANCY.call(
    "activate_multi_tenant_management",
    request=ActivateMultiTenantManagement,
    response=MultiTenantManagement,
    right=staff_only("organisations.write", StaffRole.SALES),
    effect=Effect.WRITE,
    summary="Give a user a second login that sees, changes and opens all tenants of his company.",
    refusals=(
        _UNKNOWN,
        Refusal("Conflict", "person-not-of-organisation"),
        Refusal("Conflict", "multi-tenant-active"),
        Refusal("Conflict", "second-login-in-use"),
        Refusal("Conflict", "organisation-too-large"),
    ),
    route=put("/organisations/{organisation_id}/multi-tenant-management"),
    step_up=True,
    reason=True,
)
deactivate_multi_tenant_management = TENANCY.call(
    "deactivate_multi_tenant_management",
    request=OrganisationAsked,
    response=NoAnswer,
    right=staff_only("organisations.write", StaffRole.SALES),
    effect=Effect.WRITE,
    summary="End the second login of an organisation; nothing to end is fine.",
    refusals=(_UNKNOWN, Refusal("Conflict", "office-held")),
    route=delete("/organisations/{organisation_id}/multi-tenant-management"),
    reason=True,
)


class MultiTenantManagementActivatedPayload(Strict):
    management_id = Id(required=True)
    organisation_id = Id(required=True)
    organisation_name = Text(required=True)
    person_id = Id(required=True, metadata={"description": "Who is to get a second login."})
    tenants = Many(
        Tenant(),
        maximum=MOST_MANAGED,
        required=True,
        metadata={"description": "Those of today; later ones name their organisation."},
    )
    activated_at = Instant(required=True)


class MultiTenantManagementDeactivatedPayload(Strict):
    management_id = Id(required=True)
    organisation_id = Id(required=True)
    organisation_name = Text(required=True)
    person_id = Id(required=True, metadata={"description": "Whose second login it was."})
    deactivated_at = Instant(required=True)


MultiTenantManagementActivated = TENANCY.event(
    "MultiTenantManagementActivated",
    payload=MultiTenantManagementActivatedPayload,
    heard_by=("identity",),
)
MultiTenantManagementDeactivated = TENANCY.event(
    "MultiTenantManagementDeactivated",
    payload=MultiTenantManagementDeactivatedPayload,
    heard_by=("identity", "notifications"),
)
