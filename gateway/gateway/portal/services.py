"""The page "Services": the catalogue, and ordering in two steps with a summary before the act."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import TenantCode
from contracts.subscriptions import list_offers, place_order
from contracts.tenancy import rename_contract
from gateway.i18n import format_money
from gateway.pages.forms import Form, asked_form, sent_form
from gateway.pages.going import see_other
from gateway.portal.lists import whole
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column, contract_head
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import package_name, payment_mode, product_names
from servicekit.errors import NotFound

_SERVICES = "/contracts/<tenant:tenant>/services"
_ORDER = f"{_SERVICES}/<any(workspace):product>"
_MOST_PAGES = 20
_MOST_UNITS = 1000


@dataclass(frozen=True, slots=True)
class Product:
    name: str
    about: str
    regions: str
    from_price: str
    href: str


@dataclass(frozen=True, slots=True)
class OwnService:
    name: str
    about: str
    href: str


@dataclass(frozen=True, slots=True)
class PackageChoice:
    offer_id: str
    name: str
    monthly: str
    upfront: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Region and flavour chosen so far, and what can be chosen."""

    regions: list[tuple[str, str]]
    flavours: list[tuple[str, str]]
    region: str
    flavour: str
    packages: list[PackageChoice]


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_SERVICES, "services", show_catalogue, methods=["GET"])
    rule(_ORDER, "services_order", choose, methods=["GET"])
    rule(f"{_ORDER}/summary", "services_summary", summarise, methods=["GET"])
    rule(f"{_ORDER}/summary", "services_place", place, methods=["POST"])


def show_catalogue(tenant: TenantCode) -> str:
    offers = _offers(None)
    products = [
        _product(tenant, name, [offer for offer in offers if offer["product"] == name])
        for name in product_names()
    ]
    return render_template(
        "portal/services.html",
        head=contract_head(tenant),
        products=[product for product in products if product is not None],
        may_order=visitor().may(place_order, tenant),
        own_services=_own_services(tenant) if visitor().may(rename_contract, tenant) else [],
    )


def _own_services(tenant: TenantCode) -> list[OwnService]:
    """What the catalogue offers the referent, free of charge."""
    return [
        OwnService(
            name=gettext("Change the name of your contract"),
            about=gettext("Takes effect within a few minutes."),
            href=url_for("portal.services_name", tenant=tenant),
        ),
        OwnService(
            name=gettext("Edit the external references of your invoices"),
            about=gettext("REF1, REF2 and REF3 on the first page of your invoices."),
            href=url_for("portal.services_references", tenant=tenant),
        ),
    ]


def choose(tenant: TenantCode, product: str) -> Response:
    return _choice_page(tenant, product, asked_form())


def summarise(tenant: TenantCode, product: str) -> Response:
    form = asked_form()
    faults = _faults(form, _offers(product))
    if faults:
        return _choice_page(tenant, product, form.faulty(faults), status=422)
    return _summary_page(tenant, product, form)


def place(tenant: TenantCode, product: str) -> Response:
    form = sent_form()
    asked = {"offer_id": form.value("offer_id"), "quantity": whole(form.value("quantity"))}
    try:
        order = ask(place_order, {"tenant": tenant, **asked}, form=form)
    except REFUSALS as error:
        refused = form.refused(error)
        if refused.errors:
            return _choice_page(tenant, product, refused, status=error.status)
        return _summary_page(tenant, product, refused, status=error.status)
    return see_other(
        url_for("portal.subscriptions", tenant=tenant),
        "order-placed",
        quantity=order["quantity"],
        flavour=order["offer"]["flavour"],
    )


def _faults(form: Form, offers: list[dict[str, Any]]) -> dict[str, str]:
    """A subscription ticked before another region or flavour was chosen is no choice any more."""
    faults = {}
    if not any(_is_chosen(offer, form) for offer in offers):
        faults["offer_id"] = gettext("Choose one of the subscriptions.")
    quantity = whole(form.value("quantity"))
    if not isinstance(quantity, int) or not 1 <= quantity <= _MOST_UNITS:
        faults["quantity"] = gettext("Say how many: a number from 1 to %(most)s.", most=_MOST_UNITS)
    return faults


