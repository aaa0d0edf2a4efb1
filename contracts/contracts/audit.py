"""Every service keeps a hash-chained audit trail per tenant and shows it the same way."""

from __future__ import annotations

from marshmallow import fields

from contracts.codes import Role, Section, StaffRole
from contracts.declare import Call, Contract, Effect, get
from contracts.fields import Flag, Instant, Many, Part, Strict, Table, Tenant, Text, Whole
from contracts.paging import Page, PageRequest
from contracts.rights import in_tenant


class AuditEntry(Strict):
    sequence = Whole(required=True, metadata={"description": "1, 2, 3 … without a gap."})
    at = Instant(required=True)
    actor_kind = Text(required=True, maximum=16)
    actor = Text(required=True, maximum=128)
    act = Text(required=True, allow_none=True, maximum=128)
    action = Text(required=True, maximum=128, metadata={"description": "``source:subject:action``"})
    target = Text(required=True, maximum=128)
    details = Table(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)
    reason = Text(required=True, allow_none=True, maximum=500)
    call_id = Text(required=True, maximum=64)
    previous_hash = Text(required=True, maximum=64)
    hash = Text(required=True, maximum=64)


class ListAuditEntries(PageRequest):
    tenant = Tenant(required=True)


class AuditEntries(Page):
    items = Many(Part(AuditEntry), maximum=200, required=True)


class VerifyAuditChain(Strict):
    tenant = Tenant(required=True)


class AuditVerification(Strict):
    entries = Whole(required=True)
    head = Text(required=True, allow_none=True, maximum=64)
    verified = Flag(required=True)
    broken_at = Whole(required=True, allow_none=True)


def declare_audit(contract: Contract) -> tuple[Call, Call]:
    """Give a service the two calls by which its trail is read and verified."""
    right = in_tenant(
        "audit.read",
        Section.CONTRACT,
        Role.MANAGER,
        staff=(StaffRole.AUDITOR, StaffRole.SUPPORT, StaffRole.OPERATOR),
        clients=True,
    )
    path = f"/tenants/{{tenant}}/audit/{contract.service}"
    entries = contract.call(
        "list_audit_entries",
        request=ListAuditEntries,
        response=AuditEntries,
        right=right,
        effect=Effect.READ,
        summary=f"The tenant's audit trail in {contract.service}, oldest first.",
        route=get(path),
    )
    verification = contract.call(
        "verify_audit_chain",
        request=VerifyAuditChain,
        response=AuditVerification,
        right=right,
        effect=Effect.READ,
        summary=f"Recompute the hash chain of the tenant's trail in {contract.service}.",
        route=get(f"{path}/verification"),
        deadline=30.0,
    )
    return entries, verification
