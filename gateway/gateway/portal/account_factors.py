"""Mon compte, second factors: authenticator application, passkeys, recovery codes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request, url_for

from contracts.identity import (
    confirm_totp,
    finish_passkey,
    get_factors,
    remove_passkey,
    remove_totp,
    rename_passkey,
    renew_recovery_codes,
    start_passkey,
    start_totp,
)
from gateway.pages.factor_words import codes_file, qr_code, spelt
from gateway.pages.forms import Form, secret, sent_form
from gateway.pages.going import see_other
from gateway.pages.languages import here
from gateway.pages.visit import parts
from gateway.portal.refusals import REFUSALS
from gateway.portal.visitors import SecondFactorNeeded, ask, visitor
from servicekit.errors import GuichetError, NotFound

_PATH = "/account/second-factors"


def register(blueprint: Blueprint) -> None:
    blueprint.register_error_handler(SecondFactorNeeded, ask_for_factor)
    rule = blueprint.add_url_rule
    rule(_PATH, "account_factors", show, methods=["GET"])
    rule(f"{_PATH}/app", "account_factors_app", start_app, methods=["POST"])
    rule(f"{_PATH}/app/code", "account_factors_app_confirm", confirm_app, methods=["POST"])
    rule(f"{_PATH}/app/remove", "account_factors_app_remove", remove_app, methods=["POST"])
    rule(f"{_PATH}/passkeys", "account_factors_passkey", start, methods=["POST"])
    rule(f"{_PATH}/passkeys/made", "account_factors_passkey_finish", finish, methods=["POST"])
    one = f"{_PATH}/passkeys/<uuid:passkey_id>"
    rule(one, "account_factors_one", show_passkey, methods=["GET"])
    rule(one, "account_factors_rename", rename, methods=["POST"])
    rule(f"{one}/remove", "account_factors_remove", remove, methods=["POST"])
    rule(f"{_PATH}/codes", "account_factors_codes", renew_codes, methods=["POST"])


def show() -> Response:
    return _page(Form())


# --- authenticator application --------------------------------------------------------------------


def start_app() -> Response:
    """The key is shown in this answer and nowhere else: not in an address, not in a session."""
    try:
        started = ask(start_totp)
    except REFUSALS as error:
        return _page(sent_form().refused(error), error)
    return _app_page(Form(), qr=qr_code(started["uri"]), key=spelt(started["secret"]))


def confirm_app() -> Response:
    form = sent_form()
    try:
        done = ask(confirm_totp, {"code": secret("code")})
    except REFUSALS as error:
        return _app_page(form.refused(error), error)
    return _enrolled(done, "factor-app-added")


def remove_app() -> Response:
    form = sent_form()
    try:
        ask(remove_totp, form=form)
    except REFUSALS as error:
        return _page(form.refused(error), error)
    return see_other(url_for("portal.account_factors"), "factor-app-removed")


# --- passkeys -------------------------------------------------------------------------------------


def start() -> Response:
    try:
        started = ask(start_passkey)
    except REFUSALS as error:
        return _page(sent_form().refused(error), error)
    page = render_template(
        "portal/factors_passkey_new.html",
        form=Form(),
        options=started["options"],
        finish_url=url_for("portal.account_factors_passkey_finish"),
        back_url=url_for("portal.account_factors"),
    )
    return make_response(page)


def finish() -> Response:
    form = sent_form()
    made = {"name": form.value("passkey_name"), "passkey": secret("passkey")}
    try:
        done = ask(finish_passkey, made)
    except REFUSALS as error:
        return _page(form.refused(error, known={"name": "passkey_name"}), error)
    return _enrolled(done, "passkey-added")


def show_passkey(passkey_id: UUID) -> Response:
    return _passkey_page(passkey_id, Form())


def rename(passkey_id: UUID) -> Response:
    form = sent_form()
    asked = {"passkey_id": str(passkey_id), "name": form.value("passkey_name")}
    try:
        ask(rename_passkey, asked, form=form)
    except REFUSALS as error:
        refused = form.refused(error, known={"name": "passkey_name"})
        return _passkey_page(passkey_id, refused, error)
    return see_other(url_for("portal.account_factors"), "passkey-renamed")


def remove(passkey_id: UUID) -> Response:
    form = sent_form()
    try:
        ask(remove_passkey, {"passkey_id": str(passkey_id)}, form=form)
    except REFUSALS as error:
        return _passkey_page(passkey_id, form.refused(error), error)
    return see_other(url_for("portal.account_factors"), "passkey-removed")


# --- recovery codes -------------------------------------------------------------------------------


def renew_codes() -> Response:
    try:
        renewed = ask(renew_recovery_codes)
    except REFUSALS as error:
        return _page(sent_form().refused(error), error)
    return _codes_page(renewed["recovery_codes"])


# --- pages ----------------------------------------------------------------------------------------


def ask_for_factor(error: Exception) -> Response:
    """His rights count for nothing in this session: what to do about it."""
    known = ask(get_factors)
    page = render_template(
        "portal/second_factor_needed.html",
        has_factor=known["totp"] is not None or bool(known["passkeys"]),
        prove_url=url_for("portal.step_up", next=here() if request.method == "GET" else None),
    )
    return make_response(page, 403)


def _enrolled(done: dict[str, Any], word: str) -> Response:
    """Who has just used the factor has proved it, for this session too."""
    codes = done["recovery_codes"]
    shown = _codes_page(codes) if codes else None
    response = shown or see_other(url_for("portal.account_factors"), word)
    amr: Collection[str] = done["amr"]
    parts().sessions.prove(response, visitor().session, amr=amr)
    return response


def _codes_page(codes: list[str]) -> Response:
    page = render_template("portal/factors_codes.html", codes=codes, codes_file=codes_file(codes))
    return make_response(page)


def _page(form: Form, error: GuichetError | None = None) -> Response:
    page = render_template("portal/factors.html", form=form, factors=ask(get_factors))
    return make_response(page, error.status if error else 200)


def _app_page(form: Form, error: GuichetError | None = None, **shown: Any) -> Response:
    page = render_template(
        "portal/factors_app.html",
        form=form,
        confirm_url=url_for("portal.account_factors_app_confirm"),
        again_url=url_for("portal.account_factors_app"),
        back_url=url_for("portal.account_factors"),
        **shown,
    )
    return make_response(page, error.status if error else 200)


def _passkey_page(passkey_id: UUID, form: Form, error: GuichetError | None = None) -> Response:
    known = ask(get_factors)["passkeys"]
    passkey = next((one for one in known if one["passkey_id"] == str(passkey_id)), None)
    if passkey is None:
        raise NotFound("passkey-unknown")
    page = render_template("portal/factors_passkey.html", form=form, passkey=passkey)
    return make_response(page, error.status if error else 200)
