"""The three ways in: portal login, Web Login and API Login; and the way out."""

from __future__ import annotations

from dataclasses import dataclass

from flask import (
    Blueprint,
    Response,
    make_response,
    render_template,
    request,
    url_for,
)

from contracts.declare import Call
from contracts.identity import api_sign_in, sign_in, web_sign_in
from gateway.pages.csrf import renew_form_secret
from gateway.pages.entering import begin
from gateway.pages.forms import Form, secret, sent_form
from gateway.pages.going import see_other, with_patience
from gateway.pages.headers import allow_form_target
from gateway.pages.local_paths import local_path, origin_after
from gateway.pages.visit import ask_as_gateway, browser_session, origin, parts
from servicekit.errors import GuichetError


@dataclass(frozen=True, slots=True)
class Door:
    method: str
    call: Call
    fields: tuple[str, ...]

    @property
    def template(self) -> str:
        return f"pages/sign_in_{self.method}.html"


DOORS = {
    door.method: door
    for door in (
        Door("portal", sign_in, ("login",)),
        Door("web", web_sign_in, ("user_name", "domain")),
        Door("api", api_sign_in, ("domain", "identifier")),
    )
}


def register(blueprint: Blueprint) -> None:
    for path, method in (("/sign-in", "portal"), ("/sign-in/web", "web"), ("/sign-in/api", "api")):
        defaults = {"method": method}
        blueprint.add_url_rule(path, "sign_in", show_door, methods=["GET"], defaults=defaults)
        blueprint.add_url_rule(path, "enter", enter, methods=["POST"], defaults=defaults)
    blueprint.add_url_rule("/sign-out", "sign_out", leave, methods=["POST"])


def show_door(method: str) -> Response:
    door = DOORS[method]
    known = {name: request.args[name] for name in door.fields if name in request.args}
    return door_page(door, Form(values=known), local_path(request.args.get("next")))


def enter(method: str) -> Response:
    door, form = DOORS[method], sent_form()
    next_path = local_path(form.value("next"))
    credentials = {name: form.value(name) for name in door.fields}
    try:
        signed_in = ask_as_gateway(
            door.call, {**credentials, "password": secret("password"), **origin()}
        )
    except GuichetError as error:
        return door_page(door, form.refused(error), next_path, error)
    return begin(method=door.method, signed_in=signed_in, next_path=next_path)


def leave() -> Response:
    response = see_other(url_for("pages.sign_in"), "signed-out")
    parts().sessions.end(response, request)
    renew_form_secret()
    return response


def door_page(
    door: Door, form: Form, next_path: str | None, error: GuichetError | None = None
) -> Response:
    allow_form_target(origin_after(next_path))
    page = render_template(door.template, form=form, next_path=next_path, session=browser_session())
    return with_patience(make_response(page, error.status if error else 200), error)
