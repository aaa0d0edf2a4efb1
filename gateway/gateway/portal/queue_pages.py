"""The back office's queue: what customers ask, the nearest deadline first, and working on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import RequestNumber, TenantCode
from contracts.declare import Call
from contracts.tenancy import (
    QueueOwner,
    RequestOutcome,
    answer_request,
    assign_request,
    close_request,
    count_queue,
    get_request,
    list_queue,
    list_request_entries,
    start_request,
)
from gateway.pages.forms import Form, asked_form, filled, sent_form
from gateway.pages.going import see_other
from gateway.portal.lists import asked_page, page_links
from gateway.portal.queue_words import (
    acting_links,
    outcome_choices,
    owner_names,
    queue_columns,
    queue_rows,
    whose,
)
from gateway.portal.refusals import REFUSALS
from gateway.portal.request_words import kind_names, request_words
from gateway.portal.tabs import office_tabs
from gateway.portal.visitors import ask, say_why, visitor

_QUEUE = "/back-office/requests"
_ONE = f"{_QUEUE}/<tenant:tenant>/<request_number:number>"
_FILTERS = ("owner", "kind")


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_QUEUE, "office_queue", show_queue, methods=["GET"])
    rule(_ONE, "office_queue_one", show_one, methods=["GET"])
    rule(f"{_ONE}/take", "office_queue_take", take, methods=["POST"])
    rule(f"{_ONE}/give-back", "office_queue_give_back", give_back, methods=["POST"])
    rule(f"{_ONE}/start", "office_queue_start", start, methods=["POST"])
    rule(f"{_ONE}/answer", "office_queue_answer", answer, methods=["POST"])
    rule(f"{_ONE}/close", "office_queue_close", close, methods=["POST"])


def show_queue() -> str:
    form = asked_form()
    filters = {name: form.value(name) or None for name in _FILTERS}
    found = ask(list_queue, {**asked_page(), **filters})
    return render_template(
        "back_office/queue.html",
        tabs=office_tabs(),
        form=form,
        counts=ask(count_queue),
        owners=list(owner_names().items()),
        default_owner=QueueOwner.ANYBODY.value,
        kinds=[("", gettext("All")), *kind_names().items()],
        columns=queue_columns(),
        rows=queue_rows(found["items"], me=visitor().token.subject),
        pages=page_links(found, "portal.office_queue", **filters),
        filtered=any(filters.values()),
    )


def show_one(tenant: TenantCode, number: RequestNumber) -> Response:
    return _page(tenant, number, Form())


def take(tenant: TenantCode, number: RequestNumber) -> Response:
    return _do(assign_request, tenant, number, "request-taken", to_me=True)


def give_back(tenant: TenantCode, number: RequestNumber) -> Response:
    return _do(assign_request, tenant, number, "request-given-back", to_me=False)


def start(tenant: TenantCode, number: RequestNumber) -> Response:
    return _do(start_request, tenant, number, "request-started")


def answer(tenant: TenantCode, number: RequestNumber) -> Response:
    return _do(answer_request, tenant, number, "request-answered", "text")


def close(tenant: TenantCode, number: RequestNumber) -> Response:
    """Back to the queue: the next one waits."""
    queue = url_for("portal.office_queue")
    return _do(close_request, tenant, number, "request-closed", "outcome", "text", leads_to=queue)


def _do(
    call: Call,
    tenant: TenantCode,
    number: RequestNumber,
    done: str,
    *names: str,
    leads_to: str | None = None,
    **said: Any,
) -> Response:
    """``names``: the fields of the form that say something to the call, beside ``said``."""
    form = sent_form()
    asked = {"tenant": tenant, "number": number, **filled(form.values, names), **said}
    _say_why(tenant, number)
    try:
        ask(call, asked, form=form)
    except REFUSALS as error:
        return _page(tenant, number, form.refused(error), status=error.status)
    return see_other(leads_to or _address(tenant, number), done, number=number)


def _page(tenant: TenantCode, number: RequestNumber, form: Form, *, status: int = 200) -> Response:
    _say_why(tenant, number)
    which = {"tenant": tenant, "number": number}
    request, me = ask(get_request, which), visitor().token.subject
    entries = ask(list_request_entries, {**which, **asked_page()})
    queued = ask(list_queue, {"number": number})["items"]
    owner = queued[0]["assigned_to"] if queued else None
    page = render_template(
        "back_office/request.html",
        tabs=office_tabs(),
        form=form,
        request_=request,
        **request_words(request, entries["items"]),
        late=bool(queued) and queued[0]["overdue"],
        whose=whose(owner, me) if queued else None,
        pages=page_links(entries, "portal.office_queue_one", **which),
        links=acting_links(request),
        outcomes=outcome_choices(),
        default_outcome=RequestOutcome.FULFILLED.value,
        acts=_acts(request, owner, me),
    )
    return make_response(page, status)


def _acts(request: Mapping[str, Any], owner: str | None, me: str) -> dict[str, bool]:
    is_open = request["state"] != "done" and visitor().may(answer_request)
    return {
        "take": is_open and owner is None,
        "give_back": is_open and owner == me,
        "start": is_open and request["state"] == "sent",
        "answer": is_open,
    }


def _say_why(tenant: TenantCode, number: RequestNumber) -> None:
    """Whoever works on a request looks at the contract for it: that is the reason."""
    say_why(get_request, tenant, gettext("Request %(number)s", number=number))


def _address(tenant: TenantCode, number: RequestNumber) -> str:
    return url_for("portal.office_queue_one", tenant=tenant, number=number)
