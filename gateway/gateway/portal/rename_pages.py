"""The service "Modifier le nom de votre contrat" of the catalogue, for the referent alone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from contracts.codes import TenantCode
from contracts.tenancy import get_contract, rename_contract
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.portal.meanwhile import overtaken
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import contract_head
from gateway.portal.visitors import ask, visitor
from servicekit.editions import edition_of
from servicekit.errors import Forbidden

_HERE = "/contracts/<tenant:tenant>/services/name"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(_HERE, "services_name", show, methods=["GET"])
    blueprint.add_url_rule(_HERE, "services_rename", rename, methods=["POST"])


def show(tenant: TenantCode) -> Response:
    if not visitor().may(rename_contract, tenant):
        raise Forbidden("role-missing")
    return _page(tenant, _named(ask(get_contract, {"tenant": tenant})))


def rename(tenant: TenantCode) -> Response:
    form = sent_form()
    asked = {"tenant": tenant, "name": form.value("name").strip()}
    try:
        ask(rename_contract, {**asked, "edition": form.value("edition") or None}, form=form)
    except REFUSALS as error:
        present = _named(ask(get_contract, {"tenant": tenant}))
        return _page(tenant, overtaken(form, error, present), status=error.status)
    return see_other(url_for("portal.contract", tenant=tenant), "contract-renamed")


def _named(contract: dict[str, Any]) -> Form:
    return Form(values={"name": contract["name"], "edition": edition_of(contract)})


def _page(tenant: TenantCode, form: Form, *, status: int = 200) -> Response:
    page = render_template("portal/contract_name.html", head=contract_head(tenant), form=form)
    return make_response(page, status)
