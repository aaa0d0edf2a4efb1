"""Mon compte: one's data, language, password, and the state of one's API logins."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import Language
from contracts.identity import (
    change_account,
    change_password,
    get_account,
    reset_own_failed_login,
)
from gateway.i18n import remember_language
from gateway.pages.forms import Form, secret, sent_form
from gateway.pages.going import see_other
from gateway.pages.visit import call_id, origin, parts
from gateway.pages.words import password_rules
from gateway.portal.iam import iam_columns, iam_rows
from gateway.portal.refusals import REFUSALS
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import language_names


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule("/account", "account", show_account, methods=["GET"])
    rule("/account/language", "account_language", change_language, methods=["POST"])
    rule("/account/password", "account_password", show_password, methods=["GET"])
    rule("/account/password", "account_password_set", set_password, methods=["POST"])
    reset = "/account/iam-users/<uuid:iam_user_id>/reset-failed-login"
    rule(reset, "account_reset", reset_failed_login, methods=["POST"])


def show_account() -> Response:
    return _account_page(Form())


def change_language() -> Response:
    form = sent_form()
    try:
        account = ask(change_account, {"language": form.value("language")}, form=form)
    except REFUSALS as error:
        return _account_page(form.refused(error), status=error.status)
    response = see_other(url_for("portal.account"), "account-changed")
    remember_language(response, Language(account["language"]))
    return response


def show_password() -> Response:
    return _password_page(Form())


def set_password() -> Response:
    form, new = sent_form(), secret("new_password")
    if new != secret("password_again"):
        again = gettext("The two entries are not the same.")
        return _password_page(form.faulty({"password_again": again}), status=422)
    # The event of this very call ends the other sessions, not this one.
    parts().sessions.spare(visitor().session.session_id, call_id=call_id())
    asked = {"current_password": secret("current_password"), "new_password": new, **origin()}
    try:
        ask(change_password, asked, form=form)
    except REFUSALS as error:
        return _password_page(form.refused(error), status=error.status)
    return see_other(url_for("portal.account"), "password-changed")


def reset_failed_login(iam_user_id: Any) -> Response:
    form = sent_form()
    try:
        user = ask(reset_own_failed_login, {"iam_user_id": str(iam_user_id)}, form=form)
    except REFUSALS as error:
        return _account_page(form.refused(error), status=error.status)
    return see_other(url_for("portal.account"), "failed-login-reset", name=user["user_name"])


def _account_page(form: Form, *, status: int = 200) -> Response:
    account = ask(get_account)
    page = render_template(
        "portal/account.html",
        account=account,
        form=form,
        languages=language_names(),
        columns=iam_columns(with_domain=True),
        rows=iam_rows(account["iam_users"], may_reset=True),
    )
    return make_response(page, status)


def _password_page(form: Form, *, status: int = 200) -> Response:
    account = ask(get_account)
    page = render_template(
        "portal/password.html",
        account=account,
        form=form,
        rules=password_rules(account["rules"]),
    )
    return make_response(page, status)
