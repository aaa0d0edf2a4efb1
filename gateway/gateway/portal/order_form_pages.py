"""One more tenant on request: an order form, that the referent returns and sales fulfil."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext

from contracts import tenancy
from contracts.codes import TenantCode
from contracts.declare import Call
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.portal.lists import asked_page, page_links
from gateway.portal.opening_form import KNOWN_FIELDS, USUAL, holders_of, opening_choices
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column, contract_head
from gateway.portal.tabs import office_tabs
from gateway.portal.visitors import ask, visitor

_LIST = "/contracts/<tenant:tenant>/order-forms"
_ONE = f"{_LIST}/<uuid:order_form_id>"
_ACTS: dict[str, Call] = {
    "fulfil": tenancy.fulfil_order_form,
    "withdraw": tenancy.withdraw_order_form,
}


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_LIST, "contract_orders", show_orders, methods=["GET"])
    rule(_LIST, "contract_send_order", send, methods=["POST"])
    rule(_ONE, "contract_order", show_order, methods=["GET"])
    rule(f"{_ONE}/return", "contract_return_order", return_order, methods=["POST"])
    rule(f"{_ONE}/<any(fulfil, withdraw):act>", "contract_end_order", end, methods=["POST"])
    rule("/back-office/owed-tenants", "office_owed", show_owed, methods=["GET"])


def show_orders(tenant: TenantCode) -> Response:
    """``request``: of a request that asks for it, the number stands in the address."""
    values = {"request_number": request.args.get("request", "")}
    return _orders_page(tenant, Form(values=values))


def send(tenant: TenantCode) -> Response:
    form = sent_form()
    asked = {"tenant": tenant, "request_number": form.value("request_number").strip() or None}
    try:
        sent = ask(tenancy.send_order_form, asked, form=form)
    except REFUSALS as error:
        return _orders_page(tenant, form.refused(error), status=error.status)
    return see_other(_address(tenant, sent["order_form_id"]), "order-form-sent")


def show_order(tenant: TenantCode, order_form_id: UUID) -> Response:
    values = {**USUAL, "support_level": "basic"}
    return _order_page(tenant, order_form_id, Form(values=values))


def return_order(tenant: TenantCode, order_form_id: UUID) -> Response:
    form = sent_form()
    asked = {
        "tenant": tenant,
        "order_form_id": str(order_form_id),
        "name": form.value("name").strip(),
        "support_level": form.value("support_level") or None,
        **holders_of(form),
    }
    try:
        ask(tenancy.return_order_form, asked, form=form)
    except REFUSALS as error:
        refused = form.refused(error, known=KNOWN_FIELDS)
        return _order_page(tenant, order_form_id, refused, status=error.status)
    return see_other(_address(tenant, order_form_id), "order-form-return")


def end(tenant: TenantCode, order_form_id: UUID, act: str) -> Response:
    form = sent_form()
    try:
        ask(_ACTS[act], {"tenant": tenant, "order_form_id": str(order_form_id)}, form=form)
    except REFUSALS as error:
        return _order_page(tenant, order_form_id, form.refused(error), status=error.status)
    return see_other(_address(tenant, order_form_id), f"order-form-{act}")


def show_owed() -> str:
    answer = ask(tenancy.list_owed_tenants, asked_page())
    return render_template(
        "back_office/owed.html",
        tabs=office_tabs(),
        columns=[
            Column(gettext("New tenant")),
            Column(gettext("Organisation")),
            Column(gettext("Ordered on contract")),
            Column(gettext("Due")),
        ],
        rows=answer["items"],
        pages=page_links(answer, "portal.office_owed"),
    )


def order_states() -> dict[str, tuple[str, str]]:
    return {
        "sent": (gettext("To be filled in"), "warn"),
        "returned": (gettext("To be opened"), "info"),
        "fulfilled": (gettext("Open"), "good"),
        "withdrawn": (gettext("Given up"), "plain"),
    }


def _orders_page(tenant: TenantCode, form: Form, *, status: int = 200) -> Response:
    answer = ask(tenancy.list_order_forms, {"tenant": tenant, **asked_page()})
    page = render_template(
        "portal/order_forms.html",
        head=contract_head(tenant),
        form=form,
        may_send=visitor().may(tenancy.send_order_form, tenant),
        columns=[
            Column(gettext("Sent on")),
            Column(gettext("State")),
            Column(gettext("Due")),
            Column(gettext("New tenant")),
        ],
        states=order_states(),
        rows=answer["items"],
        pages=page_links(answer, "portal.contract_orders", tenant=tenant),
    )
    return make_response(page, status)


def _order_page(
    tenant: TenantCode, order_form_id: UUID, form: Form, *, status: int = 200
) -> Response:
    asked = {"tenant": tenant, "order_form_id": str(order_form_id)}
    order = ask(tenancy.get_order_form, asked)
    page = render_template(
        "portal/order_form.html",
        head=contract_head(tenant),
        form=form,
        order=order,
        state=order_states()[order["state"]],
        may=_may(tenant, order),
        **opening_choices(),
    )
    return make_response(page, status)


def _may(tenant: TenantCode, order: dict[str, Any]) -> dict[str, bool]:
    """What the state and the visitor's rights let him do."""
    who, state = visitor(), order["state"]
    return {
        "return": state == "sent" and who.may(tenancy.return_order_form, tenant),
        "fulfil": state == "returned" and who.may(tenancy.fulfil_order_form, tenant),
        "withdraw": state in ("sent", "returned") and who.may(tenancy.withdraw_order_form, tenant),
    }


def _address(tenant: TenantCode, order_form_id: UUID | str) -> str:
    return url_for("portal.contract_order", tenant=tenant, order_form_id=order_form_id)