def _is_chosen(offer: dict[str, Any], form: Form) -> bool:
    return form.value("offer_id") == offer["offer_id"] and all(
        form.value(name, offer[name]) == offer[name] for name in ("region", "flavour")
    )


def _choice_page(tenant: TenantCode, product: str, form: Form, *, status: int = 200) -> Response:
    offers = _offers(product)
    page = render_template(
        "portal/order_choose.html",
        head=contract_head(tenant),
        form=form,
        product=product,
        product_name=product_names()[product][0],
        selection=_selection(offers, form),
        columns=[
            Column(gettext("Subscription")),
            Column(gettext("Once, each"), "figure"),
            Column(gettext("Per month, each"), "figure"),
        ],
    )
    return make_response(page, status)


def _summary_page(tenant: TenantCode, product: str, form: Form, *, status: int = 200) -> Response:
    chosen, quantity = form.value("offer_id"), whole(form.value("quantity"))
    offer = next((one for one in _offers(product) if one["offer_id"] == chosen), None)
    if offer is None or not isinstance(quantity, int):
        raise NotFound("offer-unknown")
    page = render_template(
        "portal/order_summary.html",
        head=contract_head(tenant),
        form=form,
        product=product,
        product_name=product_names()[product][0],
        offer=offer,
        quantity=quantity,
        package=package_name(offer),
        payment=payment_mode(offer, quantity),
        back=url_for(
            "portal.services_order",
            tenant=tenant,
            product=product,
            region=offer["region"],
            flavour=offer["flavour"],
            offer_id=chosen,
            quantity=quantity,
        ),
    )
    return make_response(page, status)


def _offers(product: str | None) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {"product": product, "limit": 200}
    offers: list[dict[str, Any]] = []
    for _ in range(_MOST_PAGES):
        answer = ask(list_offers, asked)
        offers.extend(answer["items"])
        if not answer.get("next_cursor"):
            break
        asked["cursor"] = answer["next_cursor"]
    return offers


def _product(tenant: TenantCode, name: str, offers: list[dict[str, Any]]) -> Product | None:
    monthly = [offer for offer in offers if not offer["upfront"]]
    if not monthly:
        return None
    title, about = product_names()[name]
    cheapest = min(monthly, key=_monthly_price)
    return Product(
        name=title,
        about=about,
        regions=", ".join(sorted({offer["region"] for offer in offers})),
        from_price=format_money(cheapest["monthly_price"], cheapest["currency"]),
        href=url_for("portal.services_order", tenant=tenant, product=name),
    )


def _selection(offers: list[dict[str, Any]], form: Form) -> Selection:
    regions = _distinct(offers, "region")
    region = _among(regions, form.value("region"))
    there = [offer for offer in offers if offer["region"] == region]
    dearest_last = sorted(there, key=lambda offer: (offer["upfront"], _monthly_price(offer)))
    flavours = _distinct(dearest_last, "flavour")
    flavour = _among(flavours, form.value("flavour"))
    return Selection(
        regions=[(name, name) for name in regions],
        flavours=[(name, name) for name in flavours],
        region=region,
        flavour=flavour,
        packages=[_package(offer) for offer in there if offer["flavour"] == flavour],
    )


def _distinct(offers: list[dict[str, Any]], field: str) -> list[str]:
    return list(dict.fromkeys(str(offer[field]) for offer in offers))


def _among(known: list[str], wanted: str) -> str:
    return wanted if wanted in known else (known[0] if known else "")


def _package(offer: dict[str, Any]) -> PackageChoice:
    return PackageChoice(
        offer_id=offer["offer_id"],
        name=package_name(offer),
        monthly=_price(offer["monthly_price"], offer["currency"]),
        upfront=_price(offer["upfront_price"], offer["currency"]),
    )


def _monthly_price(offer: dict[str, Any]) -> Decimal:
    return Decimal(offer["monthly_price"])


def _price(amount: str, currency: str) -> str:
    return format_money(amount, currency) if Decimal(amount) else "–"
