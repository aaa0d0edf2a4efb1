"""Forgotten password, of either credential: the same page whether or not there is such a user."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, url_for

from contracts.codes import CredentialKind
from contracts.identity import request_password_reset
from gateway.pages.forms import Form, filled, sent_form
from gateway.pages.going import see_other, with_patience
from gateway.pages.visit import ask_as_gateway, origin
from gateway.pages.words import forgotten_title
from servicekit.errors import GuichetError

_PATH = "/password/forgotten"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(_PATH, "forgotten", ask, methods=["GET"])
    blueprint.add_url_rule(_PATH, "send_reset", send_reset, methods=["POST"])
    blueprint.add_url_rule(f"{_PATH}/sent", "reset_sent", tell_sent, methods=["GET"])


def ask() -> Response:
    return _page(_credential(request.args.get("credential")), Form(values=request.args.to_dict()))


def send_reset() -> Response:
    form = sent_form()
    credential = _credential(form.value("credential"))
    named = filled(form.values, ("identifier", "domain"))
    try:
        ask_as_gateway(
            request_password_reset,
            {
                "credential": credential.value,
                "identifier": named["identifier"] or "",
                "domain": named["domain"],
                **origin(),
            },
        )
    except GuichetError as error:
        response = _page(credential, form.refused(error), status=error.status)
        return with_patience(response, error)
    return see_other(url_for("pages.reset_sent", credential=credential.value))


def tell_sent() -> Response:
    credential = _credential(request.args.get("credential"))
    page = render_template(
        "pages/reset_sent.html", credential=credential.value, back=_door(credential)
    )
    return make_response(page)


def _credential(given: str | None) -> CredentialKind:
    return CredentialKind.API if given == CredentialKind.API else CredentialKind.PORTAL


def _door(credential: CredentialKind) -> str:
    return url_for("pages.sign_in", method=credential.value)


def _page(credential: CredentialKind, form: Form, *, status: int = 200) -> Response:
    page = render_template(
        "pages/forgotten.html",
        title=forgotten_title(credential),
        asks_domain=credential is CredentialKind.API,
        credential=credential.value,
        back=_door(credential),
        form=form,
    )
    return make_response(page, status)
