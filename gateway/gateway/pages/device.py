"""Allowing a device that has no browser (RFC 8628, section 3.3).

Somebody may send a stranger the code of his own device: so the person signs in first, is shown
who asks for what from where, and says yes by hand; what the link brings is only typed in for him.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, url_for

from gateway.oauth.consent_words import scope_words
from gateway.oauth.devices import DEVICE, Devices, shown_code
from gateway.oauth.sessions import Session
from gateway.oauth.ways_in import opened_scope
from gateway.pages.forms import Form, asked_form, sent_form
from gateway.pages.going import see_other
from gateway.pages.visit import browser_session, parts
from gateway.store.device_requests import Decision, DeviceRow
from servicekit.errors import Forbidden, GuichetError

_CODE = "user_code"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(DEVICE, "device", ask, methods=["GET"])
    blueprint.add_url_rule(DEVICE, "show_device", show, methods=["POST"])
    blueprint.add_url_rule(f"{DEVICE}/decision", "decide_device", decide, methods=["POST"])
    blueprint.add_url_rule(f"{DEVICE}/done", "device_done", tell_done, methods=["GET"])


def ask() -> Response:
    form = asked_form()
    return _code_page(form) if browser_session() else _sign_in_first(form)


def show() -> Response:
    """Looking changes nothing but the count of wrong codes."""
    session, form = browser_session(), sent_form()
    if session is None:
        return _sign_in_first(form)
    try:
        device = _devices().find(form.value(_CODE), person_id=session.person_id)
    except GuichetError as error:
        return _code_page(form.refused(error), error=error)
    return _confirm_page(device, session)


def decide() -> Response:
    session, form = browser_session(), sent_form()
    if session is None:
        return _sign_in_first(form)
    allowed = form.value("decision") == "allow"
    try:
        device = _devices().find(form.value(_CODE), person_id=session.person_id)
        decision = Decision.ALLOWED if allowed else Decision.DENIED
        _devices().decide(device, decision, scope=_scope(device, session), session=session)
    except GuichetError as error:
        return _code_page(form.refused(error), error=error)
    return see_other(url_for("pages.device_done"), "device-allowed" if allowed else "device-denied")


def tell_done() -> Response:
    return make_response(render_template("pages/device_done.html"))


def _devices() -> Devices:
    return parts().server.devices


def _sign_in_first(form: Form) -> Response:
    back = url_for("pages.device", user_code=form.value(_CODE) or None)
    return see_other(url_for("pages.sign_in", next=back))


def _scope(device: DeviceRow, session: Session) -> str:
    """What this way in opens of it. Raises Forbidden where that is nothing."""
    scope = opened_scope(" ".join(device.scopes), method=session.method)
    if not scope:
        raise Forbidden("scope-missing", {"scope": " ".join(device.scopes)})
    return scope


def _code_page(form: Form, *, error: GuichetError | None = None) -> Response:
    page = render_template("pages/device.html", form=form, session=browser_session())
    response = make_response(page, error.status if error else 200)
    retry_after = error.details.get("retry_after") if error else None
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _confirm_page(device: DeviceRow, session: Session) -> Response:
    client = parts().clients.find(device.client_id)
    page = render_template(
        "pages/device_confirm.html",
        client=client.row.name if client else device.client_id,
        code=shown_code(device.user_code),
        address=device.address,
        asked_at=device.created_at,
        login=session.login,
        wishes=scope_words(_scope(device, session).split()),
    )
    return make_response(page)
