"""Another API password, for who knows the present one: from the API Login page."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext

from contracts.identity import change_api_password
from gateway.pages.forms import Form, filled, secret, sent_form
from gateway.pages.going import see_other, with_patience
from gateway.pages.visit import ask_as_gateway, origin
from servicekit.errors import GuichetError

_PATH = "/password/api"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(_PATH, "api_password", show, methods=["GET"])
    blueprint.add_url_rule(_PATH, "change_api_password", change, methods=["POST"])


def show() -> Response:
    return _page(Form(values=request.args.to_dict()))


def change() -> Response:
    form, new = sent_form(), secret("new_password")
    if new != secret("password_again"):
        again = gettext("The two entries are not the same.")
        return _page(form.faulty({"password_again": again}), status=422)
    named = filled(form.values, ("domain", "identifier"))
    try:
        ask_as_gateway(
            change_api_password,
            {
                "domain": named["domain"] or "",
                "identifier": named["identifier"] or "",
                "current_password": secret("current_password"),
                "new_password": new,
                **origin(),
            },
        )
    except GuichetError as error:
        return with_patience(_page(form.refused(error), status=error.status), error)
    return see_other(url_for("pages.sign_in", method="api", **named), "password-set")


def _page(form: Form, *, status: int = 200) -> Response:
    return make_response(render_template("pages/api_password.html", form=form), status)
