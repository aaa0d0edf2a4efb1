"""The perimeter: on which of his contracts a person works, one of them, or all where he manages
them all. Kept in his session; lists obey it.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext

from contracts.codes import TENANT_CODE, TenantCode
from contracts.tenancy import list_contracts
from gateway.pages.forms import asked_form, sent_form
from gateway.pages.going import see_other
from gateway.pages.languages import here
from gateway.pages.local_paths import local_path
from gateway.portal import tokens
from gateway.portal.lists import asked_page, page_links
from gateway.portal.shell import Column
from gateway.portal.visitors import Visitor, ask, met_visitor, visitor
from servicekit.errors import Forbidden, NotFound

ALL = "all"


@dataclass(frozen=True, slots=True)
class ShownPerimeter:
    """The button at the top right."""

    label: str
    href: str


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/perimeter", "perimeter", show, methods=["GET"])
    blueprint.add_url_rule("/perimeter", "choose_perimeter", choose, methods=["POST"])
    blueprint.context_processor(perimeter_context)


def perimeter_of(who: Visitor) -> TenantCode | None:
    """The contract that lists keep to; None: none was chosen, or all. One that he has no rights on
    any more counts no longer."""
    kept = who.kept_perimeter
    if who.view is not None or kept is None or not TENANT_CODE.fullmatch(kept):
        return None
    chosen = TenantCode(kept)
    return chosen if chosen in who.rights.tenants else None


def perimeter_context() -> dict[str, ShownPerimeter | None]:
    """Who has one contract, or none, has nothing to choose."""
    who = met_visitor()
    if who is None or who.view is not None or who.domain is not None:
        return {"perimeter": None}
    if len(who.rights.tenants) < 2:
        return {"perimeter": None}
    going_back = (
        here() if request.method == "GET" and request.endpoint != "portal.perimeter" else None
    )
    return {"perimeter": ShownPerimeter(_label(who), url_for("portal.perimeter", next=going_back))}


def _label(who: Visitor) -> str:
    chosen = perimeter_of(who)
    if chosen is not None:
        return gettext("Perimeter: %(tenant)s", tenant=chosen)
    if who.rights.manages_organisation:
        return gettext("Perimeter: all contracts")
    return gettext("Perimeter")


def show() -> Response:
    form = asked_form()
    search = form.value("search").strip() or None
    back = local_path(request.args.get("next"))
    answer = ask(list_contracts, {**asked_page(), "search": search})
    page = render_template(
        "portal/perimeter.html",
        form=form,
        searched=search,
        back=back or "",
        chosen=perimeter_of(visitor()),
        may_choose_all=visitor().rights.manages_organisation,
        columns=[
            Column(gettext("Contract")),
            Column(gettext("Code and domain")),
            Column(gettext("Actions"), "acts"),
        ],
        rows=answer["items"],
        pages=page_links(answer, "portal.perimeter", search=search, next=back),
    )
    return make_response(page)


def choose() -> Response:
    form = sent_form()
    wanted, back = form.value("perimeter"), local_path(form.value("next"))
    tokens.choose_perimeter(_allowed(wanted))
    return see_other(back or url_for("portal.home"), "perimeter-chosen")


def _allowed(wanted: str) -> TenantCode | None:
    rights = visitor().rights
    if wanted == ALL:
        if not rights.manages_organisation:
            raise Forbidden("role-missing")
        return None
    if not TENANT_CODE.fullmatch(wanted) or TenantCode(wanted) not in rights.tenants:
        raise NotFound("contract-unknown")
    return TenantCode(wanted)
