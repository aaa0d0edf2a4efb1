"""The back office's organisations: by name, with contracts and what they may do alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts import tenancy
from contracts.declare import Call
from gateway.i18n import current_language
from gateway.pages.forms import Form, asked_form, sent_form
from gateway.pages.going import see_other
from gateway.pages.visit import call_id, parts
from gateway.portal.home import contract_columns, contract_rows
from gateway.portal.lists import asked_page, page_links, whole
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column
from gateway.portal.tabs import office_tabs
from gateway.portal.visitors import ask, visitor
from gateway.wire import Circumstances
from servicekit.errors import Forbidden
from servicekit.pseudonyms import person_target

_LIST = "/back-office/organisations"
_ONE = f"{_LIST}/<uuid:organisation_id>"
_HOUSE = "-"


@dataclass(frozen=True, slots=True)
class Option:
    """What sales may let an organisation do by itself, and the words of its page."""

    part: str  # of the organisation, where it is active
    activate: Call
    end: Call
    title: str
    about: str
    act: str
    end_act: str
    counts: bool = False


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_LIST, "office_organisations", show_organisations, methods=["GET"])
    rule(_ONE, "office_organisations_one", show_one, methods=["GET"])
    option = f"{_ONE}/<any(opening, management):kind>"
    rule(option, "office_organisations_option", show_option, methods=["GET"])
    rule(option, "office_organisations_activate", activate, methods=["POST"])
    rule(f"{option}/end", "office_organisations_end", end, methods=["POST"])


def show_organisations() -> str:
    form = asked_form()
    search = form.value("search").strip() or None
    answer = ask(tenancy.list_organisations, {**asked_page(), "search": search})
    return render_template(
        "back_office/organisations.html",
        tabs=office_tabs(),
        form=form,
        searched=search,
        columns=[
            Column(gettext("Organisation")),
            Column(gettext("Contracts"), "figure"),
            Column(gettext("Known since")),
        ],
        rows=answer["items"],
        pages=page_links(answer, "portal.office_organisations", search=search),
    )


def show_one(organisation_id: UUID) -> str:
    asked = {"organisation_id": str(organisation_id)}
    organisation = ask(tenancy.get_organisation, asked)
    answer = ask(tenancy.list_organisation_contracts, {**asked, **asked_page()})
    items = answer["items"]
    may_open = visitor().may(tenancy.open_tenant) and bool(items)
    return render_template(
        "back_office/organisation.html",
        tabs=office_tabs(),
        organisation=organisation,
        options=[
            (kind, option.title, _named(organisation, organisation[option.part]))
            for kind, option in options().items()
        ],
        may_change=visitor().may(tenancy.activate_online_opening),
        beside=url_for("portal.office_open", beside=items[0]["tenant"]) if may_open else None,
        columns=contract_columns(),
        rows=contract_rows(items),
        pages=page_links(
            answer, "portal.office_organisations_one", organisation_id=organisation_id
        ),
    )


def show_option(organisation_id: UUID, kind: str) -> Response:
    return _option_page(organisation_id, kind, Form(values={"daily_limit": "5"}))


def activate(organisation_id: UUID, kind: str) -> Response:
    form, option = sent_form(), options()[kind]
    limit = {"daily_limit": whole(form.value("daily_limit"))} if option.counts else {}
    asked = {
        "organisation_id": str(organisation_id),
        "person_id": form.value("person_id") or None,
        **limit,
    }
    return _do(option.activate, organisation_id, kind, asked, form, "option-activated")


def end(organisation_id: UUID, kind: str) -> Response:
    asked = {"organisation_id": str(organisation_id)}
    return _do(options()[kind].end, organisation_id, kind, asked, sent_form(), "option-ended")


def options() -> dict[str, Option]:
    return {
        "opening": Option(
            "online_opening",
            tenancy.activate_online_opening,
            tenancy.withdraw_online_opening,
            gettext("Online tenant opening"),
            gettext("One user of the organisation opens new contracts alone, so many a day."),
            gettext("Let this user open contracts"),
            gettext("Withdraw the option"),
            counts=True,
        ),
        "management": Option(
            "multi_tenant_management",
            tenancy.activate_multi_tenant_management,
            tenancy.deactivate_multi_tenant_management,
            gettext("Multi-tenant management"),
            gettext(
                "One user gets a second login that sees, changes and opens all tenants of the"
                " organisation, present and future. The first login does not change."
            ),
            gettext("Give this user a second login"),
            gettext("End multi-tenant management"),
        ),
    }


def _do(
    call: Call,
    organisation_id: UUID,
    kind: str,
    asked: dict[str, Any],
    form: Form,
    done: str,
) -> Response:
    try:
        ask(call, asked, form=form)
    except REFUSALS as error:
        return _option_page(organisation_id, kind, form.refused(error), status=error.status)
    back = url_for("portal.office_organisations_one", organisation_id=organisation_id)
    return see_other(back, done, option=options()[kind].title)


def _option_page(organisation_id: UUID, kind: str, form: Form, *, status: int = 200) -> Response:
    option, asked = options()[kind], {"organisation_id": str(organisation_id)}
    if not visitor().may(option.activate):
        raise Forbidden("staff-only")
    organisation = ask(tenancy.get_organisation, asked)
    people = ask(tenancy.list_nameable_people, asked)["items"]
    page = render_template(
        "back_office/organisation_option.html",
        tabs=office_tabs(),
        form=form,
        kind=kind,
        option=option,
        organisation=organisation,
        active=_named(organisation, organisation[option.part]),
        people=[
            (one["person_id"], f"{one['given_name']} {one['family_name']} ({one['login']})")
            for one in people
        ],
    )
    return make_response(page, status)


def _named(organisation: dict[str, Any], active: dict[str, Any] | None) -> dict[str, Any] | None:
    """With the name of whom it was given to, as far as it is known."""
    if active is None:
        return None
    person_id = active.get("first_person_id") or active["person_id"]
    about = Circumstances(language=current_language(), call_id=call_id())
    name = parts().dispatcher.name_of(person_target(person_id), chain=_HOUSE, about=about)
    return {**active, "name": name or _name_among(organisation, person_id)}


def _name_among(organisation: dict[str, Any], person_id: str) -> str | None:
    """Of a user of its contracts, to who may know."""
    if not visitor().may(tenancy.list_nameable_people):
        return None
    asked = {"organisation_id": organisation["organisation_id"]}
    for one in ask(tenancy.list_nameable_people, asked)["items"]:
        if one["person_id"] == person_id:
            return f"{one['given_name']} {one['family_name']} ({one['login']})"
    return None
