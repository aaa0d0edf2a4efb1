"""The technical console's first pages: its home, and Identity and Access Management."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from contracts.codes import TenantCode
from contracts.identity import list_iam_users, reset_failed_login
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.portal.iam import iam_columns, iam_rows
from gateway.portal.lists import asked_page, page_links
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import contract_head
from gateway.portal.visitors import ask, visitor

_CONSOLE = "/console/<tenant:tenant>"
_RESET = f"{_CONSOLE}/iam/<uuid:iam_user_id>/reset-failed-login"


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_CONSOLE, "console", show_console, methods=["GET"])
    rule(f"{_CONSOLE}/iam", "console_iam", show_iam, methods=["GET"])
    rule(_RESET, "console_reset", reset, methods=["POST"])


def show_console(tenant: TenantCode) -> str:
    return render_template(
        "console/home.html",
        head=contract_head(tenant),
        may_see_iam=visitor().may(list_iam_users, tenant),
    )


def show_iam(tenant: TenantCode) -> Response:
    return _iam_page(tenant, Form())


def reset(tenant: TenantCode, iam_user_id: Any) -> Response:
    form = sent_form()
    try:
        user = ask(
            reset_failed_login, {"tenant": tenant, "iam_user_id": str(iam_user_id)}, form=form
        )
    except REFUSALS as error:
        return _iam_page(tenant, form.refused(error), status=error.status)
    return see_other(
        url_for("portal.console_iam", tenant=tenant), "failed-login-reset", name=user["user_name"]
    )


def _iam_page(tenant: TenantCode, form: Form, *, status: int = 200) -> Response:
    answer = ask(list_iam_users, {"tenant": tenant, **asked_page()})
    may_reset = visitor().may(reset_failed_login, tenant)
    page = render_template(
        "console/iam.html",
        head=contract_head(tenant),
        form=form,
        columns=iam_columns(with_domain=False),
        rows=iam_rows(answer["items"], may_reset=may_reset),
        pages=page_links(answer, "portal.console_iam", tenant=tenant),
    )
    return make_response(page, status)
