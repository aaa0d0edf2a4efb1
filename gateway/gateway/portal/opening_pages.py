"""A customer creates a new contract by himself: the user whom sales named, or a second login."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from contracts.identity import get_account
from contracts.tenancy import list_own_openings, open_contract
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.portal.opening_form import KNOWN_FIELDS, USUAL, holders_of, opening_choices
from gateway.portal.refusals import REFUSALS
from gateway.portal.visitors import ask, visitor
from servicekit.errors import Forbidden, Unavailable


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/contracts/new", "opening", show, methods=["GET"])
    blueprint.add_url_rule("/contracts/new", "do_open", do_open, methods=["POST"])


def own_openings() -> list[dict[str, Any]]:
    """The organisations that the visitor opens contracts for. Who looks as somebody else opens
    none; the home page is shown also where nobody can tell."""
    if visitor().view is not None or not visitor().rights.tenants:
        return []
    try:
        items: list[dict[str, Any]] = ask(list_own_openings)["items"]
    except Unavailable:
        return []
    return items


def show() -> Response:
    """He is the referent himself, as the form comes: it may say another."""
    openings = _openings()
    account = ask(get_account)
    himself = ("given_name", "family_name", "email", "mobile", "language")
    values = {f"referent_{name}": account[name] or "" for name in himself}
    first = {"organisation_id": openings[0]["organisation_id"], "support_level": "basic"}
    return _page(Form(values={**USUAL, **values, **first}), openings=openings)


def do_open() -> Response:
    form = sent_form()
    asked = {
        "organisation_id": form.value("organisation_id"),
        "name": form.value("name").strip(),
        "support_level": form.value("support_level") or None,
        **holders_of(form),
    }
    try:
        contract = ask(open_contract, asked, form=form)
    except REFUSALS as error:
        refused = form.refused(error, known=KNOWN_FIELDS)
        return _page(refused, openings=_openings(), status=error.status)
    return see_other(url_for("portal.home"), "contract-opened", tenant=contract["tenant"])


def _openings() -> list[dict[str, Any]]:
    openings = own_openings()
    if not openings:
        raise Forbidden("role-missing")
    return openings


def _page(form: Form, *, openings: list[dict[str, Any]], status: int = 200) -> Response:
    page = render_template(
        "portal/open_contract.html",
        form=form,
        openings=openings,
        organisations=[(one["organisation_id"], one["name"]) for one in openings],
        **opening_choices(),
    )
    return make_response(page, status)
