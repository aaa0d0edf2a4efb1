"""The sign-in pages: everything a person sees before an application knows him."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Flask
from werkzeug.exceptions import HTTPException

from gateway import i18n
from gateway.pages import (
    api_password,
    assets,
    csrf,
    device,
    enrolling,
    entering,
    errors,
    forgotten,
    headers,
    labels,
    languages,
    links,
    new_password,
    passkey_door,
    second_factor,
    sign_in,
    trial,
    words,
)
from gateway.pages.visit import EXTENSION
from servicekit.errors import GuichetError

if TYPE_CHECKING:
    from gateway.parts import Parts


def install(app: Flask, parts: Parts) -> None:
    """Languages, page cookie, security headers, error pages and the sign-in pages."""
    app.extensions[EXTENSION] = parts
    secure = parts.settings.public_url.startswith("https://")
    app.secret_key = parts.vault.key_for("page cookie")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-guichet_page" if secure else "guichet_page",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        GUICHET_SECURE=secure,
        GUICHET_BRAND=parts.settings.brand,
        GUICHET_SESSION_COOKIE=parts.sessions.cookie_name,
    )
    i18n.install(app)
    app.register_error_handler(csrf.StaleForm, errors.stale)
    app.after_request(headers.secure_pages)
    app.after_request(assets.keep_assets)
    app.jinja_env.globals.update(
        asset=assets.asset,
        brand=parts.settings.brand,
        field_label=labels.field_label,
        flashed_sentences=words.flashed_sentences,
        form_token=csrf.form_token,
        here=languages.here,
        other_languages=languages.other_languages,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(sign_in_pages())


def guard(blueprint: Blueprint) -> None:
    """What holds on every page: forms are ours, errors are pages."""
    blueprint.before_request(csrf.refuse_stale_form)
    blueprint.register_error_handler(csrf.StaleForm, errors.stale)
    blueprint.register_error_handler(GuichetError, errors.refusal)
    blueprint.register_error_handler(HTTPException, errors.http_error)
    blueprint.register_error_handler(Exception, errors.crash)


def sign_in_pages() -> Blueprint:
    blueprint = Blueprint("pages", __name__)
    guard(blueprint)
    blueprint.register_error_handler(entering.NotHere, entering.start_again)
    for part in (
        sign_in,
        enrolling,
        second_factor,
        passkey_door,
        new_password,
        links,
        forgotten,
        api_password,
        languages,
        device,
        trial,
    ):
        part.register(blueprint)
    return blueprint
