"""The state of a contract: what it is now and what may become of it, its trial and its history;
for its referent, who converts a trial, and for staff, who suspend it and let it go on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts import tenancy
from contracts.codes import TenantCode
from contracts.declare import Call
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.portal.contract_words import refusal_of
from gateway.portal.lists import asked_page, page_links
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column, contract_head
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import acted_by_names, contract_acts, contract_states

_HERE = "/contracts/<tenant:tenant>/state"
_ACTS: dict[str, tuple[Call, tuple[str, ...]]] = {
    "convert": (tenancy.convert_trial, ()),
    "suspend": (tenancy.suspend_contract, ("explanation",)),
    "resume": (tenancy.resume_contract, ()),
}
_SUSPENDABLE = (tenancy.ContractStatus.ACTIVE, tenancy.ContractStatus.TRIAL)


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_HERE, "contract_state", show, methods=["GET"])
    for name, (call, typed) in _ACTS.items():
        act = _doing(name, call, typed)
        rule(f"{_HERE}/{name}", f"contract_state_{name}", act, methods=["POST"])


def show(tenant: TenantCode) -> Response:
    return _page(tenant, Form())


def _doing(name: str, call: Call, typed: tuple[str, ...]) -> Any:
    def do(tenant: TenantCode) -> Response:
        form = sent_form()
        said = {field: form.value(field) for field in typed}
        try:
            ask(call, {"tenant": tenant, **said}, form=form)
        except REFUSALS as error:
            return _page(tenant, form.refused(error), status=error.status)
        return see_other(url_for("portal.contract_state", tenant=tenant), f"contract-{name}")

    return do


def _page(tenant: TenantCode, form: Form, *, status: int = 200) -> Response:
    contract = ask(tenancy.get_contract, {"tenant": tenant})
    outlook = ask(tenancy.foresee_conversion, {"tenant": tenant})
    history = ask(tenancy.list_state_changes, {"tenant": tenant, **asked_page()})
    trial = contract.get("trial")
    waits = trial is not None and trial["converted_at"] is None
    page = render_template(
        "portal/contract_state.html",
        head=contract_head(tenant),
        form=form,
        contract=contract,
        state=contract_states()[contract["status"]],
        trial=trial,
        waits=waits,
        refusal=None if outlook["allowed"] or not waits else refusal_of(outlook),
        columns=[
            Column(gettext("When")),
            Column(gettext("What")),
            Column(gettext("State after it")),
            Column(gettext("By")),
            Column(gettext("Reason")),
        ],
        history=[_row(change) for change in history["items"]],
        pages=page_links(history, "portal.contract_state", tenant=tenant),
        **_allowed(tenant, contract["status"], can_convert=outlook["allowed"]),
    )
    return make_response(page, status)


def _allowed(tenant: TenantCode, status: str, *, can_convert: bool) -> dict[str, bool]:
    """Which forms to show; the acts themselves are decided anew."""
    who = visitor()
    suspended = status == tenancy.ContractStatus.SUSPENDED
    return {
        "may_convert": can_convert and who.may(tenancy.convert_trial, tenant),
        "may_suspend": status in _SUSPENDABLE and who.may(tenancy.suspend_contract, tenant),
        "may_resume": suspended and who.may(tenancy.resume_contract, tenant),
    }


def _row(change: dict[str, Any]) -> dict[str, Any]:
    state = contract_states()[change["state"]]
    return {
        "at": change["changed_at"],
        "act": contract_acts()[change["act"]],
        "state": state,
        "by": acted_by_names()[change["by"]],
        "reason": change["reason"] or "–",
    }
