""" "Demandes": what was asked of us, where it stands, and what its customer does with it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import RequestNumber, TenantCode
from contracts.declare import Call
from contracts.tenancy import (
    ASKING,
    RequestKind,
    comment_request,
    get_request,
    list_request_entries,
    list_requests,
    reopen_request,
    resolve_request,
    send_contract_request,
    send_request,
    withdraw_request,
)
from gateway.pages.forms import Form, asked_form, sent_form
from gateway.pages.going import see_other
from gateway.portal.lists import asked_page, page_links
from gateway.portal.perimeter import perimeter_of
from gateway.portal.refusals import REFUSALS
from gateway.portal.request_words import (
    kind_names,
    request_columns,
    request_rows,
    request_states,
    request_words,
)
from gateway.portal.shell import contract_head
from gateway.portal.visitors import ask, visitor
from servicekit.errors import Forbidden

_SUPPORT = "/contracts/<tenant:tenant>/support"
_ONE = "/contracts/<tenant:tenant>/requests/<request_number:number>"
_FILTERS = ("search", "kind", "state")


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule("/requests", "requests", show_all, methods=["GET"])
    rule(_SUPPORT, "support", show_of_contract, methods=["GET"])
    rule(f"{_SUPPORT}/incidents", "support_incidents", show_incidents, methods=["GET"])
    rule(f"{_SUPPORT}/changes", "support_changes", show_changes, methods=["GET"])
    rule(_ONE, "support_request", show_request, methods=["GET"])
    rule(f"{_ONE}/comment", "support_comment", comment, methods=["POST"])
    rule(f"{_ONE}/resolve", "support_resolve", resolve, methods=["POST"])
    rule(f"{_ONE}/reopen", "support_reopen", reopen, methods=["POST"])
    rule(f"{_ONE}/withdraw", "support_withdraw", ask_withdrawal, methods=["GET"])
    rule(f"{_ONE}/withdraw", "support_do_withdraw", withdraw, methods=["POST"])


# --- lists --------------------------


def show_all() -> str:
    only = {"contract": perimeter_of(visitor())}
    return _list_page("portal/requests.html", "portal.requests", only=only)


def show_of_contract(tenant: TenantCode) -> str:
    return _contract_page(tenant, "portal.support", gettext("Requests"), None)


def show_incidents(tenant: TenantCode) -> str:
    title = gettext("Recent incidents")
    return _contract_page(tenant, "portal.support_incidents", title, RequestKind.INCIDENT)


def show_changes(tenant: TenantCode) -> str:
    title = gettext("Change requests")
    return _contract_page(tenant, "portal.support_changes", title, RequestKind.CHANGE)


def _contract_page(tenant: TenantCode, endpoint: str, title: str, kind: str | None) -> str:
    """Asked as one reads a request there: a list alone would show others an empty page."""
    if not visitor().may(get_request, tenant):
        raise Forbidden("role-missing")
    return _list_page(
        "portal/support.html",
        endpoint,
        only={"contract": tenant, "kind": kind},
        head=contract_head(tenant),
        title=title,
        may_send=visitor().may(send_request, tenant),
        may_ask_of_contract=visitor().may(send_contract_request, tenant),
        address={"tenant": tenant},
    )


def _list_page(
    template: str,
    endpoint: str,
    *,
    only: dict[str, str | None] | None = None,
    address: dict[str, Any] | None = None,
    **shown: Any,
) -> str:
    form = asked_form()
    filters = {name: form.value(name).strip() or None for name in _FILTERS}
    fixed = {name: value for name, value in (only or {}).items() if value is not None}
    answer = ask(list_requests, {**asked_page(), **filters, **fixed})
    return render_template(
        template,
        form=form,
        filtered=any(filters.values()),
        kinds=None if "kind" in fixed else [("", gettext("All")), *kind_names().items()],
        states=[
            ("", gettext("All")),
            *((one, words) for one, (words, _) in request_states().items()),
        ],
        columns=request_columns(),
        rows=request_rows(answer["items"]),
        pages=page_links(answer, endpoint, **(address or {}), **filters),
        unfiltered=url_for(endpoint, **(address or {})),
        **shown,
    )


# --- one request --------------------------


def show_request(tenant: TenantCode, number: RequestNumber) -> Response:
    return _request_page(tenant, number, Form())


def comment(tenant: TenantCode, number: RequestNumber) -> Response:
    return _write(comment_request, tenant, number, "request-commented")


def reopen(tenant: TenantCode, number: RequestNumber) -> Response:
    return _write(reopen_request, tenant, number, "request-reopened")


def resolve(tenant: TenantCode, number: RequestNumber) -> Response:
    return _write(resolve_request, tenant, number, "request-resolved")


def _write(call: Call, tenant: TenantCode, number: RequestNumber, done: str) -> Response:
    form = sent_form()
    text = form.value("text")
    said = {"text": text} if text.strip() or call is not resolve_request else {}
    try:
        ask(call, {"tenant": tenant, "number": number, **said}, form=form)
    except REFUSALS as error:
        return _request_page(tenant, number, form.refused(error), status=error.status)
    return see_other(_address(tenant, number), done)


def ask_withdrawal(tenant: TenantCode, number: RequestNumber) -> Response:
    return _withdrawal_page(tenant, number, Form())


def withdraw(tenant: TenantCode, number: RequestNumber) -> Response:
    form = sent_form()
    said = {"text": form.value("text").strip() or None}
    try:
        ask(withdraw_request, {"tenant": tenant, "number": number, **said}, form=form)
    except REFUSALS as error:
        return _withdrawal_page(tenant, number, form.refused(error), status=error.status)
    return see_other(_address(tenant, number), "request-withdrawn", number=number)


def _withdrawal_page(
    tenant: TenantCode, number: RequestNumber, form: Form, *, status: int = 200
) -> Response:
    request = ask(get_request, {"tenant": tenant, "number": number})
    page = render_template(
        "portal/request_withdraw.html",
        head=contract_head(tenant),
        form=form,
        request_=request,
        back=_address(tenant, number),
    )
    return make_response(page, status)


def _request_page(
    tenant: TenantCode, number: RequestNumber, form: Form, *, status: int = 200
) -> Response:
    which = {"tenant": tenant, "number": number}
    request = ask(get_request, which)
    entries = ask(list_request_entries, {**which, **asked_page()})
    page = render_template(
        "portal/request.html",
        head=contract_head(tenant),
        form=form,
        request_=request,
        **request_words(request, entries["items"]),
        pages=page_links(entries, "portal.support_request", **which),
        acts=_acts(tenant, request),
    )
    return make_response(page, status)


def _acts(tenant: TenantCode, request: dict[str, Any]) -> dict[str, bool]:
    """Which of them the page offers: by state, and by what the visitor may."""
    is_open, who = request["state"] != "done", visitor()
    is_incident = request["kind"] == RequestKind.INCIDENT
    return {
        "comment": is_open and who.may(comment_request, tenant),
        "resolve": is_open and is_incident and who.may(resolve_request, tenant),
        "withdraw": is_open
        and who.may(withdraw_request, tenant)
        and who.holds(ASKING[RequestKind(request["kind"])], tenant),
        "reopen": request["reopenable_until"] is not None and who.may(reopen_request, tenant),
    }


def _address(tenant: TenantCode, number: RequestNumber) -> str:
    return url_for("portal.support_request", tenant=tenant, number=number)
