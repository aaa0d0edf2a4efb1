"""The page "Contrat": all that the contract says, its support level first of all."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from contracts import tenancy
from contracts.codes import TenantCode
from contracts.declare import Call
from gateway.portal.contract_words import (
    REFERENCES,
    HistoryRow,
    address_lines,
    commitment_words,
    history_rows,
    pending_words,
    trial_words,
)
from gateway.portal.invoicing_pages import may_edit_references
from gateway.portal.shell import contract_head
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import contract_states, contract_types, support_levels

_SHOWN_CHANGES = 50


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/contracts/<tenant:tenant>", "contract", show, methods=["GET"])


def show(tenant: TenantCode) -> str:
    contract = ask(tenancy.get_contract, {"tenant": tenant})
    status, kind = contract["status"], contract["contract_type"]
    may_open = visitor().may(tenancy.open_tenant)
    terms = ask(tenancy.get_support_level, {"tenant": tenant})
    return render_template(
        "portal/contract.html",
        head=contract_head(tenant),
        contract=contract,
        state=contract_states().get(status, (status, "plain")),
        kind=contract_types().get(kind, kind),
        beside=url_for("portal.office_open", beside=tenant) if may_open else None,
        trial_words=trial_words(contract),
        rename=_leads_to("services_name", tenancy.rename_contract, tenant),
        history=_history(tenant, terms),
        **_support(terms),
        **_invoicing(tenant),
    )


def _support(terms: dict[str, Any]) -> dict[str, Any]:
    level, about_level = support_levels()[terms["support_level"]]
    return {
        "terms": terms,
        "level": level,
        "about_level": about_level,
        "commitment": commitment_words(terms),
        "pending": pending_words(terms),
    }


def _invoicing(tenant: TenantCode) -> dict[str, Any]:
    references = ask(tenancy.get_references, {"tenant": tenant})
    billing = ask(tenancy.get_billing_details, {"tenant": tenant})
    editable = may_edit_references(references, tenant)
    edit_references = url_for("portal.services_references", tenant=tenant) if editable else None
    return {
        "references": [(name.upper(), references[name]) for name in REFERENCES],
        "edit_references": edit_references,
        "billing": billing,
        "address": address_lines(billing["address"]),
        "edit_billing": _leads_to("contract_billing", tenancy.change_billing_details, tenant),
        "ask_billing": _leads_to("support_new", tenancy.send_contract_request, tenant),
    }


def _history(tenant: TenantCode, terms: dict[str, Any]) -> list[HistoryRow]:
    asked = {"tenant": tenant, "limit": _SHOWN_CHANGES}
    return history_rows(terms, ask(tenancy.list_state_changes, asked)["items"])


def _leads_to(page: str, call: Call, tenant: TenantCode) -> str | None:
    return url_for(f"portal.{page}", tenant=tenant) if visitor().may(call, tenant) else None
