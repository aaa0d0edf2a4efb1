"""Why staff look at a customer's contract, or at somebody's file: asked once, shown meanwhile."""

from __future__ import annotations

import re

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext

from contracts.codes import TENANT_CODE
from gateway.api.circumstances import LONGEST_REASON, fit_reason
from gateway.pages.csrf import FIELD
from gateway.pages.forms import SECRET_FIELDS, Form, sent_form
from gateway.pages.going import see_other
from gateway.pages.languages import here
from gateway.pages.local_paths import local_path
from gateway.pages.visit import parts
from gateway.portal.visitors import ReasonNeeded, keep_reason, visitor
from servicekit.errors import Forbidden, NotFound

_ONE = re.compile(r"(person|recovery):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule("/back-office/reason", "office_reason", show_reason, methods=["GET"])
    rule("/back-office/reason", "office_give_reason", give_reason, methods=["POST"])
    rule("/back-office/reason/end", "office_end_reason", end_reason, methods=["POST"])
    blueprint.register_error_handler(ReasonNeeded, _ask_for_reason)


def show_reason() -> Response:
    about, back = _about(request.args.get("about", "")), local_path(request.args.get("next"))
    return _page(Form(), about=about, back=back)


def give_reason() -> Response:
    form = sent_form()
    about, back = _about(form.value("about")), local_path(form.value("next"))
    reason = form.value("reason").strip()
    if not fit_reason(reason):
        fault = gettext("Say why, in one line of at most %(most)s signs.", most=LONGEST_REASON)
        return _page(form.faulty({"reason": fault}), about=about, back=back, status=422)
    keep_reason(about, reason)
    return see_other(back or url_for("portal.office"))


def end_reason() -> Response:
    about = _about(sent_form().value("about"))
    parts().given_reasons.end(visitor().session.session_id, about)
    return see_other(url_for("portal.office"), "reason-ended", about=shown_about(about))


def shown_about(about: str) -> str:
    kinds = {"person": gettext("a person's file"), "recovery": gettext("a recovery act")}
    return kinds.get(about.partition(":")[0], about)


def _ask_for_reason(error: Exception) -> Response:
    """A page is come back to; what a form held is sent again with the reason."""
    assert isinstance(error, ReasonNeeded)
    if request.method == "GET":
        return see_other(url_for("portal.office_reason", about=error.about, next=here()))
    return _page(Form(), about=error.about, back=None, kept=_kept(), status=422)


def _kept() -> list[tuple[str, str]]:
    unkept = {FIELD, "reason", *SECRET_FIELDS}
    return [
        (name, value)
        for name in request.form
        if name not in unkept
        for value in request.form.getlist(name)
    ]


def _about(text: str) -> str:
    """Of staff only, and about something that there can be."""
    if not visitor().is_staff:
        raise Forbidden("staff-only")
    if TENANT_CODE.fullmatch(text) or _ONE.fullmatch(text):
        return text
    raise NotFound("reason-about-unknown")


def _page(
    form: Form,
    *,
    about: str,
    back: str | None,
    kept: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    page = render_template(
        "back_office/reason.html",
        form=form,
        about=about,
        shown=shown_about(about),
        back=back or "",
        kept=kept,
        longest=LONGEST_REASON,
    )
    return make_response(page, status)
