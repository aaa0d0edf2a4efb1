"""The last step of a sign-in with a password that has expired: another one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template
from flask_babel import gettext

from contracts.identity import read_expired_password, replace_expired_password
from gateway.oauth.pending import Pending, Step
from gateway.oauth.proofs import PASSWORD
from gateway.pages.entering import PATHS, expect, satisfy, spare
from gateway.pages.forms import Form, secret, sent_form
from gateway.pages.going import with_patience
from gateway.pages.headers import allow_form_target
from gateway.pages.local_paths import origin_after
from gateway.pages.visit import ask_as_gateway, origin
from gateway.pages.words import password_rules
from servicekit.errors import Conflict, GuichetError

_PATH = PATHS[Step.PASSWORD]
_API = "api"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(_PATH, "new_password", show, methods=["GET"])
    blueprint.add_url_rule(_PATH, "new_password_set", replace, methods=["POST"])


def show() -> Response:
    pending = expect(Step.PASSWORD)
    try:
        return _page(pending, Form())
    except Conflict:  # another tab was faster, or it expires no more
        return satisfy(pending, Step.PASSWORD)


def replace() -> Response:
    pending, form, password = expect(Step.PASSWORD), sent_form(), secret("password")
    if password != secret("password_again"):
        again = gettext("The two entries are not the same.")
        return _page(pending, form.faulty({"password_again": again}), status=422)
    spare(pending)  # the event of this very call ends the other sign-ins, not this one
    asked = {**_whose(pending), "password": password, **origin()}
    try:
        ask_as_gateway(replace_expired_password, asked)
    except Conflict:
        return satisfy(pending, Step.PASSWORD)
    except GuichetError as error:
        response = _page(pending, form.refused(error), status=error.status)
        return with_patience(response, error)
    return satisfy(pending, Step.PASSWORD, amr=(PASSWORD,))


def _whose(pending: Pending) -> dict[str, Any]:
    """Of the door he came by: Web Login takes the portal password, as the portal does."""
    iam_user_id = pending.signed_in["iam_user_id"] if pending.method == _API else None
    return {"person_id": str(pending.person_id), "iam_user_id": iam_user_id}


def _page(pending: Pending, form: Form, *, status: int = 200) -> Response:
    known = ask_as_gateway(read_expired_password, _whose(pending))
    allow_form_target(origin_after(pending.next_path))
    page = render_template(
        "pages/new_password.html",
        form=form,
        user_name=known["user_name"],
        expired_at=known["expired_at"],
        domain=pending.signed_in["tenant"] if pending.method == _API else None,
        rules=password_rules(known["rules"]),
    )
    return make_response(page, status)
