"""Every service keeps a hash-chained audit trail per tenant and shows it the same way."""

from __future__ import annotations

from marshmallow import fields

from contracts.codes import Role, Section, StaffRole
from contracts.declare import Call, Contract, Effect, get
from contracts.fields import Flag, Id, Instant, Many, Part, Strict, Table, Tenant, Text, Whole
from contracts.paging import Page, PageRequest
from contracts.rights import in_tenant, self_service, staff_only


class AuditEntry(Strict):
    """``actor`` and ``target`` are pseudonyms; the names are looked up when the entry is read, so
    that somebody can be erased and the chain still verifies. A name is null where there is none."""

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
    actor_name = Text(load_default=None, allow_none=True)
    act_name = Text(load_default=None, allow_none=True)
    target_name = Text(load_default=None, allow_none=True)


class ListAuditEntries(PageRequest):
    tenant = Tenant(required=True)
    grant = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "What was looked at by this impersonation grant, and no more."},
    )


class AuditEntries(Page):
    items = Many(Part(AuditEntry), maximum=200, required=True)


class Look(Strict):
    """One read of somebody of staff by an impersonation grant: when, what, by whom, and no more, so
    that it says nothing of the contract which its reader's own roles do not."""

    sequence = Whole(required=True, metadata={"description": "Of the trail's entry."})
    at = Instant(required=True)
    call = Text(required=True, maximum=128, metadata={"description": "``tenancy.get_contract``"})
    operator = Text(required=True, maximum=128, metadata={"description": "A pseudonym."})
    operator_name = Text(load_default=None, allow_none=True)


class ListLooks(PageRequest):
    tenant = Tenant(required=True)
    grant_id = Id(required=True)


class Looks(Page):
    items = Many(Part(Look), maximum=200, required=True)


_AFTER = {"description": "Go on behind this entry: ``next_after`` of the answer before."}


class VerifyAuditChain(Strict):
    tenant = Tenant(required=True)
    after = Whole(load_default=0, metadata=_AFTER)


class VerifyHouseChain(Strict):
    after = Whole(load_default=0, metadata=_AFTER)


class AuditVerification(Strict):
    """A part of the chain at a time: it holds where every part does, up to the last."""

    entries = Whole(required=True, metadata={"description": "Verified up to this entry."})
    head = Text(required=True, allow_none=True, maximum=64)
    verified = Flag(required=True)
    broken_at = Whole(required=True, allow_none=True)
    next_after = Whole(
        load_default=None,
        allow_none=True,
        metadata={"description": "Null where the end of the chain was reached, or it is broken."},
    )


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


def declare_looks(contract: Contract) -> tuple[Call, Call]:
    """What was looked at by an impersonation grant: for whoever may read the grant, and for who was
    seen, whatever he holds there by now."""
    looks = contract.call(
        "list_looks",
        request=ListLooks,
        response=Looks,
        right=in_tenant(
            "impersonations",
            Section.USERS,
            Role.VISITOR,
            staff=(StaffRole.SUPPORT, StaffRole.OPERATOR, StaffRole.AUDITOR),
        ),
        effect=Effect.READ,
        summary=f"What staff looked at in {contract.service} by one grant, oldest first.",
        route=get(f"/tenants/{{tenant}}/impersonations/{{grant_id}}/looks/{contract.service}"),
    )
    own = contract.call(
        "list_own_looks",
        request=ListLooks,
        response=Looks,
        right=self_service("account"),
        effect=Effect.READ,
        summary=f"What staff looked at in {contract.service} as oneself, by one grant.",
        route=get(
            "/account/tenants/{tenant}/impersonations/{grant_id}/looks/" + contract.service,
        ),
    )
    return looks, own


def declare_house_audit(contract: Contract) -> tuple[Call, Call]:
    """The same for the installation's own chain: staff, people, clock, what no tenant owns."""
    right = staff_only("audit.read", StaffRole.AUDITOR, StaffRole.OPERATOR)
    path = f"/audit/{contract.service}"
    entries = contract.call(
        "list_house_entries",
        request=PageRequest,
        response=AuditEntries,
        right=right,
        effect=Effect.READ,
        summary=f"The installation's own audit trail in {contract.service}, oldest first.",
        route=get(path),
    )
    verification = contract.call(
        "verify_house_chain",
        request=VerifyHouseChain,
        response=AuditVerification,
        right=right,
        effect=Effect.READ,
        summary=f"Recompute the hash chain of the installation's trail in {contract.service}.",
        route=get(f"{path}/verification"),
        deadline=30.0,
    )
    return entries, verification
