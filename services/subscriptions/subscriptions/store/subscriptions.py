from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from contracts.codes import TenantCode
from contracts.subscriptions import Product, SubscriptionStatus
from servicekit.db import Tx
from servicekit.errors import NotFound
from subscriptions.domain.offers import Offer
from subscriptions.domain.subscriptions import Subscription, Termination
from subscriptions.store import terminations

_ROWS = """
    SELECT subscription_id, order_id, tenant, price_list_id, offer_id, product, region, flavour,
           package, term_months, upfront, monthly_price, upfront_price, currency, quantity,
           status, started_at, committed_until
      FROM subscriptions
"""
_GET = _ROWS + "WHERE tenant = %(tenant)s AND subscription_id = %(subscription_id)s"
_LOCK = _GET + " FOR UPDATE"
_LIST = _ROWS + (
    "WHERE tenant = %(tenant)s"
    "  AND (started_at, subscription_id) < (%(started_before)s, %(id_before)s)"
    " ORDER BY started_at DESC, subscription_id DESC LIMIT %(limit)s"
)
_ADD = """
    INSERT INTO subscriptions (tenant, subscription_id, order_id, price_list_id, offer_id,
                               product, region, flavour, package, term_months, upfront,
                               monthly_price, upfront_price, currency, quantity, status,
                               started_at, committed_until)
    VALUES (%(tenant)s, %(subscription_id)s, %(order_id)s, %(price_list_id)s, %(offer_id)s,
            %(product)s, %(region)s, %(flavour)s, %(package)s, %(term_months)s, %(upfront)s,
            %(monthly_price)s, %(upfront_price)s, %(currency)s, %(quantity)s, %(status)s,
            %(started_at)s, %(committed_until)s)
"""
_CHANGE = """
    UPDATE subscriptions
       SET quantity = %(quantity)s, status = %(status)s
     WHERE tenant = %(tenant)s AND subscription_id = %(subscription_id)s
"""


@dataclass(frozen=True, slots=True)
class _Row:
    subscription_id: UUID
    order_id: UUID
    tenant: TenantCode
    price_list_id: UUID
    offer_id: str
    product: Product
    region: str
    flavour: str
    package: str
    term_months: int
    upfront: bool
    monthly_price: Decimal
    upfront_price: Decimal
    currency: str
    quantity: int
    status: SubscriptionStatus
    started_at: datetime
    committed_until: date

    def subscription(self, terminations: Sequence[Termination]) -> Subscription:
        offer = Offer(
            price_list_id=self.price_list_id,
            offer_id=self.offer_id,
            product=self.product,
            region=self.region,
            flavour=self.flavour,
            package=self.package,
            term_months=self.term_months,
            upfront=self.upfront,
            monthly_price=self.monthly_price,
            upfront_price=self.upfront_price,
            currency=self.currency,
        )
        return Subscription(
            subscription_id=self.subscription_id,
            order_id=self.order_id,
            tenant=self.tenant,
            offer=offer,
            quantity=self.quantity,
            status=self.status,
            started_at=self.started_at,
            committed_until=self.committed_until,
            terminations=tuple(terminations),
        )


def get_subscription(
    tx: Tx, *, tenant: TenantCode, subscription_id: UUID, lock: bool = False
) -> Subscription:
    """With its terminations, oldest first. ``lock``: nobody else changes it meanwhile."""
    row = tx.row(
        _LOCK if lock else _GET, {"tenant": tenant, "subscription_id": subscription_id}, _Row
    )
    if row is None:
        raise NotFound("subscription-unknown")
    return _with_terminations(tx, tenant=tenant, rows=[row])[0]


def list_subscriptions(
    tx: Tx, *, tenant: TenantCode, before: tuple[datetime, UUID], limit: int
) -> list[Subscription]:
    """The newest first, started before ``before``: two statements, however many there are."""
    started_before, id_before = before
    params = {
        "tenant": tenant,
        "started_before": started_before,
        "id_before": id_before,
        "limit": limit,
    }
    return _with_terminations(tx, tenant=tenant, rows=tx.rows(_LIST, params, _Row))


def add_subscription(tx: Tx, *, subscription: Subscription) -> None:
    offer = subscription.offer
    tx.run(
        _ADD,
        {
            "tenant": subscription.tenant,
            "subscription_id": subscription.subscription_id,
            "order_id": subscription.order_id,
            "price_list_id": offer.price_list_id,
            "offer_id": offer.offer_id,
            "product": offer.product,
            "region": offer.region,
            "flavour": offer.flavour,
            "package": offer.package,
            "term_months": offer.term_months,
            "upfront": offer.upfront,
            "monthly_price": offer.monthly_price,
            "upfront_price": offer.upfront_price,
            "currency": offer.currency,
            "quantity": subscription.quantity,
            "status": subscription.status,
            "started_at": subscription.started_at,
            "committed_until": subscription.committed_until,
        },
    )


def change_units(tx: Tx, *, subscription: Subscription) -> None:
    """How many run, and the state that follows from it."""
    tx.run(
        _CHANGE,
        {
            "tenant": subscription.tenant,
            "subscription_id": subscription.subscription_id,
            "quantity": subscription.quantity,
            "status": subscription.status,
        },
    )


def _with_terminations(tx: Tx, *, tenant: TenantCode, rows: Sequence[_Row]) -> list[Subscription]:
    ids = [row.subscription_id for row in rows]
    known: defaultdict[UUID, list[Termination]] = defaultdict(list)
    for subscription_id, one in terminations.list_terminations(
        tx, tenant=tenant, subscription_ids=ids
    ):
        known[subscription_id].append(one)
    return [row.subscription(known[row.subscription_id]) for row in rows]
