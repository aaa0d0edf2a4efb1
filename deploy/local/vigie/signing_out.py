"""Out of Vigie and of Guichet, whichever of the two is asked."""

from __future__ import annotations

import logging
import time

from authlib.integrations.base_client import OAuthError
from flask import Flask, jsonify, redirect, render_template, request, session
from werkzeug.wrappers import Response

from vigie.logout_tokens import RefusedLogoutError
from vigie.pages import is_own_form, refused_page
from vigie.parts import Parts
from vigie.words import current_language

_log = logging.getLogger(__name__)


def register(app: Flask, parts: Parts) -> None:
    settings, guichet = parts.settings, parts.guichet

    @app.post("/sign-out")
    def sign_out() -> Response:
        """RP-initiated logout. The ID token says which session at Guichet is meant: without it
        Guichet would ask the person first.
        """
        if not is_own_form():
            return refused_page("stale", status=403)
        ended = parts.sessions.end(session.pop("who", None))
        if ended is None:
            return redirect("/", 303)
        response: Response = guichet.logout_redirect(
            settings.after_sign_out,
            id_token_hint=ended.tokens["id_token"],
            client_id=settings.client_id,
            ui_locales=current_language(),
        )
        return response

    @app.get("/signed-out")
    def signed_out() -> Response | str:
        try:
            guichet.validate_logout_response()
        except OAuthError:
            return redirect("/", 303)
        return render_template("signed_out.html")

    @app.post("/backchannel-logout")
    def hear_of_sign_out() -> tuple[Response, int]:
        """Guichet says by itself, without a browser, that a session has ended."""
        now = time.time()
        try:
            logout = parts.logout_tokens.accept(request.form.get("logout_token", ""), now=now)
        except RefusedLogoutError as refused:
            _log.warning("logout token refused: %s", refused)
            return jsonify(error="invalid_request"), 400
        parts.sessions.end_told(sub=logout.sub, sid=logout.sid, now=now)
        return jsonify(), 200
