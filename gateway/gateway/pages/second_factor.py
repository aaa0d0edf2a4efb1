"""The second step of a sign-in: a code, or a passkey."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, url_for

from contracts.codes import FactorKind
from contracts.identity import prove_second_factor, start_second_factor_passkey
from gateway.oauth.pending import Pending, Step
from gateway.pages.entering import PATHS, expect, satisfy
from gateway.pages.factor_words import kind_of
from gateway.pages.forms import Form, secret, sent_form
from gateway.pages.going import with_patience
from gateway.pages.headers import allow_form_target
from gateway.pages.local_paths import origin_after
from gateway.pages.visit import ask_as_gateway, origin
from servicekit.errors import GuichetError

_PATH = PATHS[Step.SECOND_FACTOR]


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_PATH, "second_factor", show, methods=["GET"])
    rule(_PATH, "second_factor_prove", prove, methods=["POST"])
    rule(f"{_PATH}/passkey", "second_factor_passkey", options, methods=["POST"])


def show() -> Response:
    return _page(expect(Step.SECOND_FACTOR), Form())


def prove() -> Response:
    pending, form = expect(Step.SECOND_FACTOR), sent_form()
    try:
        proved = ask_as_gateway(prove_second_factor, _shown(pending))
    except GuichetError as error:
        return _page(pending, form.refused(error), error=error)
    return satisfy(pending, Step.SECOND_FACTOR, amr=proved["amr"])


def options() -> Response:
    """For the script of the page: a challenge for one of his passkeys."""
    pending = expect(Step.SECOND_FACTOR)
    asked = {"person_id": str(pending.person_id), "bound_to": pending.digest.hex()}
    return jsonify(ask_as_gateway(start_second_factor_passkey, asked))


def _shown(pending: Pending) -> dict[str, Any]:
    code, passkey = secret("code"), secret("passkey")
    kinds = pending.signed_in["factors"]
    kind = FactorKind.PASSKEY if passkey else kind_of(code, kinds)
    return {
        "person_id": str(pending.person_id),
        "kind": kind.value,
        "code": code or None,
        "passkey": passkey or None,
        "bound_to": pending.digest.hex(),
        **origin(),
    }


def _page(pending: Pending, form: Form, *, error: GuichetError | None = None) -> Response:
    allow_form_target(origin_after(pending.next_path))
    kinds = pending.signed_in["factors"]
    page = render_template(
        "pages/second_factor.html",
        form=form,
        by_app=FactorKind.TOTP in kinds,
        by_passkey=FactorKind.PASSKEY in kinds,
        options_url=url_for("pages.second_factor_passkey"),
    )
    return with_patience(make_response(page, error.status if error else 200), error)
