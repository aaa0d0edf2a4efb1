"""The three references that a contract's invoices show."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Office, Role, Section, StaffRole
from contracts.declare import Effect, Refusal, get, put
from contracts.fields import Choice, Edition, Id, Instant, Many, Strict, Tenant, Text
from contracts.rights import by_office, in_tenant
from contracts.tenancy.contract import TENANCY


class ReferencesBy(StrEnum):
    """Who may change a contract's references."""

    REFERENT = "referent"
    SALES = "sales"  # of a contract that groups several invoices: on the customer's request


class InvoiceReferences(Strict):
    tenant = Tenant(required=True)
    ref1 = Text(
        maximum=35,
        required=True,
        allow_none=True,
        metadata={"description": "Stands beside the contract code, as “your reference”."},
    )
    ref2 = Text(
        maximum=35,
        required=True,
        allow_none=True,
        metadata={"description": "Stands beside the period of use."},
    )
    ref3 = Text(maximum=35, required=True, allow_none=True)
    changed_at = Instant(required=True, allow_none=True)
    editable_by = Choice(
        ReferencesBy, required=True, metadata={"description": "Who may change them."}
    )


class GetReferences(Strict):
    tenant = Tenant(required=True)


class ChangeReferences(Strict):
    tenant = Tenant(required=True)
    ref1 = Text(maximum=35, load_default=None, allow_none=True)
    ref2 = Text(maximum=35, load_default=None, allow_none=True)
    ref3 = Text(maximum=35, load_default=None, allow_none=True)
    edition = Edition(demanded=True)


get_references = TENANCY.call(
    "get_references",
    request=GetReferences,
    response=InvoiceReferences,
    right=in_tenant(
        "contracts.read", Section.CONTRACT, Role.VISITOR, staff=tuple(StaffRole), clients=True
    ),
    effect=Effect.READ,
    summary="REF1, REF2 and REF3, as the invoices show them.",
    refusals=(Refusal("NotFound", "contract-unknown"),),
    route=get("/contracts/{tenant}/references"),
)

change_references = TENANCY.call(
    "change_references",
    request=ChangeReferences,
    response=InvoiceReferences,
    right=by_office("contracts.write", Office.REFERENT, staff=(StaffRole.SALES,)),
    effect=Effect.WRITE,
    summary="Set REF1, REF2 and REF3; one that is left out is empty from the next invoice on.",
    refusals=(
        Refusal("NotFound", "contract-unknown"),
        Refusal("Conflict", "references-by-request"),
        Refusal("Conflict", "references-by-referent"),
        Refusal("Conflict", "contract-terminated"),
        Refusal("Conflict", "changed-meanwhile"),
    ),
    route=put("/contracts/{tenant}/references"),
)


class ReferencesChangedPayload(Strict):
    tenant = Tenant(required=True)
    ref1 = Text(maximum=35, required=True, allow_none=True)
    ref2 = Text(maximum=35, required=True, allow_none=True)
    ref3 = Text(maximum=35, required=True, allow_none=True)
    changed = Many(Text(maximum=8), required=True, metadata={"description": "``ref1`` …"})
    changed_at = Instant(required=True)
    by = Choice(ReferencesBy, required=True)
    referent_id = Id(required=True, allow_none=True, metadata={"description": "Who is told."})


ReferencesChanged = TENANCY.event(
    "ReferencesChanged", payload=ReferencesChangedPayload, heard_by=("notifications",)
)
