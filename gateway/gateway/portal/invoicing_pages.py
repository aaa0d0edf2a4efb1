"""What a contract's invoices show: references by its referent, from the catalogue of services;
billing details by sales."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from contracts import tenancy
from contracts.codes import TenantCode
from gateway.pages.forms import Form, filled, sent_form
from gateway.pages.going import see_other
from gateway.portal.contract_words import REFERENCES, country_names
from gateway.portal.meanwhile import overtaken
from gateway.portal.prefilled import prefilled, request_for
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import contract_head
from gateway.portal.visitors import ask, visitor
from servicekit.editions import edition_of
from servicekit.errors import Forbidden

_CONTRACT = "/contracts/<tenant:tenant>"
_ADDRESS = ("street", "street_more", "postal_code", "city", "country")
_RECIPIENT = ("given_name", "family_name", "email")
_FIELDS = {
    **{f"address.{name}": name for name in _ADDRESS},
    **{f"recipient.{name}": f"recipient_{name}" for name in _RECIPIENT},
}
_USUAL_COUNTRY = "FR"


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    references = f"{_CONTRACT}/services/references"
    rule(references, "services_references", show_references, methods=["GET"])
    rule(references, "services_set_references", set_references, methods=["POST"])
    billing = f"{_CONTRACT}/billing-details"
    rule(billing, "contract_billing", show_billing, methods=["GET"])
    rule(billing, "contract_set_billing", set_billing, methods=["POST"])


def may_edit_references(references: dict[str, Any], tenant: TenantCode) -> bool:
    """The referent those of his contract, sales those of one that groups several."""
    who = visitor()
    if references["editable_by"] == tenancy.ReferencesBy.REFERENT:
        return who.may(tenancy.rename_contract, tenant)
    return who.may(tenancy.change_billing_details, tenant)


# --- references -----------------------------------------------------------------------------------


def show_references(tenant: TenantCode) -> Response:
    if not visitor().may(tenancy.change_references, tenant):
        raise Forbidden("role-missing")
    references = ask(tenancy.get_references, {"tenant": tenant})
    form = prefilled(_references_form(references), REFERENCES)
    return _references_page(tenant, references, form)


def set_references(tenant: TenantCode) -> Response:
    form = sent_form()
    asked = {"tenant": tenant, **filled(form.values, REFERENCES)}
    try:
        ask(
            tenancy.change_references,
            {**asked, "edition": form.value("edition") or None},
            form=form,
        )
    except REFUSALS as error:
        references = ask(tenancy.get_references, {"tenant": tenant})
        again = overtaken(form, error, _references_form(references))
        return _references_page(tenant, references, again, status=error.status)
    return see_other(url_for("portal.contract", tenant=tenant), "references-changed")


def _references_form(references: dict[str, Any]) -> Form:
    known = {name: references[name] or "" for name in REFERENCES}
    return Form(values={**known, "edition": edition_of(references)})


def _references_page(
    tenant: TenantCode, references: dict[str, Any], form: Form, *, status: int = 200
) -> Response:
    editable = may_edit_references(references, tenant)
    kind = tenancy.RequestKind.CONTRACT_REFERENCES
    page = render_template(
        "portal/invoice_references.html",
        head=contract_head(tenant),
        form=form,
        editable=editable,
        request=None if editable else request_for(kind, tenant),
    )
    return make_response(page, status)


# --- billing details ------------------------------------------------------------------------------


def show_billing(tenant: TenantCode) -> Response:
    if not visitor().may(tenancy.change_billing_details, tenant):
        raise Forbidden("staff-only")
    details = ask(tenancy.get_billing_details, {"tenant": tenant})
    form = _billing_form(details)
    fields = [name for name in form.values if name != "edition"]
    return _billing_page(tenant, prefilled(form, fields))


def set_billing(tenant: TenantCode) -> Response:
    form = sent_form()
    recipient = filled(form.values, (f"recipient_{name}" for name in _RECIPIENT))
    asked = {
        "tenant": tenant,
        "company_name": form.value("company_name"),
        "address": {
            name: value
            for name, value in filled(form.values, _ADDRESS).items()
            if value is not None
        },
        "recipient": {
            name.removeprefix("recipient_"): value
            for name, value in recipient.items()
            if value is not None
        },
        "edition": form.value("edition") or None,
    }
    try:
        ask(tenancy.change_billing_details, asked, form=form)
    except REFUSALS as error:
        details = ask(tenancy.get_billing_details, {"tenant": tenant})
        again = overtaken(form, error, _billing_form(details), known=_FIELDS)
        return _billing_page(tenant, again, status=error.status)
    return see_other(url_for("portal.contract", tenant=tenant), "billing-changed")


def _billing_form(details: dict[str, Any]) -> Form:
    address = details["address"] or {"country": _USUAL_COUNTRY}
    values = {
        "company_name": details["company_name"],
        **{name: address.get(name) or "" for name in _ADDRESS},
        **{f"recipient_{name}": details["recipient"][name] for name in _RECIPIENT},
    }
    return Form(values={**values, "edition": edition_of(details)})


def _billing_page(tenant: TenantCode, form: Form, *, status: int = 200) -> Response:
    page = render_template(
        "portal/billing_details.html",
        head=contract_head(tenant),
        form=form,
        countries=list(country_names().items()),
    )
    return make_response(page, status)
