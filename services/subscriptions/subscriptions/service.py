"""The edge of subscriptions: takes calls and facts apart, hands them to the actions."""

from __future__ import annotations

from typing import Any

from contracts import subscriptions as calls
from contracts import tenancy
from servicekit.rpc import Context, Fact, House, answers, hears
from servicekit.trail import shows_trail
from subscriptions.actions.follow_clock import follow_clock
from subscriptions.actions.follow_state import follow_state
from subscriptions.actions.keep_tenant import keep_tenant
from subscriptions.actions.list_offers import OffersPage, list_offers
from subscriptions.actions.list_subscriptions import SubscriptionsPage, list_subscriptions
from subscriptions.actions.place_order import place_order
from subscriptions.actions.read_inventory import ResourcesPage, list_resources, read_inventory
from subscriptions.actions.read_subscription import read_subscription
from subscriptions.actions.rename_tenant import rename_tenant
from subscriptions.actions.report_resources import report_resources
from subscriptions.actions.terminate_subscription import terminate_subscription
from subscriptions.domain.inventory import Inventory, Look, Resource
from subscriptions.domain.orders import Order
from subscriptions.domain.subscriptions import Subscription
from subscriptions.domain.tenants import TenantCopy


@shows_trail(
    entries=(calls.list_audit_entries, calls.list_house_entries),
    verifications=(calls.verify_audit_chain, calls.verify_house_chain),
    looks=(calls.list_looks, calls.list_own_looks),
)
class SubscriptionsService:
    name = "subscriptions"
    house = House()

    @answers(calls.list_offers)
    def list_offers(self, context: Context, payload: dict[str, Any]) -> OffersPage:
        return list_offers(db=self.house.db, context=context, now=self.house.clock.now(), **payload)

    @answers(calls.place_order)
    def place_order(self, context: Context, payload: dict[str, Any]) -> Order:
        return place_order(db=self.house.db, context=context, now=self.house.clock.now(), **payload)

    @answers(calls.list_subscriptions)
    def list_subscriptions(self, context: Context, payload: dict[str, Any]) -> SubscriptionsPage:
        return list_subscriptions(db=self.house.db, context=context, **payload)

    @answers(calls.get_subscription)
    def get_subscription(self, context: Context, payload: dict[str, Any]) -> Subscription:
        return read_subscription(
            db=self.house.db, context=context, now=self.house.clock.now(), **payload
        )

    @answers(calls.terminate_subscription)
    def terminate_subscription(self, context: Context, payload: dict[str, Any]) -> Subscription:
        return terminate_subscription(
            db=self.house.db, context=context, now=self.house.clock.now(), **payload
        )

    @answers(calls.report_resources)
    def report_resources(self, context: Context, payload: dict[str, Any]) -> Inventory:
        return report_resources(
            db=self.house.db,
            context=context,
            now=self.house.clock.now(),
            tenant=payload.pop("tenant"),
            look=_look(payload),
        )

    @answers(calls.get_inventory)
    def get_inventory(self, context: Context, payload: dict[str, Any]) -> Inventory:
        return read_inventory(db=self.house.db, context=context, **payload)

    @answers(calls.list_resources)
    def list_resources(self, context: Context, payload: dict[str, Any]) -> ResourcesPage:
        return list_resources(db=self.house.db, context=context, **payload)

    @hears(tenancy.TenantOpened)
    def on_tenant_opened(self, fact: Fact) -> None:
        copy = TenantCopy(
            tenant=fact.data["tenant"],
            name=fact.data["name"],
            organisation_id=fact.data["organisation_id"],
            organisation_name=fact.data["organisation_name"],
            opened_at=fact.data["opened_at"],
        )
        keep_tenant(db=self.house.db, context=fact.context, event_id=fact.id, copy=copy)

    @hears(tenancy.ContractRenamed)
    def on_contract_renamed(self, fact: Fact) -> None:
        rename_tenant(db=self.house.db, context=fact.context, event_id=fact.id, **fact.data)

    @hears(tenancy.ContractStateChanged)
    def on_contract_state_changed(self, fact: Fact) -> None:
        known = {name: fact.data[name] for name in ("tenant", "state", "number")}
        follow_state(db=self.house.db, context=fact.context, event_id=fact.id, **known)

    @hears(tenancy.ClockMoved)
    def on_clock_moved(self, fact: Fact) -> None:
        follow_clock(
            db=self.house.db,
            context=fact.context,
            clock=self.house.clock,
            event_id=fact.id,
            offset_seconds=fact.data["offset_seconds"],
        )


def _look(payload: dict[str, Any]) -> Look:
    seen = [Resource(**one, observed_at=payload["observed_at"]) for one in payload.pop("resources")]
    return Look(**payload, resources=seen)
