"""The back office's page "Office holders": who is to hold an office whose holder cannot act, as one
of staff proposes and another decides."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext

from contracts.codes import TENANT_CODE, Office, TenantCode
from contracts.declare import Call
from contracts.tenancy import (
    approve_office_recovery,
    get_contract,
    get_office_recovery,
    list_office_recoveries,
    propose_office_recovery,
    refuse_office_recovery,
    withdraw_office_recovery,
)
from gateway.pages.forms import Form, asked_form, filled, sent_form
from gateway.pages.going import see_other
from gateway.portal.handover_words import ends, office_recovery_states, party_name
from gateway.portal.lists import asked_page, page_links
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column
from gateway.portal.tabs import office_tabs
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import language_names, office_names
from servicekit.errors import Forbidden

_HOME = "/back-office/offices"
_PROPOSE = f"{_HOME}/<tenant:tenant>/propose"
_ONE = f"{_HOME}/<tenant:tenant>/<uuid:recovery_id>"
_DECISIONS: dict[str, Call] = {
    "approve": approve_office_recovery,
    "refuse": refuse_office_recovery,
    "withdraw": withdraw_office_recovery,
}
_FIELDS = ("given_name", "family_name", "email", "mobile", "language")
_KNOWN = {f"successor.{name}": f"successor_{name}" for name in _FIELDS}


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_HOME, "office_holders", show_queue, methods=["GET"])
    rule(f"{_HOME}/propose", "office_holders_choose", choose, methods=["GET"])
    rule(_PROPOSE, "office_holders_propose", show_proposal, methods=["GET"])
    rule(_PROPOSE, "office_holders_do_propose", do_propose, methods=["POST"])
    rule(_ONE, "office_holders_one", show_one, methods=["GET"])
    for name in _DECISIONS:
        rule(f"{_ONE}/{name}", f"office_holders_{name}", _deciding(name), methods=["POST"])


def show_queue() -> str:
    return _queue_page(asked_form())


def choose() -> Response:
    """By the code of the contract, as the mail of the company names it."""
    form = asked_form()
    code = form.value("tenant").strip().upper()
    if TENANT_CODE.fullmatch(code):
        return see_other(url_for("portal.office_holders_propose", tenant=code))
    fault = gettext("Give the code of a contract: OCB and seven digits.")
    return make_response(_queue_page(form.faulty({"tenant": fault})), 422)


def _queue_page(form: Form) -> str:
    everything = "all" in request.args
    answer = ask(list_office_recoveries, {**asked_page(), "open": not everything})
    offices, states = office_names(), office_recovery_states()
    return render_template(
        "back_office/office_recoveries.html",
        tabs=office_tabs(),
        form=form,
        everything=everything,
        may_propose=visitor().may(propose_office_recovery),
        columns=[
            Column(gettext("Contract")),
            Column(gettext("Office")),
            Column(gettext("To")),
            Column(gettext("State")),
            Column(gettext("Proposed")),
        ],
        rows=[
            (one, offices[one["office"]], _successor(one), states[one["state"]])
            for one in answer["items"]
        ],
        pages=page_links(answer, "portal.office_holders", **({"all": ""} if everything else {})),
    )


def show_proposal(tenant: TenantCode) -> Response:
    return _proposal_page(tenant, Form(values={"successor_language": "fr"}))


def do_propose(tenant: TenantCode) -> Response:
    form = sent_form()
    fields = {name: form.value(f"successor_{name}").strip() for name in _FIELDS}
    asked = {
        "tenant": tenant,
        **filled(form.values, ("office", "evidence")),
        "successor": {name: value for name, value in fields.items() if value},
        "drop_rights": form.value("drop_rights") == "yes",
    }
    try:
        recovery = ask(propose_office_recovery, asked, form=form)
    except REFUSALS as error:
        refused = form.refused(error, known=_KNOWN)
        return _proposal_page(tenant, refused, status=error.status)
    return see_other(_address(tenant, recovery["recovery_id"]), "recovery-proposed")


def show_one(tenant: TenantCode, recovery_id: UUID) -> Response:
    return _one_page(tenant, recovery_id, Form())


def _deciding(name: str) -> Any:
    def decide(tenant: TenantCode, recovery_id: UUID) -> Response:
        form, asked = sent_form(), {"tenant": tenant, "recovery_id": str(recovery_id)}
        try:
            ask(_DECISIONS[name], asked, form=form)
        except REFUSALS as error:
            return _one_page(tenant, recovery_id, form.refused(error), status=error.status)
        return see_other(_address(tenant, recovery_id), f"recovery-{name}")

    return decide


def _proposal_page(tenant: TenantCode, form: Form, *, status: int = 200) -> Response:
    if not visitor().may(propose_office_recovery):
        raise Forbidden("staff-only")
    contract = ask(get_contract, {"tenant": tenant})
    page = render_template(
        "back_office/office_recovery_propose.html",
        tabs=office_tabs(),
        form=form,
        contract=contract,
        languages=language_names(),
        offices=[
            (office.value, office_names()[office], _holder(contract[office.value]))
            for office in Office
        ],
    )
    return make_response(page, status)


def _one_page(tenant: TenantCode, recovery_id: UUID, form: Form, *, status: int = 200) -> Response:
    recovery = ask(get_office_recovery, {"tenant": tenant, "recovery_id": str(recovery_id)})
    me, state = visitor().token.subject, recovery["state"]
    own = recovery["proposed_by"] == me
    may_decide = visitor().may(approve_office_recovery)
    page = render_template(
        "back_office/office_recovery.html",
        tabs=office_tabs(),
        form=form,
        recovery=recovery,
        office_name=office_names()[recovery["office"]],
        holder=party_name(recovery["holder"]),
        successor=_successor(recovery),
        state=office_recovery_states()[state],
        why=ends()[recovery["ended_why"]] if recovery["ended_why"] else None,
        may_approve=may_decide and not own and state == "proposed",
        may_refuse=may_decide and not own and state in ("proposed", "approved"),
        may_withdraw=own and state == "proposed",
    )
    return make_response(page, status)


def _address(tenant: TenantCode, recovery_id: Any) -> str:
    return url_for("portal.office_holders_one", tenant=tenant, recovery_id=recovery_id)


def _holder(held: dict[str, Any]) -> str:
    return f"{held['given_name']} {held['family_name']}, {held['email']}"


def _successor(recovery: dict[str, Any]) -> str:
    return f"{recovery['given_name']} {recovery['family_name']}"
