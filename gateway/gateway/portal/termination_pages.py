"""The end of a contract: what remains and costs a day, for its people and for staff, who terminate
it as its customer asked, and by two of them end it though something remains."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts import tenancy
from contracts.codes import TenantCode
from contracts.declare import Call
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column, contract_head
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import contract_states
from servicekit.errors import NotFound

_HERE = "/contracts/<tenant:tenant>/termination"
_CLOSING = f"{_HERE}/forced-closings/<uuid:closing_id>"
_ACTS: dict[str, tuple[str, Call]] = {
    "terminate": (_HERE, tenancy.terminate_contract),
    "keep": (f"{_HERE}/withdrawal", tenancy.keep_contract),
    "propose": (f"{_HERE}/forced-closings", tenancy.propose_forced_closing),
    "approve": (f"{_CLOSING}/approve", tenancy.approve_forced_closing),
    "withdraw": (f"{_CLOSING}/withdraw", tenancy.withdraw_forced_closing),
}


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_HERE, "contract_termination", show, methods=["GET"])
    rule(f"{_HERE}/certificate", "contract_certificate", show_certificate, methods=["GET"])
    for name, (path, call) in _ACTS.items():
        rule(path, f"contract_termination_{name}", _doing(name, call), methods=["POST"])


def show(tenant: TenantCode) -> Response:
    return _page(tenant, Form())


def show_certificate(tenant: TenantCode) -> str:
    certificate = ask(tenancy.get_termination, {"tenant": tenant})["certificate"]
    if certificate is None:
        raise NotFound("certificate-unknown")
    return render_template(
        "portal/certificate.html", head=contract_head(tenant), certificate=certificate
    )


def _doing(name: str, call: Call) -> Any:
    def do(tenant: TenantCode, closing_id: UUID | None = None) -> Response:
        form = sent_form()
        asked = {"tenant": tenant, "closing_id": None if closing_id is None else str(closing_id)}
        try:
            ask(call, asked, form=form)
        except REFUSALS as error:
            return _page(tenant, form.refused(error), status=error.status)
        here = url_for("portal.contract_termination", tenant=tenant)
        return see_other(here, f"termination-{name}")

    return do


def _page(tenant: TenantCode, form: Form, *, status: int = 200) -> Response:
    termination = ask(tenancy.get_termination, {"tenant": tenant})
    closing = termination["forced_closing"]
    draining = termination["status"] == tenancy.ContractStatus.DRAINING
    outlook = ask(tenancy.foresee_termination, {"tenant": tenant})
    who = visitor()
    own = closing is not None and closing["proposed_by"] == who.token.subject
    may_force = draining and who.may(tenancy.propose_forced_closing, tenant)
    page = render_template(
        "portal/termination.html",
        head=contract_head(tenant),
        form=form,
        termination=termination,
        closing=closing,
        state=contract_states()[termination["status"]],
        columns=[
            Column(gettext("Kind")),
            Column(gettext("Region")),
            Column(gettext("Number"), "figure"),
            Column(gettext("Cost a day, excluding VAT"), "figure"),
        ],
        at_once=outlook["from_on"] is not None,
        may_terminate=outlook["allowed"] and who.may(tenancy.terminate_contract, tenant),
        may_keep=draining and who.may(tenancy.keep_contract, tenant),
        may_propose=may_force and closing is None,
        may_approve=may_force and closing is not None and not own,
        may_withdraw=may_force and closing is not None,
        own=own,
    )
    return make_response(page, status)
