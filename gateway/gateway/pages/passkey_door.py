"""Signing in to the customer space with a passkey alone, with or without a login."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from contracts.identity import passkey_sign_in, start_passkey_sign_in
from gateway.pages.csrf import browser_secret
from gateway.pages.entering import begin
from gateway.pages.forms import Form, secret, sent_form
from gateway.pages.local_paths import local_path
from gateway.pages.sign_in import DOORS, door_page
from gateway.pages.visit import ask_as_gateway, origin
from servicekit.errors import GuichetError

_PATH = "/sign-in/passkey"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(_PATH, "passkey_enter", enter, methods=["POST"])
    blueprint.add_url_rule(f"{_PATH}/challenge", "passkey_options", options, methods=["POST"])


def options() -> Response:
    """For the script of the page. A login nobody bears is answered like any other."""
    asked = {"login": sent_form().value("login").strip() or None, "bound_to": browser_secret()}
    return jsonify(ask_as_gateway(start_passkey_sign_in, asked))


def enter() -> Response:
    form = sent_form()
    next_path = local_path(form.value("next"))
    shown = {"passkey": secret("passkey"), "bound_to": browser_secret()}
    try:
        signed_in = ask_as_gateway(passkey_sign_in, {**shown, **origin()})
    except GuichetError as error:
        return door_page(DOORS["portal"], _without_fields(form, error), next_path, error)
    return begin(method="portal", signed_in=signed_in, next_path=next_path, amr=signed_in["amr"])


def _without_fields(form: Form, error: GuichetError) -> Form:
    """The page has no field for what the browser sent: what is wrong with it is said above."""
    return Form(values=form.values).refused(type(error)(error.code))
