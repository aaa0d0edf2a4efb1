"""Mon compte, "My data": taking it along, having it erased, and stopping what others asked."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.gateway import export_account
from contracts.identity import (
    cancel_erasure,
    get_erasure,
    list_own_recoveries,
    object_to_recovery,
    request_erasure,
)
from gateway.i18n import format_instant
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.portal.recovery_words import recovery_kinds, recovery_states
from gateway.portal.refusals import REFUSALS
from gateway.portal.visitors import ask, visitor

_PATH = "/account/data"


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_PATH, "account_data", show, methods=["GET"])
    rule(f"{_PATH}/export", "account_data_export", export, methods=["POST"])
    rule(f"{_PATH}/erase", "account_data_erase", ask_erasure, methods=["GET"])
    rule(f"{_PATH}/erase", "account_data_do_erase", erase, methods=["POST"])
    rule(f"{_PATH}/keep", "account_data_keep", keep, methods=["POST"])
    path = f"{_PATH}/recoveries/<uuid:recovery_id>/object"
    rule(path, "account_data_object", stop_recovery, methods=["POST"])


def show() -> Response:
    return _page(Form())


def export() -> Response:
    """A POST: a link that somebody else made must not have it prepared."""
    form = sent_form()
    try:
        data = ask(export_account)
    except REFUSALS as error:
        return _page(form.refused(error), status=error.status)
    response = make_response(json.dumps(data, ensure_ascii=False, indent=2))
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    name = f"{visitor().session.login}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def ask_erasure() -> Response:
    visitor()  # nothing is asked of a service here, so nothing else leads to the sign-in
    return _erasure_page(Form())


def erase() -> Response:
    form = sent_form()
    try:
        ask(request_erasure, form=form)
    except REFUSALS as error:
        return _erasure_page(form.refused(error), status=error.status)
    return see_other(url_for("portal.account_data"), "erasure-requested")


def keep() -> Response:
    form = sent_form()
    try:
        ask(cancel_erasure, form=form)
    except REFUSALS as error:
        return _page(form.refused(error), status=error.status)
    return see_other(url_for("portal.account_data"), "erasure-cancelled")


def stop_recovery(recovery_id: UUID) -> Response:
    form = sent_form()
    try:
        ask(object_to_recovery, {"recovery_id": str(recovery_id)}, form=form)
    except REFUSALS as error:
        return _page(form.refused(error), status=error.status)
    return see_other(url_for("portal.account_data"), "recovery-stopped")


def _page(form: Form, *, status: int = 200) -> Response:
    erasure = ask(get_erasure)
    open_acts = ask(list_own_recoveries)["items"]
    kinds, states = recovery_kinds(), recovery_states()
    page = render_template(
        "portal/my_data.html",
        form=form,
        erasure=erasure,
        due=format_instant(erasure["due_at"], "long") if erasure["due_at"] else "",
        hindrances=[_in_words(code) for code in erasure["hindrances"]],
        recoveries=[(one, kinds[one["kind"]], states[one["state"]]) for one in open_acts],
    )
    return make_response(page, status)


def _erasure_page(form: Form, *, status: int = 200) -> Response:
    return make_response(render_template("portal/my_data_erase.html", form=form), status)


def _in_words(hindrance: str) -> str:
    code, _, tenant = hindrance.partition(":")
    words: dict[str, Any] = {
        "office-held": gettext("the office you hold in contract %(tenant)s", tenant=tenant),
        "last-user-manager": gettext(
            "the management of the users of contract %(tenant)s", tenant=tenant
        ),
        "second-login-open": gettext(
            "A second login of yours manages all contracts of your organisation: sales end it"
            " first."
        ),
        "staff-member": gettext("your staff role: an operator must dismiss you first"),
    }
    return str(words[code])
