"""Mon compte, "Applications": which ones act in my name, and taking that back."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.gateway import list_consents, withdraw_consent
from gateway.oauth.consent_words import scope_words
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.portal.lists import asked_page, page_links
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column
from gateway.portal.visitors import ask

_PATH = "/account/applications"


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_PATH, "account_applications", show_consents, methods=["GET"])
    withdraw = f"{_PATH}/<client_id>/withdraw"
    rule(withdraw, "account_applications_withdraw", withdraw_one, methods=["POST"])


def show_consents() -> Response:
    return _page(Form())


def withdraw_one(client_id: str) -> Response:
    form = sent_form()
    try:
        ask(withdraw_consent, {"client_id": client_id}, form=form)
    except REFUSALS as error:
        return _page(form.refused(error), status=error.status)
    name = form.value("name")
    return see_other(url_for("portal.account_applications"), "consent-withdrawn", name=name)


def _page(form: Form, *, status: int = 200) -> Response:
    answer = ask(list_consents, asked_page())
    page = render_template(
        "portal/account_applications.html",
        form=form,
        columns=[
            Column(gettext("Application")),
            Column(gettext("May do")),
            Column(gettext("Allowed on")),
            Column(gettext("Actions"), "acts"),
        ],
        rows=[(one, scope_words(one["scopes"])) for one in answer["items"]],
        pages=page_links(answer, "portal.account_applications"),
    )
    return make_response(page, status)
