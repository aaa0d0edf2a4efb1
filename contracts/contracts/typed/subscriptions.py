"""Typed client of subscriptions. Made by ``python -m contracts.generate``."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

from contracts import subscriptions as calls
from contracts.typed.calling import Dispatch, given

OrderStatus = Literal["accepted"]

Product = Literal["workspace"]

ResourceState = Literal["running", "stopped", "deleted"]

SubscriptionStatus = Literal["active", "terminating", "ended"]


class AuditEntry(TypedDict):
    sequence: int
    at: str
    actor_kind: str
    actor: str
    act: str | None
    action: str
    target: str
    details: dict[str, Any | None]
    reason: str | None
    call_id: str
    previous_hash: str
    hash: str
    actor_name: NotRequired[str | None]
    act_name: NotRequired[str | None]
    target_name: NotRequired[str | None]


class AuditEntries(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[AuditEntry]


class AuditVerification(TypedDict):
    entries: int
    head: str | None
    verified: bool
    broken_at: int | None
    next_after: NotRequired[int | None]


class Look(TypedDict):
    sequence: int
    at: str
    call: str
    operator: str
    operator_name: NotRequired[str | None]


class Looks(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Look]


class Offer(TypedDict):
    offer_id: str
    product: Product
    region: str
    flavour: str
    package: str
    term_months: int
    upfront: bool
    monthly_price: str
    upfront_price: str
    currency: str


class Offers(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Offer]


class ReportedResource(TypedDict):
    resource_id: str
    kind: str
    name: str
    region: str
    state: ResourceState
    daily_cost: str
    currency: str


class InventoryPart(TypedDict):
    kind: str
    region: str
    count: int
    daily_cost: str
    currency: str


class Inventory(TypedDict):
    tenant: str
    version: int
    observed_at: str | None
    remaining: int
    parts: list[InventoryPart]


class Resource(TypedDict):
    resource_id: str
    kind: str
    name: str
    region: str
    state: ResourceState
    daily_cost: str
    currency: str
    observed_at: str


class Resources(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Resource]


class Order(TypedDict):
    order_id: str
    tenant: str
    offer: Offer
    quantity: int
    status: OrderStatus
    subscription_id: str
    placed_by: str
    placed_at: str


class Termination(TypedDict):
    termination_id: str
    quantity: int
    requested_at: str
    effective_on: str
    done: bool


class Subscription(TypedDict):
    subscription_id: str
    tenant: str
    offer: Offer
    quantity: int
    status: SubscriptionStatus
    started_at: str
    committed_until: str
    terminations: list[Termination]
    would_end_on: NotRequired[str | None]


class SubscriptionsPage(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Subscription]


class SubscriptionsClient:
    """Subscriptions: what can be ordered, what was ordered, what runs until when."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch

    def list_audit_entries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        grant: str | None = None,
    ) -> AuditEntries:
        """The tenant's audit trail in subscriptions, oldest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant=grant)
        return cast(AuditEntries, self._dispatch(calls.list_audit_entries, payload))

    def verify_audit_chain(self, *, tenant: str, after: int | None = None) -> AuditVerification:
        """Recompute the hash chain of the tenant's trail in subscriptions."""
        payload = given(tenant=tenant, after=after)
        return cast(AuditVerification, self._dispatch(calls.verify_audit_chain, payload))

    def list_house_entries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AuditEntries:
        """The installation's own audit trail in subscriptions, oldest first."""
        payload = given(limit=limit, cursor=cursor)
        return cast(AuditEntries, self._dispatch(calls.list_house_entries, payload))

    def verify_house_chain(self, *, after: int | None = None) -> AuditVerification:
        """Recompute the hash chain of the installation's trail in subscriptions."""
        payload = given(after=after)
        return cast(AuditVerification, self._dispatch(calls.verify_house_chain, payload))

    def list_looks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        grant_id: str,
    ) -> Looks:
        """What staff looked at in subscriptions by one grant, oldest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant_id=grant_id)
        return cast(Looks, self._dispatch(calls.list_looks, payload))

    def list_own_looks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        grant_id: str,
    ) -> Looks:
        """What staff looked at in subscriptions as oneself, by one grant."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant_id=grant_id)
        return cast(Looks, self._dispatch(calls.list_own_looks, payload))

    def list_offers(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        product: Product | None = None,
        region: str | None = None,
    ) -> Offers:
        """What can be ordered, at the prices in force."""
        payload = given(limit=limit, cursor=cursor, product=product, region=region)
        return cast(Offers, self._dispatch(calls.list_offers, payload))

    def report_resources(
        self,
        *,
        tenant: str,
        observed_at: str,
        complete: bool | None = None,
        resources: list[ReportedResource],
    ) -> Inventory:
        """The provider's cloud says what exists in a tenant; its own programs alone may."""
        payload = given(
            tenant=tenant, observed_at=observed_at, complete=complete, resources=resources
        )
        return cast(Inventory, self._dispatch(calls.report_resources, payload))

    def get_inventory(self, *, tenant: str) -> Inventory:
        """What exists in a tenant by kind and region, and what it costs a day."""
        payload = given(tenant=tenant)
        return cast(Inventory, self._dispatch(calls.get_inventory, payload))

    def list_resources(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
    ) -> Resources:
        """The resources that exist in a tenant, by id."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant)
        return cast(Resources, self._dispatch(calls.list_resources, payload))

    def place_order(self, *, tenant: str, offer_id: str, quantity: int) -> Order:
        """Order units of an offer; the subscription starts at once."""
        payload = given(tenant=tenant, offer_id=offer_id, quantity=quantity)
        return cast(Order, self._dispatch(calls.place_order, payload))

    def list_subscriptions(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
    ) -> SubscriptionsPage:
        """The tenant's subscriptions, newest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant)
        return cast(SubscriptionsPage, self._dispatch(calls.list_subscriptions, payload))

    def get_subscription(self, *, tenant: str, subscription_id: str) -> Subscription:
        """One subscription with its terminations."""
        payload = given(tenant=tenant, subscription_id=subscription_id)
        return cast(Subscription, self._dispatch(calls.get_subscription, payload))

    def terminate_subscription(
        self,
        *,
        tenant: str,
        subscription_id: str,
        quantity: int | None = None,
    ) -> Subscription:
        """Terminate all units or n of them, effective on the first day of the next month."""
        payload = given(tenant=tenant, subscription_id=subscription_id, quantity=quantity)
        return cast(Subscription, self._dispatch(calls.terminate_subscription, payload))
