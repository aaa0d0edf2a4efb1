"""Prove again who you are, then go on where you were, with what you had typed."""

from __future__ import annotations

from uuid import UUID

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext

from contracts.codes import FactorKind
from contracts.identity import (
    list_factor_kinds,
    prove_password,
    prove_second_factor,
    start_second_factor_passkey,
)
from gateway.oauth.proofs import PASSWORD
from gateway.pages.csrf import FIELD
from gateway.pages.factor_words import kind_of
from gateway.pages.forms import SECRET_FIELDS, Form, secret, sent_form
from gateway.pages.going import see_other
from gateway.pages.languages import here
from gateway.pages.local_paths import local_path
from gateway.pages.visit import ask_as_gateway, asked_at, origin, parts
from gateway.pages.words import secret_labels
from gateway.portal.kept_words import told_back
from gateway.portal.visitors import StepUpNeeded, visitor
from servicekit.errors import Forbidden, NotFound, TooMany, Unauthenticated

KEPT_FIELD = "kept_form"
_PATH = "/account/step-up"
_API = "api"
# Serve once, or are nobody's to keep.
_NEVER_KEPT = (FIELD, KEPT_FIELD, "code", "passkey", *SECRET_FIELDS)
_REFUSALS = (Forbidden, Unauthenticated, TooMany)


def register(blueprint: Blueprint) -> None:
    blueprint.register_error_handler(StepUpNeeded, ask_for_proof)
    blueprint.before_request(forget_form_sent_again)
    rule = blueprint.add_url_rule
    rule(_PATH, "step_up", show, methods=["GET"])
    rule(_PATH, "step_up_prove", prove, methods=["POST"])
    rule(f"{_PATH}/passkey", "step_up_passkey", options, methods=["POST"])
    rule(f"{_PATH}/forms/<uuid:form_id>", "step_up_form", show_form, methods=["GET"])


def ask_for_proof(error: Exception) -> Response:
    """A page is come back to; a form is kept, and shown filled in afterwards."""
    if request.method == "GET":
        return see_other(url_for("portal.step_up", next=here()))
    form_id = parts().kept_forms.keep(
        visitor().session.session_id,
        path=here(),
        fields=[
            (name, value)
            for name in request.form
            if name not in _NEVER_KEPT
            for value in request.form.getlist(name)
        ],
        secrets=[name for name in SECRET_FIELDS if name in request.form],
    )
    next_path = url_for("portal.step_up_form", form_id=form_id)
    return see_other(url_for("portal.step_up", next=next_path))


def forget_form_sent_again() -> None:
    """A kept form serves once: what is sent now is kept anew where it must be."""
    if request.method != "POST" or KEPT_FIELD not in request.form:
        return
    try:
        form_id = UUID(request.form[KEPT_FIELD])
    except ValueError:
        return
    parts().kept_forms.forget(visitor().session.session_id, form_id)


def show() -> Response:
    return _page(Form(), next_path=local_path(request.args.get("next")))


def prove() -> Response:
    form = sent_form()
    next_path = local_path(form.value("next"))
    who = visitor()
    try:
        amr = _proved()
    except _REFUSALS as error:
        return _page(form.refused(error), next_path=next_path, status=error.status)
    response = see_other(next_path or url_for("portal.home"))
    parts().sessions.prove(response, who.session, amr=amr, proved_at=asked_at())
    return response


def options() -> Response:
    """For the script of the page: a challenge for one of his passkeys."""
    return jsonify(ask_as_gateway(start_second_factor_passkey, _ceremony()))


def show_form(form_id: UUID) -> Response:
    """What was typed, to be looked at and sent: nothing is done by coming here."""
    kept = parts().kept_forms.read(visitor().session.session_id, form_id)
    if kept is None:
        raise NotFound("form-gone")
    labels = secret_labels()
    page = render_template(
        "portal/step_up_form.html",
        action=kept.path,
        kept=[*kept.fields, (KEPT_FIELD, str(form_id))],
        shown=told_back(kept.fields),
        secrets=[(name, labels[name]) for name in kept.secrets],
        form=Form(),
    )
    return make_response(page, 200)


def _proved() -> tuple[str, ...]:
    """By the second factor where there is one, else by the password of the way in."""
    kinds = _kinds()
    return _by_factor(kinds) if kinds else _by_password()


def _by_password() -> tuple[str, ...]:
    session = visitor().session
    iam_user = session.iam_user_id if session.method == _API else None
    asked = {
        "person_id": str(session.person_id),
        "iam_user_id": str(iam_user) if iam_user else None,
        "password": secret("password"),
    }
    ask_as_gateway(prove_password, {**asked, **origin()})
    return (PASSWORD,)


def _by_factor(kinds: list[str]) -> tuple[str, ...]:
    code, passkey = secret("code"), secret("passkey")
    kind = FactorKind.PASSKEY if passkey else kind_of(code, kinds)
    shown = {"kind": kind.value, "code": code or None, "passkey": passkey or None}
    answer = ask_as_gateway(prove_second_factor, {**_ceremony(), **shown, **origin()})
    return tuple(answer["amr"])


def _ceremony() -> dict[str, str]:
    """What is begun in one session is ended in no other."""
    session = visitor().session
    return {"person_id": str(session.person_id), "bound_to": str(session.session_id)}


def _kinds() -> list[str]:
    answer = ask_as_gateway(list_factor_kinds, {"person_id": str(visitor().session.person_id)})
    return list(answer["factors"])


def _page(form: Form, *, next_path: str | None, status: int = 200) -> Response:
    session, kinds = visitor().session, _kinds()
    page = render_template(
        "portal/step_up.html",
        form=form,
        next_path=next_path or "",
        by_code=bool(kinds),
        by_passkey=FactorKind.PASSKEY in kinds,
        password_label=gettext("API password") if session.method == _API else gettext("Password"),
    )
    return make_response(page, status)
