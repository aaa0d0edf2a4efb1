"""One-time links from mails. Opening one changes nothing, however often a mail scanner does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import CredentialKind, Language
from contracts.identity import read_link, set_password_by_link
from gateway.i18n import prefer_language
from gateway.pages.forms import Form, secret, sent_form
from gateway.pages.going import see_other
from gateway.pages.visit import ask_as_gateway, origin
from gateway.pages.words import link_words, password_rules
from servicekit.errors import GuichetError, NotFound


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/links/<token>", "link", open_link, methods=["GET"])
    blueprint.add_url_rule("/links/<token>", "use_link", use_link, methods=["POST"])


def open_link(token: str) -> Response:
    link = _read(token)
    return _link_page(link, Form()) if link else _unusable_page()


def use_link(token: str) -> Response:
    link = _read(token)
    if link is None:
        return _unusable_page()
    form, password = sent_form(), secret("password")
    if password != secret("password_again"):
        again = gettext("The two entries are not the same.")
        return _link_page(link, form.faulty({"password_again": again}), status=422)
    try:
        done = ask_as_gateway(
            set_password_by_link, {"token": token, "password": password, **origin()}
        )
    except NotFound:
        return _unusable_page()
    except GuichetError as error:
        return _link_page(link, form.refused(error), status=error.status)
    return _to_sign_in(done)


def _read(token: str) -> dict[str, Any] | None:
    try:
        link = ask_as_gateway(read_link, {"token": token})
    except NotFound:
        return None
    prefer_language(Language(link["language"]))
    return link


def _to_sign_in(done: dict[str, Any]) -> Response:
    if done["credential"] == CredentialKind.API:
        known = {"domain": done["tenant"], "identifier": done["user_name"]}
        return see_other(url_for("pages.sign_in", method="api", **known), "password-set")
    return see_other(
        url_for("pages.sign_in", method="portal", login=done["user_name"]), "password-set"
    )


def _link_page(link: dict[str, Any], form: Form, *, status: int = 200) -> Response:
    title, about = link_words(link)
    page = render_template(
        "pages/set_password.html",
        title=title,
        about=about,
        link=link,
        rules=password_rules(link["rules"]),
        form=form,
    )
    return make_response(page, status)


def _unusable_page() -> Response:
    return make_response(render_template("pages/link_not_usable.html"), 404)
