"""Orders."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Role, Section
from contracts.declare import Effect, Refusal, post
from contracts.fields import Choice, Id, Instant, Part, Strict, Tenant, Text, Whole
from contracts.rights import in_tenant
from contracts.subscriptions.catalogue import Offer
from contracts.subscriptions.contract import SUBSCRIPTIONS


class OrderStatus(StrEnum):
    ACCEPTED = "accepted"


class PlaceOrder(Strict):
    tenant = Tenant(required=True)
    offer_id = Text(required=True, maximum=128)
    quantity = Whole(minimum=1, maximum=1000, required=True)


class Order(Strict):
    order_id = Id(required=True)
    tenant = Tenant(required=True)
    offer = Part(Offer, required=True)
    quantity = Whole(required=True)
    status = Choice(OrderStatus, required=True)
    subscription_id = Id(required=True)
    placed_by = Text(required=True)
    placed_at = Instant(required=True)


place_order = SUBSCRIPTIONS.call(
    "place_order",
    request=PlaceOrder,
    response=Order,
    right=in_tenant("orders.write", Section.SERVICES, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Order units of an offer; the subscription starts at once.",
    refusals=(
        Refusal("NotFound", "offer-unknown"),
        Refusal("NotFound", "tenant-unknown"),
        Refusal("Conflict", "contract-not-active"),
    ),
    route=post("/tenants/{tenant}/orders", 201),
)


class OrderPlacedPayload(Strict):
    order_id = Id(required=True)
    subscription_id = Id(required=True)
    tenant = Tenant(required=True)
    offer = Part(Offer, required=True)
    quantity = Whole(required=True)
    placed_by = Text(required=True, metadata={"description": "Person id."})
    placed_at = Instant(required=True)


OrderPlaced = SUBSCRIPTIONS.event(
    "OrderPlaced", payload=OrderPlacedPayload, heard_by=("notifications",)
)
