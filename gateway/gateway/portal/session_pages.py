"""Mon compte, "Sessions and sign-ins": where I am signed in, ending it, and who tried to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext

from contracts.gateway import end_all_sessions, end_other_sessions, end_session, list_sessions
from contracts.identity import list_sign_ins
from gateway.device_words import device_of
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.portal.lists import asked_page, page_links
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column
from gateway.portal.visitors import ask
from gateway.portal.words import sign_in_outcomes, ways_in
from servicekit.errors import Unavailable

_PATH = "/account/sessions"
_PAST = 20


@dataclass(frozen=True, slots=True)
class SessionRow:
    session: dict[str, Any]
    device: str
    way_in: str
    applications: str


@dataclass(frozen=True, slots=True)
class PastRow:
    """``outcome``: words and chip kind."""

    past: dict[str, Any]
    device: str
    way_in: str
    outcome: tuple[str, str]


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_PATH, "account_sessions", show_sessions, methods=["GET"])
    rule(f"{_PATH}/<uuid:session_id>/end", "account_sessions_end", end_one, methods=["POST"])
    rule(f"{_PATH}/end-others", "account_sessions_end_others", end_others, methods=["POST"])
    rule(f"{_PATH}/end-all", "account_sessions_end_all", end_all, methods=["POST"])


def show_sessions() -> Response:
    return _page(Form())


def end_one(session_id: UUID) -> Response:
    form = sent_form()
    try:
        ask(end_session, {"session_id": str(session_id)}, form=form)
    except REFUSALS as error:
        return _page(form.refused(error), status=error.status)
    return see_other(url_for("portal.account_sessions"), "session-ended")


def end_others() -> Response:
    form = sent_form()
    try:
        ask(end_other_sessions, form=form)
    except REFUSALS as error:
        return _page(form.refused(error), status=error.status)
    return see_other(url_for("portal.account_sessions"), "other-sessions-ended")


def end_all() -> Response:
    """This one as well: the next page is the sign-in."""
    form = sent_form()
    try:
        ask(end_all_sessions, form=form)
    except REFUSALS as error:
        return _page(form.refused(error), status=error.status)
    return see_other(url_for("pages.sign_in"), "all-sessions-ended")


def _page(form: Form, *, status: int = 200) -> Response:
    answer = ask(list_sessions, asked_page())
    past = _past()
    page = render_template(
        "portal/sessions.html",
        form=form,
        columns=_columns(),
        rows=[_session_row(session) for session in answer["items"]],
        others=any(not session["current"] for session in answer["items"]),
        pages=page_links(answer, "portal.account_sessions"),
        silent=past is None,
        past_columns=_past_columns(),
        past_rows=[_past_row(one) for one in (past or {}).get("items", [])],
        past_pages=_past_pages(past or {}),
    )
    return make_response(page, status)


def _past() -> dict[str, Any] | None:
    """None where identity does not answer: sessions can be ended all the same."""
    asked = {"limit": _PAST, "cursor": request.args.get("past") or None}
    try:
        return ask(list_sign_ins, asked)
    except Unavailable:
        return None


def _past_pages(past: dict[str, Any]) -> dict[str, str | None]:
    later = past.get("next_cursor")
    here = "portal.account_sessions"
    return {
        "first": url_for(here) if request.args.get("past") else None,
        "next": url_for(here, past=later) if later else None,
    }


def _session_row(session: dict[str, Any]) -> SessionRow:
    return SessionRow(
        session=session,
        device=_device(session["browser"], session["system"]),
        way_in=_way_in(session),
        applications=", ".join(session["applications"]) or "–",
    )


def _past_row(past: dict[str, Any]) -> PastRow:
    device = device_of(past["device"])
    words = sign_in_outcomes().get(past["outcome"], (past["outcome"], "plain"))
    return PastRow(past, _device(device.browser, device.system), _way_in(past), words)


def _device(browser: str | None, system: str | None) -> str:
    if browser and system:
        return gettext("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or gettext("Unknown device")


def _way_in(item: dict[str, Any]) -> str:
    name = ways_in().get(item["method"], item["method"])
    return f"{name} · {item['tenant']}" if item["tenant"] else name


def _columns() -> list[Column]:
    return [
        Column(gettext("Device")),
        Column(gettext("Way in")),
        Column(gettext("Address")),
        Column(gettext("Signed in")),
        Column(gettext("Last seen")),
        Column(gettext("Applications")),
        Column(gettext("Actions"), "acts"),
    ]


def _past_columns() -> list[Column]:
    return [
        Column(gettext("When")),
        Column(gettext("What happened")),
        Column(gettext("Way in")),
        Column(gettext("Device")),
        Column(gettext("Address")),
    ]
