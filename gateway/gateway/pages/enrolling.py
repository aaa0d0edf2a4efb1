"""A rule demands a second factor of somebody who has none: he enrols one, then is let in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from contracts.identity import (
    confirm_totp_at_sign_in,
    finish_passkey_at_sign_in,
    start_passkey_at_sign_in,
    start_totp_at_sign_in,
)
from gateway.oauth.pending import Pending, Step
from gateway.pages.entering import PATHS, expect, satisfy, spare
from gateway.pages.factor_words import codes_file, qr_code, spelt
from gateway.pages.forms import Form, secret, sent_form
from gateway.pages.visit import ask_as_gateway
from servicekit.errors import Conflict, GuichetError, Invalid, NotFound

_PATH = PATHS[Step.ENROL]
_REFUSALS = (Conflict, Invalid, NotFound)


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_PATH, "enrol", show, methods=["GET"])
    rule(f"{_PATH}/app", "enrol_app", start_app, methods=["POST"])
    rule(f"{_PATH}/app/code", "enrol_app_confirm", confirm_app, methods=["POST"])
    rule(f"{_PATH}/passkey", "enrol_passkey", start_passkey, methods=["POST"])
    rule(f"{_PATH}/passkey/made", "enrol_passkey_finish", finish_passkey, methods=["POST"])


def show() -> Response:
    expect(Step.ENROL)
    return _choice(Form())


def start_app() -> Response:
    pending = expect(Step.ENROL)
    try:
        started = ask_as_gateway(start_totp_at_sign_in, _whom(pending))
    except _REFUSALS as error:
        return _choice(sent_form().refused(error), error)
    return _app_page(Form(), qr=qr_code(started["uri"]), key=spelt(started["secret"]))


def confirm_app() -> Response:
    pending, form = expect(Step.ENROL), sent_form()
    spare(pending)  # the first factor ends what a password alone has opened, not this
    try:
        done = ask_as_gateway(confirm_totp_at_sign_in, {**_whom(pending), "code": secret("code")})
    except _REFUSALS as error:
        return _app_page(form.refused(error), error)
    return _let_in(pending, done)


def start_passkey() -> Response:
    pending = expect(Step.ENROL)
    try:
        started = ask_as_gateway(start_passkey_at_sign_in, _ceremony(pending))
    except _REFUSALS as error:
        return _choice(sent_form().refused(error), error)
    return _passkey_page(Form(), options=started["options"])


def finish_passkey() -> Response:
    pending, form = expect(Step.ENROL), sent_form()
    made = {"name": form.value("passkey_name"), "passkey": secret("passkey")}
    spare(pending)
    try:
        done = ask_as_gateway(finish_passkey_at_sign_in, {**_ceremony(pending), **made})
    except _REFUSALS as error:
        return _choice(form.refused(error, known={"name": "passkey_name"}), error)
    return _let_in(pending, done)


def _whom(pending: Pending) -> dict[str, Any]:
    return {"person_id": str(pending.person_id)}


def _ceremony(pending: Pending) -> dict[str, Any]:
    return {**_whom(pending), "bound_to": pending.digest.hex()}


def _let_in(pending: Pending, done: dict[str, Any]) -> Response:
    """The session starts with the page that shows the recovery codes, this once."""
    onwards = satisfy(pending, Step.ENROL, amr=done["amr"])
    codes = done["recovery_codes"]
    page = render_template(
        "pages/recovery_codes.html",
        codes=codes,
        codes_file=codes_file(codes),
        onwards=onwards.headers["Location"],
    )
    response = make_response(page)
    for cookie in onwards.headers.getlist("Set-Cookie"):
        response.headers.add("Set-Cookie", cookie)
    return response


def _choice(form: Form, error: GuichetError | None = None) -> Response:
    page = render_template("pages/enrol.html", form=form)
    return make_response(page, error.status if error else 200)


def _app_page(form: Form, error: GuichetError | None = None, **shown: Any) -> Response:
    page = render_template(
        "pages/enrol_app.html",
        form=form,
        confirm_url=url_for("pages.enrol_app_confirm"),
        again_url=url_for("pages.enrol_app"),
        back_url=url_for("pages.enrol"),
        **shown,
    )
    return make_response(page, error.status if error else 200)


def _passkey_page(form: Form, *, options: str) -> Response:
    page = render_template(
        "pages/enrol_passkey.html",
        form=form,
        options=options,
        finish_url=url_for("pages.enrol_passkey_finish"),
        back_url=url_for("pages.enrol"),
    )
    return make_response(page)
