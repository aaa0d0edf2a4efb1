"""The back office: opening tenants, staff, the clock. Each page by its own right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext

from contracts import tenancy
from gateway.i18n import TIME_ZONE, format_instant
from gateway.pages.forms import Form, asked_form, filled, sent_form
from gateway.pages.going import see_other
from gateway.portal.home import contract_columns, contract_rows
from gateway.portal.lists import asked_page, page_links
from gateway.portal.opening_form import KNOWN_FIELDS, USUAL, holders_of, opening_choices
from gateway.portal.refusals import REFUSALS
from gateway.portal.tabs import office_tabs
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import contract_types
from servicekit.errors import Forbidden


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule("/back-office", "office", show_office, methods=["GET"])
    rule("/back-office/tenants/new", "office_open", show_opening, methods=["GET"])
    rule("/back-office/tenants/new", "office_do_open", open_tenant, methods=["POST"])
    rule("/back-office/clock", "office_clock", show_clock, methods=["GET"])
    rule("/back-office/clock", "office_move_clock", move_clock, methods=["POST"])


def show_office() -> str:
    if not visitor().is_staff:
        raise Forbidden("staff-only")
    form = asked_form()
    search = form.value("search").strip() or None
    answer = ask(tenancy.list_contracts, {**asked_page(), "search": search})
    return render_template(
        "back_office/contracts.html",
        tabs=office_tabs(),
        form=form,
        searched=search,
        may_open=visitor().may(tenancy.open_tenant),
        columns=contract_columns(),
        rows=contract_rows(answer["items"]),
        pages=page_links(answer, "portal.office", search=search),
    )


def show_opening() -> Response:
    """For an organisation that exists, a contract of it is named in the address."""
    if not visitor().may(tenancy.open_tenant):
        raise Forbidden("staff-only")
    values = {**USUAL, "contract_type": "single"}
    beside = request.args.get("beside")
    if beside:
        organisation = ask(tenancy.get_contract, {"tenant": beside})["organisation"]
        values["organisation_id"] = organisation["organisation_id"]
        values["organisation_name"] = organisation["name"]
    return _opening_page(Form(values=values))


def open_tenant() -> Response:
    form = sent_form()
    try:
        contract = ask(tenancy.open_tenant, _opening(form), form=form)
    except REFUSALS as error:
        return _opening_page(form.refused(error, known=KNOWN_FIELDS), status=error.status)
    tenant = contract["tenant"]
    return see_other(url_for("portal.office", search=tenant), "tenant-opened", tenant=tenant)


def _opening(form: Form) -> dict[str, Any]:
    existing = form.value("organisation_id") or None
    named = filled(form.values, ("organisation_name", "name"))
    return {
        "organisation_id": existing,
        "organisation_name": None if existing else named["organisation_name"],
        "name": named["name"],
        "support_level": form.value("support_level"),
        "contract_type": form.value("contract_type") or None,
        **holders_of(form),
    }


def _opening_page(form: Form, *, status: int = 200) -> Response:
    page = render_template(
        "back_office/open.html",
        tabs=office_tabs(),
        form=form,
        types=[(code, words, None) for code, words in contract_types().items()],
        **opening_choices(),
    )
    return make_response(page, status)


def show_clock() -> Response:
    return _clock_page(Form())


def move_clock() -> Response:
    form = sent_form()
    try:
        wanted = datetime.fromisoformat(form.value("now")).replace(tzinfo=TIME_ZONE).isoformat()
    except ValueError:
        fault = gettext("Give a day and a time.")
        return _clock_page(form.faulty({"now": fault}), status=422)
    try:
        clock = ask(tenancy.move_clock, {"now": wanted}, form=form)
    except REFUSALS as error:
        return _clock_page(form.refused(error), status=error.status)
    return see_other(
        url_for("portal.office_clock"), "clock-moved", instant=format_instant(clock["now"], "long")
    )


def _clock_page(form: Form, *, status: int = 200) -> Response:
    clock = ask(tenancy.get_clock)
    there = datetime.fromisoformat(clock["now"]).astimezone(TIME_ZONE)
    page = render_template(
        "back_office/clock.html",
        tabs=office_tabs(),
        form=form,
        clock=clock,
        suggested=there.strftime("%Y-%m-%dT%H:%M"),
    )
    return make_response(page, status)
