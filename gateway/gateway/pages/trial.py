"""The free trial, for people whom nobody knows yet: a form, a mail, a link that is confirmed.

Everybody is answered alike. Opening the link changes nothing, however often a mail scanner does.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from contracts.codes import Language
from contracts.tenancy import confirm_trial, read_trial_link, request_trial
from gateway.i18n import current_language, prefer_language
from gateway.pages.forms import Form, filled, sent_form
from gateway.pages.going import see_other, with_patience
from gateway.pages.visit import ask_as_gateway, origin
from servicekit.errors import GuichetError, NotFound

_PATH = "/trial"
_TYPED = ("organisation_name", "given_name", "family_name", "email", "mobile")


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_PATH, "trial", show_form, methods=["GET"])
    rule(_PATH, "trial_ask", ask_for_trial, methods=["POST"])
    rule(f"{_PATH}/sent", "trial_sent", tell_sent, methods=["GET"])
    rule(f"{_PATH}/begun", "trial_begun", tell_begun, methods=["GET"])
    rule(f"{_PATH}/<token>", "trial_link", open_link, methods=["GET"])
    rule(f"{_PATH}/<token>", "trial_confirm", confirm, methods=["POST"])


def show_form() -> Response:
    return _form_page(Form())


def ask_for_trial() -> Response:
    form = sent_form()
    typed = {name: value for name, value in filled(form.values, _TYPED).items() if value}
    about = {"language": current_language().value, "address": origin()["address"]}
    try:
        ask_as_gateway(request_trial, {**typed, **about})
    except GuichetError as error:
        return with_patience(_form_page(form.refused(error), status=error.status), error)
    return see_other(url_for("pages.trial_sent"))


def tell_sent() -> Response:
    return make_response(render_template("pages/trial_sent.html"))


def tell_begun() -> Response:
    return make_response(render_template("pages/trial_begun.html"))


def open_link(token: str) -> Response:
    asked = _read(token)
    return _link_page(asked, Form()) if asked else _unusable_page()


def confirm(token: str) -> Response:
    asked = _read(token)
    if asked is None:
        return _unusable_page()
    try:
        ask_as_gateway(confirm_trial, {"token": token})
    except NotFound:
        return _unusable_page()
    except GuichetError as error:
        return _link_page(asked, sent_form().refused(error), status=error.status)
    return see_other(url_for("pages.trial_begun"))


def _read(token: str) -> dict[str, Any] | None:
    try:
        asked = ask_as_gateway(read_trial_link, {"token": token})
    except NotFound:
        return None
    prefer_language(Language(asked["language"]))
    return asked


def _form_page(form: Form, *, status: int = 200) -> Response:
    return make_response(render_template("pages/trial.html", form=form), status)


def _link_page(asked: dict[str, Any], form: Form, *, status: int = 200) -> Response:
    return make_response(render_template("pages/trial_link.html", asked=asked, form=form), status)


def _unusable_page() -> Response:
    return make_response(render_template("pages/trial_link_not_usable.html"), 404)
