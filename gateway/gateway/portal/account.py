"""Mon compte: one's password."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.identity import (
    change_password,
    get_account,
)
from gateway.pages.forms import Form, secret, sent_form
from gateway.pages.going import see_other
from gateway.pages.visit import call_id, origin, parts
from gateway.pages.words import password_rules
from gateway.portal.refusals import REFUSALS
from gateway.portal.visitors import ask, visitor


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule("/account/password", "account_password", show_password, methods=["GET"])
    rule("/account/password", "account_password_set", set_password, methods=["POST"])


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


def _password_page(form: Form, *, status: int = 200) -> Response:
    account = ask(get_account)
    page = render_template(
        "portal/password.html",
        account=account,
        form=form,
        rules=password_rules(account["rules"]),
    )
    return make_response(page, status)
