"""The back office's page "Recovery": what is proposed, proposing, and deciding by a second."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext

from contracts.declare import Call
from contracts.identity import (
    RecoveryKind,
    approve_recovery,
    find_persons,
    get_person_file,
    get_recovery,
    list_recoveries,
    propose_recovery,
    refuse_recovery,
    withdraw_recovery,
)
from gateway.pages.forms import Form, filled, sent_form
from gateway.pages.going import see_other
from gateway.portal.lists import asked_page, page_links
from gateway.portal.recovery_words import (
    recovery_consequences,
    recovery_kinds,
    recovery_states,
)
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column
from gateway.portal.tabs import office_tabs
from gateway.portal.visitors import ask, keep_reason, recovery_target, visitor

_ONE = "/back-office/recoveries/<uuid:recovery_id>"
_DECISIONS: dict[str, Call] = {
    "approve": approve_recovery,
    "refuse": refuse_recovery,
    "withdraw": withdraw_recovery,
}


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule("/back-office/recoveries", "office_recoveries", show_queue, methods=["GET"])
    propose = "/back-office/people/<uuid:person_id>/recover"
    rule(propose, "office_recoveries_propose", show_proposal, methods=["GET"])
    rule(propose, "office_recoveries_do_propose", do_propose, methods=["POST"])
    rule(_ONE, "office_recoveries_one", show_one, methods=["GET"])
    for name in _DECISIONS:
        rule(f"{_ONE}/{name}", f"office_recoveries_{name}", _deciding(name), methods=["POST"])


def show_queue() -> str:
    everything = "all" in request.args
    answer = ask(list_recoveries, {**asked_page(), "open": not everything})
    kinds, states = recovery_kinds(), recovery_states()
    return render_template(
        "back_office/recoveries.html",
        tabs=office_tabs(),
        everything=everything,
        may_find=visitor().may(find_persons),
        columns=[
            Column(gettext("Person")),
            Column(gettext("What")),
            Column(gettext("State")),
            Column(gettext("Proposed")),
            Column(gettext("By whom")),
        ],
        rows=[
            (one, _name(one), kinds[one["kind"]], states[one["state"]]) for one in answer["items"]
        ],
        pages=page_links(answer, "portal.office_recoveries", **({"all": ""} if everything else {})),
    )


def show_proposal(person_id: UUID) -> Response:
    return _proposal_page(person_id, Form())


def do_propose(person_id: UUID) -> Response:
    form = sent_form()
    asked = filled(form.values, ("kind", "evidence", "new_email"))
    try:
        recovery = ask(propose_recovery, {"person_id": str(person_id), **asked}, form=form)
    except REFUSALS as error:
        return _proposal_page(person_id, form.refused(error), status=error.status)
    keep_reason(recovery_target(recovery["recovery_id"]), recovery["reason"])
    return see_other(_address(recovery["recovery_id"]), "recovery-proposed")


def show_one(recovery_id: UUID) -> Response:
    return _one_page(recovery_id, Form())


def _deciding(name: str) -> Any:
    def decide(recovery_id: UUID) -> Response:
        form = sent_form()
        try:
            ask(_DECISIONS[name], {"recovery_id": str(recovery_id)}, form=form)
        except REFUSALS as error:
            return _one_page(recovery_id, form.refused(error), status=error.status)
        return see_other(_address(recovery_id), f"recovery-{name}")

    return decide


def _proposal_page(person_id: UUID, form: Form, *, status: int = 200) -> Response:
    person = ask(get_person_file, {"person_id": str(person_id)})
    kinds, consequences = recovery_kinds(), recovery_consequences()
    page = render_template(
        "back_office/recovery_propose.html",
        tabs=office_tabs(),
        form=form,
        person=person,
        name=_name(person),
        kinds=[(kind.value, kinds[kind], consequences[kind]) for kind in RecoveryKind],
    )
    return make_response(page, status)


def _one_page(recovery_id: UUID, form: Form, *, status: int = 200) -> Response:
    recovery = ask(get_recovery, {"recovery_id": str(recovery_id)})
    own = recovery["proposed_by"] == visitor().token.subject
    concerned = recovery["person_id"] == visitor().token.subject
    may_decide = visitor().may(approve_recovery) and not concerned
    page = render_template(
        "back_office/recovery.html",
        tabs=office_tabs(),
        form=form,
        recovery=recovery,
        name=_name(recovery),
        kind=recovery_kinds()[recovery["kind"]],
        consequence=recovery_consequences()[recovery["kind"]],
        state=recovery_states()[recovery["state"]],
        may_approve=may_decide and not own and recovery["state"] == "proposed",
        may_refuse=may_decide and not own and recovery["state"] in ("proposed", "approved"),
        may_withdraw=own and recovery["state"] == "proposed",
    )
    return make_response(page, status)


def _address(recovery_id: Any) -> str:
    return url_for("portal.office_recoveries_one", recovery_id=recovery_id)


def _name(about: dict[str, Any]) -> str:
    return f"{about['given_name']} {about['family_name']}"
