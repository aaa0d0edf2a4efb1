"""What runs until when, and its terminations."""

from __future__ import annotations

from enum import StrEnum

from contracts.codes import Role, Section
from contracts.declare import Effect, Refusal, get, post
from contracts.fields import Choice, Day, Flag, Id, Instant, Many, Part, Strict, Tenant, Text, Whole
from contracts.paging import Page, PageRequest
from contracts.rights import in_tenant
from contracts.subscriptions.catalogue import Offer
from contracts.subscriptions.contract import READERS, SUBSCRIPTIONS


class SubscriptionStatus(StrEnum):
    ACTIVE = "active"
    TERMINATING = "terminating"  # active, and all of it is to end on a known day
    ENDED = "ended"


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


list_subscriptions = SUBSCRIPTIONS.call(
    "list_subscriptions",
    request=ListSubscriptions,
    response=SubscriptionsPage,
    right=in_tenant(
        "subscriptions.read", Section.SUBSCRIPTIONS, Role.VISITOR, staff=READERS, clients=True
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
        "subscriptions.read", Section.SUBSCRIPTIONS, Role.VISITOR, staff=READERS, clients=True
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


TerminationScheduled = SUBSCRIPTIONS.event(
    "TerminationScheduled", payload=TerminationScheduledPayload, heard_by=("notifications",)
)
TerminationTookEffect = SUBSCRIPTIONS.event(
    "TerminationTookEffect", payload=TerminationTookEffectPayload, heard_by=("notifications",)
)
