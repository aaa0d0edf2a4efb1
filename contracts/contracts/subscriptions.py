"""Subscriptions: what can be ordered, what was ordered, what runs until when."""

from __future__ import annotations

from enum import StrEnum

from contracts.audit import declare_audit, declare_house_audit, declare_looks
from contracts.codes import Role, Section, StaffRole
from contracts.declare import Contract, Effect, Refusal, get, post
from contracts.fields import (
    Choice,
    Day,
    Flag,
    Id,
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
from contracts.rights import in_tenant, listing

SUBSCRIPTIONS = Contract("subscriptions")

list_audit_entries, verify_audit_chain = declare_audit(SUBSCRIPTIONS)
list_house_entries, verify_house_chain = declare_house_audit(SUBSCRIPTIONS)
list_looks, list_own_looks = declare_looks(SUBSCRIPTIONS)


class Product(StrEnum):
    WORKSPACE = "workspace"


class OrderStatus(StrEnum):
    ACCEPTED = "accepted"


class SubscriptionStatus(StrEnum):
    ACTIVE = "active"
    TERMINATING = "terminating"  # active, and all of it is to end on a known day
    ENDED = "ended"


class Offer(Strict):
    """One line of the price list in force: a flavour in a region under a package."""

    offer_id = Text(required=True, maximum=128)
    product = Choice(Product, required=True)
    region = Text(required=True, maximum=64)
    flavour = Text(required=True, maximum=64)
    package = Text(
        required=True,
        maximum=64,
        metadata={"description": "``12-months``, ``12-months-upfront``, …"},
    )
    term_months = Whole(required=True)
    upfront = Flag(required=True)
    monthly_price = Money(
        required=True, metadata={"description": "Per unit and month, excluding VAT."}
    )
    upfront_price = Money(required=True, metadata={"description": "Per unit, once, excluding VAT."})
    currency = Text(required=True, maximum=3)


class ListOffers(PageRequest):
    product = Choice(Product, load_default=None, allow_none=True)
    region = Text(maximum=64, load_default=None, allow_none=True)


class Offers(Page):
    items = Many(Part(Offer), maximum=200, required=True)


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


class Termination(Strict):
    termination_id = Id(required=True)
    quantity = Whole(required=True)
    requested_at = Instant(required=True)
    effective_on = Day(required=True, metadata={"description": "First day of a month."})
    done = Flag(required=True)


class Subscription(Strict):
    subscription_id = Id(required=True)
    tenant = Tenant(required=True)
    offer = Part(Offer, required=True)
    quantity = Whole(required=True, metadata={"description": "Units running now."})
    status = Choice(SubscriptionStatus, required=True)
    started_at = Instant(required=True)
    committed_until = Day(required=True)
    terminations = Many(Part(Termination), maximum=1000, required=True)
    would_end_on = Day(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "When units terminated now would end, where one subscription is read."
        },
    )


class ListSubscriptions(PageRequest):
    tenant = Tenant(required=True)


class SubscriptionsPage(Page):
    items = Many(Part(Subscription), maximum=200, required=True)


class GetSubscription(Strict):
    tenant = Tenant(required=True)
    subscription_id = Id(required=True)


class TerminateSubscription(Strict):
    tenant = Tenant(required=True)
    subscription_id = Id(required=True)
    quantity = Whole(
        minimum=1,
        maximum=1000,
        load_default=None,
        allow_none=True,
        metadata={"description": "How many units end; all that are left where absent."},
    )


_READERS = (StaffRole.SALES, StaffRole.BILLING, StaffRole.SUPPORT, StaffRole.AUDITOR)

list_offers = SUBSCRIPTIONS.call(
    "list_offers",
    request=ListOffers,
    response=Offers,
    right=listing("catalogue.read"),
    effect=Effect.READ,
    summary="What can be ordered, at the prices in force.",
    route=get("/catalogue/offers"),
)

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
    ),
    route=post("/tenants/{tenant}/orders", 201),
)

list_subscriptions = SUBSCRIPTIONS.call(
    "list_subscriptions",
    request=ListSubscriptions,
    response=SubscriptionsPage,
    right=in_tenant(
        "subscriptions.read", Section.SUBSCRIPTIONS, Role.VISITOR, staff=_READERS, clients=True
    ),
    effect=Effect.READ,
    summary="The tenant's subscriptions, newest first.",
    route=get("/tenants/{tenant}/subscriptions"),
)

get_subscription = SUBSCRIPTIONS.call(
    "get_subscription",
    request=GetSubscription,
    response=Subscription,
    right=in_tenant(
        "subscriptions.read", Section.SUBSCRIPTIONS, Role.VISITOR, staff=_READERS, clients=True
    ),
    effect=Effect.READ,
    summary="One subscription with its terminations.",
    refusals=(Refusal("NotFound", "subscription-unknown"),),
    route=get("/tenants/{tenant}/subscriptions/{subscription_id}"),
)

terminate_subscription = SUBSCRIPTIONS.call(
    "terminate_subscription",
    request=TerminateSubscription,
    response=Subscription,
    right=in_tenant("subscriptions.write", Section.SUBSCRIPTIONS, Role.MANAGER),
    effect=Effect.WRITE,
    summary="Terminate all units or n of them, effective on the first day of the next month.",
    refusals=(
        Refusal("NotFound", "subscription-unknown"),
        Refusal("Conflict", "quantity-exceeds-remaining"),
        Refusal("Conflict", "subscription-ended"),
    ),
    route=post("/tenants/{tenant}/subscriptions/{subscription_id}/terminations", 201),
)


class OrderPlacedPayload(Strict):
    order_id = Id(required=True)
    subscription_id = Id(required=True)
    tenant = Tenant(required=True)
    offer = Part(Offer, required=True)
    quantity = Whole(required=True)
    placed_by = Text(required=True, metadata={"description": "Person id."})
    placed_at = Instant(required=True)


class TerminationScheduledPayload(Strict):
    subscription_id = Id(required=True)
    termination_id = Id(required=True)
    tenant = Tenant(required=True)
    offer = Part(Offer, required=True)
    quantity = Whole(required=True)
    remaining = Whole(required=True, metadata={"description": "Units left after that day."})
    effective_on = Day(required=True)
    requested_by = Text(required=True, metadata={"description": "Person id."})


class TerminationTookEffectPayload(Strict):
    subscription_id = Id(required=True)
    termination_id = Id(required=True)
    tenant = Tenant(required=True)
    offer = Part(Offer, required=True)
    quantity = Whole(required=True)
    remaining = Whole(required=True)
    effective_on = Day(required=True)
    requested_by = Text(required=True, metadata={"description": "Person id."})


OrderPlaced = SUBSCRIPTIONS.event(
    "OrderPlaced", payload=OrderPlacedPayload, heard_by=("notifications",)
)
TerminationScheduled = SUBSCRIPTIONS.event(
    "TerminationScheduled", payload=TerminationScheduledPayload, heard_by=("notifications",)
)
TerminationTookEffect = SUBSCRIPTIONS.event(
    "TerminationTookEffect", payload=TerminationTookEffectPayload, heard_by=("notifications",)
)
