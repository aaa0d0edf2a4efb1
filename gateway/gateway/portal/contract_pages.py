"""The page "Contrat": all that the contract says, its support level first of all."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for

from contracts.codes import TenantCode
from contracts.tenancy import get_contract, open_tenant
from gateway.portal.shell import contract_head
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import contract_states, contract_types, support_levels


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/contracts/<tenant:tenant>", "contract", show, methods=["GET"])


def show(tenant: TenantCode) -> str:
    contract = ask(get_contract, {"tenant": tenant})
    level, about_level = support_levels()[contract["support_level"]]
    status, kind = contract["status"], contract["contract_type"]
    may_open = visitor().may(open_tenant)
    return render_template(
        "portal/contract.html",
        head=contract_head(tenant),
        contract=contract,
        state=contract_states().get(status, (status, "plain")),
        kind=contract_types().get(kind, kind),
        level=level,
        about_level=about_level,
        beside=url_for("portal.office_open", beside=tenant) if may_open else None,
    )
