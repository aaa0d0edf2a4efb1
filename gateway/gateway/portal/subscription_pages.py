"""The page "Abonnements": what runs until when, and ending all of it or some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext, ngettext

from contracts.codes import TenantCode
from contracts.subscriptions import (
    get_subscription,
    list_subscriptions,
    place_order,
    terminate_subscription,
)
from gateway.i18n import format_day
from gateway.pages.forms import Form, asked_form, sent_form
from gateway.pages.going import see_other
from gateway.portal.amounts import units_left
from gateway.portal.lists import asked_page, page_links, whole
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column, contract_head
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import package_name, payment_mode, product_names, subscription_states

_SUBSCRIPTIONS = "/contracts/<tenant:tenant>/subscriptions"
_END = f"{_SUBSCRIPTIONS}/<uuid:subscription_id>/terminate"


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    subscription: dict[str, Any]
    product: str
    package: str
    payment: str
    state: tuple[str, str]
    endings: list[str]
    end: str | None


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_SUBSCRIPTIONS, "subscriptions", show_subscriptions, methods=["GET"])
    rule(_END, "subscriptions_end", ask_ending, methods=["GET"])
    rule(_END, "subscriptions_terminate", terminate, methods=["POST"])


def show_subscriptions(tenant: TenantCode) -> str:
    answer = ask(list_subscriptions, {"tenant": tenant, **asked_page()})
    may_order = visitor().may(place_order, tenant)
    return render_template(
        "portal/subscriptions.html",
        head=contract_head(tenant),
        order=url_for("portal.services", tenant=tenant) if may_order else None,
        columns=[
            Column(gettext("Subscription")),
            Column(gettext("Instances"), "figure"),
            Column(gettext("State")),
            Column(gettext("Since")),
            Column(gettext("Committed until")),
            Column(gettext("Actions"), "acts"),
        ],
        rows=[_row(tenant, item) for item in answer["items"]],
        pages=page_links(answer, "portal.subscriptions", tenant=tenant),
    )


def ask_ending(tenant: TenantCode, subscription_id: Any) -> Response:
    """First how many; with a number in the address, what that means and whether to do it."""
    subscription = _subscription(tenant, subscription_id)
    form = asked_form()
    if "quantity" not in form.values:
        return _count_page(tenant, subscription, form)
    faults = _faults(subscription, form)
    if faults:
        return _count_page(tenant, subscription, form.faulty(faults), status=422)
    return _confirm_page(tenant, subscription, form)


def terminate(tenant: TenantCode, subscription_id: Any) -> Response:
    form = sent_form()
    quantity = whole(form.value("quantity"))
    asked = {"tenant": tenant, "subscription_id": str(subscription_id), "quantity": quantity}
    try:
        after = ask(terminate_subscription, asked, form=form)
    except REFUSALS as error:
        subscription = _subscription(tenant, subscription_id)
        return _count_page(tenant, subscription, form.refused(error), status=error.status)
    latest = max(after["terminations"], key=lambda one: str(one["requested_at"]))
    return see_other(
        url_for("portal.subscriptions", tenant=tenant),
        "termination-scheduled",
        quantity=_instances(latest["quantity"]),
        day=format_day(latest["effective_on"]),
    )


def _subscription(tenant: TenantCode, subscription_id: Any) -> dict[str, Any]:
    return ask(get_subscription, {"tenant": tenant, "subscription_id": str(subscription_id)})


def _faults(subscription: dict[str, Any], form: Form) -> dict[str, str]:
    left, quantity = units_left(subscription), whole(form.value("quantity"))
    if isinstance(quantity, int) and 1 <= quantity <= left:
        return {}
    return {"quantity": gettext("Say how many: a number from 1 to %(most)s.", most=left)}


def _count_page(
    tenant: TenantCode, subscription: dict[str, Any], form: Form, *, status: int = 200
) -> Response:
    page = render_template(
        "portal/terminate_count.html",
        head=contract_head(tenant),
        form=form,
        row=_row(tenant, subscription),
        left=units_left(subscription),
        effective=_effective(subscription),
    )
    return make_response(page, status)


def _confirm_page(tenant: TenantCode, subscription: dict[str, Any], form: Form) -> Response:
    quantity = int(form.value("quantity"))
    stays = units_left(subscription) - quantity
    page = render_template(
        "portal/terminate_confirm.html",
        head=contract_head(tenant),
        form=form,
        row=_row(tenant, subscription),
        quantity=quantity,
        ends=_instances(quantity),
        effective=_effective(subscription),
        stays=_staying(stays) if stays else None,
    )
    return make_response(page)


def _row(tenant: TenantCode, item: dict[str, Any]) -> SubscriptionRow:
    offer = item["offer"]
    may_end = (
        item["status"] != "ended"
        and units_left(item) > 0
        and visitor().may(terminate_subscription, tenant)
    )
    end = url_for(
        "portal.subscriptions_end", tenant=tenant, subscription_id=item["subscription_id"]
    )
    return SubscriptionRow(
        subscription=item,
        product=product_names()[offer["product"]][0],
        package=package_name(offer),
        payment=payment_mode(offer, item["quantity"]),
        state=subscription_states()[item["status"]],
        endings=[_ending(one) for one in item["terminations"]],
        end=end if may_end else None,
    )


def _ending(termination: dict[str, Any]) -> str:
    day = format_day(termination["effective_on"])
    count = _instances(termination["quantity"])
    if termination["done"]:
        return gettext("%(count)s ended on %(day)s", count=count, day=day)
    return gettext("%(count)s to end on %(day)s", count=count, day=day)


def _effective(subscription: dict[str, Any]) -> str:
    """By the installation's clock, which the service alone knows."""
    day = subscription["would_end_on"]
    if day is None:
        return gettext("No instance is left to terminate.")
    return gettext("The termination takes effect on %(day)s.", day=format_day(day))


def _staying(quantity: int) -> str:
    return ngettext(
        "%(num)s instance goes on after that day.",
        "%(num)s instances go on after that day.",
        quantity,
    )


def _instances(quantity: int) -> str:
    return ngettext("%(num)s instance", "%(num)s instances", quantity)
