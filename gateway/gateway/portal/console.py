"""The technical console's first pages: its home, and Identity and Access Management."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from contracts.codes import TenantCode
from contracts.declare import Call
from contracts.identity import (
    disable_iam_user,
    enable_iam_user,
    list_iam_users,
    reset_failed_login,
    send_console_welcome_again,
)
from gateway.pages.forms import Form, asked_form, sent_form
from gateway.pages.going import see_other
from gateway.portal.iam import iam_columns, iam_rows
from gateway.portal.lists import asked_page, page_links
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import contract_head
from gateway.portal.visitors import ask, visitor

_CONSOLE = "/console/<tenant:tenant>"
_IAM_USER = f"{_CONSOLE}/iam/<uuid:iam_user_id>"


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_CONSOLE, "console", show_console, methods=["GET"])
    rule(f"{_CONSOLE}/iam", "console_iam", show_iam, methods=["GET"])
    rule(f"{_IAM_USER}/reset-failed-login", "console_reset", reset, methods=["POST"])
    rule(f"{_IAM_USER}/disable", "console_disable", disable, methods=["POST"])
    rule(f"{_IAM_USER}/enable", "console_enable", enable, methods=["POST"])
    rule(f"{_IAM_USER}/welcome", "console_welcome", send_link, methods=["POST"])


def show_console(tenant: TenantCode) -> str:
    return render_template(
        "console/home.html",
        head=contract_head(tenant),
        may_see_iam=visitor().may(list_iam_users, tenant),
    )


def show_iam(tenant: TenantCode) -> Response:
    return _iam_page(tenant, Form())


def reset(tenant: TenantCode, iam_user_id: Any) -> Response:
    return _act(reset_failed_login, tenant, iam_user_id, "failed-login-reset")


def disable(tenant: TenantCode, iam_user_id: Any) -> Response:
    return _act(disable_iam_user, tenant, iam_user_id, "iam-user-disabled")


def enable(tenant: TenantCode, iam_user_id: Any) -> Response:
    return _act(enable_iam_user, tenant, iam_user_id, "iam-user-enabled")


def send_link(tenant: TenantCode, iam_user_id: Any) -> Response:
    return _act(send_console_welcome_again, tenant, iam_user_id, "console-link-sent")


def _act(call: Call, tenant: TenantCode, iam_user_id: Any, done: str) -> Response:
    form = sent_form()
    try:
        ask(call, {"tenant": tenant, "iam_user_id": str(iam_user_id)}, form=form)
    except REFUSALS as error:
        return _iam_page(tenant, form.refused(error), status=error.status)
    return see_other(url_for("portal.console_iam", tenant=tenant), done, name=form.value("name"))


def _iam_page(tenant: TenantCode, form: Form, *, status: int = 200) -> Response:
    asked = asked_form()
    search = asked.value("search").strip() or None
    answer = ask(list_iam_users, {"tenant": tenant, "search": search, **asked_page()})
    who = visitor()
    page = render_template(
        "console/iam.html",
        head=contract_head(tenant),
        form=form,
        asked=asked,
        searched=search,
        columns=iam_columns(with_domain=False),
        rows=iam_rows(
            answer["items"],
            may_reset=who.may(reset_failed_login, tenant),
            may_administer=who.may(disable_iam_user, tenant),
            oneself=str(who.session.person_id),
        ),
        pages=page_links(answer, "portal.console_iam", tenant=tenant, search=search),
    )
    return make_response(page, status)
