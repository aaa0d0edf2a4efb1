"""The back office's page "See as a customer": what one may look at, proposing it, deciding, and
beginning to look. Ending it needs nobody's rights.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.declare import Call
from contracts.identity import (
    approve_impersonation,
    decline_impersonation,
    get_person_file,
    list_impersonation_proposals,
    list_own_impersonations,
    open_impersonation,
    propose_impersonation,
)
from gateway.pages.forms import Form, filled, sent_form
from gateway.pages.going import see_other
from gateway.pages.visit import ask_as_gateway, browser_session
from gateway.portal import tokens
from gateway.portal.impersonation_words import grant_columns, grant_row, spans
from gateway.portal.lists import asked_page, page_links, whole
from gateway.portal.refusals import REFUSALS
from gateway.portal.tabs import office_tabs
from gateway.portal.visitors import SignInNeeded, ViewOver, ask, demand_proof, visitor
from servicekit.errors import Forbidden

_MOST_PROPOSALS = 20  # shown at once; deciding one makes room for the next
_HOME = "/back-office/see-as"
_ONE = f"{_HOME}/<uuid:grant_id>"
_PROPOSE = "/back-office/people/<uuid:person_id>/see-as"
_DECISIONS: dict[str, Call] = {
    "approve": approve_impersonation,
    "decline": decline_impersonation,
}


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_HOME, "office_see_as", show_mine, methods=["GET"])
    rule(_PROPOSE, "office_see_as_propose", show_proposal, methods=["GET"])
    rule(_PROPOSE, "office_see_as_do_propose", propose, methods=["POST"])
    for name in _DECISIONS:
        rule(f"{_ONE}/{name}", f"office_see_as_{name}", _deciding(name), methods=["POST"])
    rule(f"{_ONE}/begin", "office_see_as_begin", begin, methods=["POST"])
    rule("/see-as/end", "view_end", end, methods=["POST"])
    blueprint.register_error_handler(ViewOver, _say_over)


def show_mine() -> Response:
    return _page(Form())


def begin(grant_id: UUID) -> Response:
    """For who proved moments ago who he is; from here on he sees what the other one sees."""
    form = sent_form()
    if not visitor().may(propose_impersonation):
        raise Forbidden("staff-only")
    demand_proof()
    session = visitor().session
    asked = {"grant_id": str(grant_id), "operator_id": str(session.person_id)}
    response = see_other(url_for("portal.home"))
    try:
        tokens.begin_view(response, session, ask_as_gateway(open_impersonation, asked))
    except REFUSALS as error:
        return _page(form.refused(error), status=error.status)
    return response


def end() -> Response:
    """Also where nothing is seen any more: the button of a page that stood open."""
    session = browser_session()
    if session is None:
        raise SignInNeeded
    response = see_other(url_for("portal.office_see_as"), "view-left")
    tokens.leave_view(response, session)
    return response


def _say_over(error: Exception) -> Response:
    """Back to what is his own, wherever he was."""
    session = browser_session()
    if session is None:
        raise SignInNeeded from error
    response = see_other(url_for("portal.office_see_as"), "view-over")
    tokens.leave_view(response, session)
    return response


def show_proposal(person_id: UUID) -> Response:
    values = {"minutes": "60", "operator": visitor().session.login}
    return _proposal_page(person_id, Form(values=values))


def propose(person_id: UUID) -> Response:
    form = sent_form()
    asked = {
        "as_person_id": str(person_id),
        "minutes": whole(form.value("minutes")),
        **filled(form.values, ("tenant", "operator")),
    }
    try:
        ask(propose_impersonation, asked, form=form)
    except REFUSALS as error:
        return _proposal_page(person_id, form.refused(error), status=error.status)
    return see_other(url_for("portal.office_see_as"), "impersonation-proposed")


def _deciding(name: str) -> Any:
    def decide(grant_id: UUID) -> Response:
        form = sent_form()
        try:
            ask(_DECISIONS[name], {"grant_id": str(grant_id)}, form=form)
        except REFUSALS as error:
            return _page(form.refused(error), status=error.status)
        return see_other(url_for("portal.office_see_as"), f"impersonation-{name}")

    return decide


def _proposal_page(person_id: UUID, form: Form, *, status: int = 200) -> Response:
    person = ask(get_person_file, {"person_id": str(person_id)})
    accepted = [held for held in person["tenants"] if held["accepted_at"]]
    page = render_template(
        "back_office/see_as_propose.html",
        tabs=office_tabs(),
        form=form,
        person=person,
        name=f"{person['given_name']} {person['family_name']}",
        tenants=[(held["tenant"], f"{held['name']} ({held['tenant']})") for held in accepted],
        spans=spans(),
    )
    return make_response(page, status)


def _page(form: Form, *, status: int = 200) -> Response:
    if not visitor().may(list_impersonation_proposals):
        raise Forbidden("staff-only")
    mine = ask(list_own_impersonations, {"looking": True, **asked_page()})
    proposals = ask(list_impersonation_proposals, {"limit": _MOST_PROPOSALS})
    me = str(visitor().session.person_id)
    page = render_template(
        "back_office/see_as.html",
        tabs=office_tabs(),
        form=form,
        may_decide=visitor().may(approve_impersonation),
        columns=grant_columns(gettext("Contract")),
        rows=[grant_row(grant) for grant in mine["items"]],
        pages=page_links(mine, "portal.office_see_as"),
        proposals=[
            (grant_row(grant), me not in (grant["proposed_by"], grant["operator_id"]))
            for grant in proposals["items"]
        ],
    )
    return make_response(page, status)
