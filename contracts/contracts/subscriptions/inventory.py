"""What runs in a tenant, as those who run it report it (capability SB-17)."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Role, Section
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import (
    Choice,
    Cost,
    Flag,
    Instant,
    Many,
    Money,
    Part,
    Strict,
    Tenant,
    Text,
    Whole,
)
from contracts.paging import Page, PageRequest
from contracts.rights import in_tenant, staff_only
from contracts.subscriptions.contract import READERS, SUBSCRIPTIONS

_AT_ONCE = 500
_KINDS_TOLD = 200


class ResourceState(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"  # and billed: what exists costs, used or not (FAQ, termination)
    DELETED = "deleted"


class ReportedResource(Strict):
    resource_id = Text(required=True, maximum=128, metadata={"description": "The cloud's own id."})
    kind = Text(required=True, maximum=64, metadata={"description": "``ecs``, ``evs``, ``eip``, …"})
    name = Text(required=True, maximum=255)
    region = Text(required=True, maximum=64)
    state = Choice(ResourceState, required=True)
    daily_cost = Cost(
        required=True,
        metadata={"description": "What it costs a day as long as it exists, excluding VAT."},
    )
    currency = Text(required=True, maximum=3, metadata={"description": "ISO 4217."})


class ReportResources(Strict):
    tenant = Tenant(required=True)
    observed_at = Instant(
        required=True,
        metadata={"description": "When the cloud was looked at; an older look changes nothing."},
    )
    complete = Flag(
        load_default=False,
        metadata={"description": "These are all that exist: what is not named is deleted."},
    )
    resources = Many(Part(ReportedResource), maximum=_AT_ONCE, required=True)


class InventoryPart(Strict):
    kind = Text(required=True)
    region = Text(required=True)
    count = Whole(required=True)
    daily_cost = Money(required=True)
    currency = Text(required=True)


class Inventory(Strict):
    tenant = Tenant(required=True)
    version = Whole(
        required=True, metadata={"description": "Grows with each change; 0: nothing was reported."}
    )
    observed_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "The newest look of all; null where there was none."},
    )
    remaining = Whole(required=True, metadata={"description": "Resources that exist."})
    parts = Many(
        Part(InventoryPart),
        maximum=_KINDS_TOLD,
        required=True,
        metadata={"description": "By kind and region, the dearest first."},
    )


class GetInventory(Strict):
    tenant = Tenant(required=True)


class Resource(Strict):
    resource_id = Text(required=True)
    kind = Text(required=True)
    name = Text(required=True)
    region = Text(required=True)
    state = Choice(ResourceState, required=True)
    daily_cost = Money(required=True)
    currency = Text(required=True)
    observed_at = Instant(required=True)


class ListResources(PageRequest):
    tenant = Tenant(required=True)


class Resources(Page):
    items = Many(Part(Resource), maximum=200, required=True)


_READ = in_tenant("inventory.read", Section.CONTRACT, Role.VISITOR, staff=READERS, clients=True)

report_resources = SUBSCRIPTIONS.call(
    "report_resources",
    request=ReportResources,
    response=Inventory,
    right=staff_only("inventory.write", clients=True),
    effect=Effect.WRITE,
    summary="The provider's cloud says what exists in a tenant; its own programs alone may.",
    refusals=(
        Refusal("NotFound", "tenant-unknown"),
        Refusal("Invalid", "observed-in-future"),
    ),
    route=post("/tenants/{tenant}/inventory"),
)

get_inventory = SUBSCRIPTIONS.call(
    "get_inventory",
    request=GetInventory,
    response=Inventory,
    right=_READ,
    effect=Effect.READ,
    summary="What exists in a tenant by kind and region, and what it costs a day.",
    refusals=(Refusal("NotFound", "tenant-unknown"),),
    route=get("/tenants/{tenant}/inventory"),
)

list_resources = SUBSCRIPTIONS.call(
    "list_resources",
    request=ListResources,
    response=Resources,
    right=_READ,
    effect=Effect.READ,
    summary="The resources that exist in a tenant, by id.",
    route=get("/tenants/{tenant}/inventory/resources"),
)


class InventoryChangedPayload(Strict):
    tenant = Tenant(required=True)
    version = Whole(
        required=True, metadata={"description": "The greater one is newer, whichever comes first."}
    )
    observed_at = Instant(required=True)
    remaining = Whole(required=True)
    parts = Many(Part(InventoryPart), maximum=_KINDS_TOLD, required=True)


InventoryChanged = SUBSCRIPTIONS.event(
    "InventoryChanged", payload=InventoryChangedPayload, heard_by=("tenancy",)
)
