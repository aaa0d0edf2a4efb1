"""The back office's page "People": finding somebody, his file, closing and opening his login."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.declare import Call
from contracts.gateway import end_all_sessions_of
from contracts.identity import (
    disable_person,
    enable_person,
    find_persons,
    get_person_file,
    list_recoveries,
    propose_impersonation,
    propose_recovery,
    unlock_portal_login,
)
from gateway.pages.forms import Form, asked_form, sent_form
from gateway.pages.going import see_other
from gateway.portal.lists import asked_page, page_links
from gateway.portal.recovery_words import recovery_kinds, recovery_states
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column
from gateway.portal.tabs import office_tabs
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import (
    office_names,
    roles_in_words,
    sign_in_outcomes,
    staff_role_names,
    ways_in,
)
from servicekit.errors import Forbidden, Invalid

_FILE = "/back-office/people/<uuid:person_id>"


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule("/back-office/people", "office_people", show_people, methods=["GET"])
    rule(_FILE, "office_people_file", show_file, methods=["GET"])
    for act in ("disable", "enable", "unlock", "sessions"):
        rule(f"{_FILE}/{act}", f"office_people_{act}", _ask(act), methods=["GET"])
        rule(f"{_FILE}/{act}", f"office_people_do_{act}", _do(act), methods=["POST"])


def show_people() -> Response:
    if not visitor().may(find_persons):
        raise Forbidden("staff-only")
    form = asked_form()
    search = form.value("search").strip()
    found: dict[str, Any] = {"items": [], "next_cursor": None}
    status = 200
    if search:
        try:
            found = ask(find_persons, {**asked_page(), "search": search})
        except Invalid as error:
            form, status = form.refused(error), error.status
    page = render_template(
        "back_office/people.html",
        tabs=office_tabs(),
        form=form,
        searched=search or None,
        columns=[
            Column(gettext("Name")),
            Column(gettext("Login")),
            Column(gettext("E-mail")),
            Column(gettext("State")),
        ],
        rows=[(person, _state(person)) for person in found["items"]],
        pages=page_links(found, "portal.office_people", search=search),
    )
    return make_response(page, status)


def show_file(person_id: UUID) -> str:
    person = ask(get_person_file, {"person_id": str(person_id)})
    recoveries = ask(list_recoveries, {"person_id": str(person_id), "open": False, "limit": 10})
    staff, offices = staff_role_names(), office_names()
    kinds, states = recovery_kinds(), recovery_states()
    return render_template(
        "back_office/person.html",
        tabs=office_tabs(),
        person=person,
        name=_name(person),
        state=_state(person),
        ways=ways_in(),
        outcomes=sign_in_outcomes(),
        staff_roles=[staff[role] for role in person["staff_roles"]],
        tenants=[
            (held, roles_in_words(held["roles"]), [offices[one] for one in held["offices"]])
            for held in person["tenants"]
        ],
        tenant_columns=[
            Column(gettext("Contract")),
            Column(gettext("Roles")),
            Column(gettext("Since")),
        ],
        lock_columns=[
            Column(gettext("Password of")),
            Column(gettext("Set")),
            Column(gettext("Failed sign-ins"), "figure"),
            Column(gettext("Lock")),
        ],
        sign_in_columns=[
            Column(gettext("When")),
            Column(gettext("Way in")),
            Column(gettext("Outcome")),
            Column(gettext("From")),
        ],
        recoveries=[(one, kinds[one["kind"]], states[one["state"]]) for one in recoveries["items"]],
        may=_acts(person),
    )


def _acts(person: dict[str, Any]) -> dict[str, bool]:
    """Which buttons to show; each act is decided anew."""
    who = visitor()
    other = person["person_id"] != who.token.subject
    locked = any(
        lock["credential"] == "portal" and lock["locked_until"] for lock in person["locks"]
    )
    return {
        "disable": other and person["enabled"] and who.may(disable_person),
        "enable": other and not person["enabled"] and who.may(enable_person),
        "unlock": locked and who.may(unlock_portal_login),
        "sessions": other and who.may(end_all_sessions_of),
        "propose": other and who.may(propose_recovery),
        "see_as": other and bool(person["tenants"]) and who.may(propose_impersonation),
    }


_DONE = {
    "disable": "person-disabled",
    "enable": "person-enabled",
    "unlock": "person-unlocked",
    "sessions": "person-sessions-ended",
}
_CALLS: dict[str, Call] = {
    "disable": disable_person,
    "enable": enable_person,
    "unlock": unlock_portal_login,
    "sessions": end_all_sessions_of,
}


def _ask(act: str) -> Any:
    def ask_first(person_id: UUID) -> Response:
        return _confirmation(act, person_id, Form())

    return ask_first


def _do(act: str) -> Any:
    def do(person_id: UUID) -> Response:
        form = sent_form()
        try:
            ask(_CALLS[act], _payload(act, person_id, form), form=form)
        except REFUSALS as error:
            return _confirmation(act, person_id, form.refused(error), status=error.status)
        back = url_for("portal.office_people_file", person_id=person_id)
        return see_other(back, _DONE[act], name=form.value("name"))

    return do


def _payload(act: str, person_id: UUID, form: Form) -> dict[str, Any]:
    if act == "disable":
        return {"person_id": str(person_id), "misused": bool(form.value("misused"))}
    return {"person_id": str(person_id)}


def _confirmation(act: str, person_id: UUID, form: Form, *, status: int = 200) -> Response:
    person = ask(get_person_file, {"person_id": str(person_id)})
    title, about = _act_words(_name(person))[act]
    page = render_template(
        "back_office/person_act.html",
        tabs=office_tabs(),
        form=form,
        name=_name(person),
        person_id=person_id,
        title=title,
        about=about,
        danger=act == "disable",
    )
    return make_response(page, status)


def _act_words(name: str) -> dict[str, tuple[str, str]]:
    return {
        "disable": (
            gettext("Close the login"),
            gettext(
                "All sessions of %(name)s end at once and nobody signs in with this login, until"
                " staff open it again. %(name)s is told by mail.",
                name=name,
            ),
        ),
        "enable": (
            gettext("Open the login"),
            gettext("%(name)s can sign in again, and is told by mail.", name=name),
        ),
        "unlock": (
            gettext("Unlock"),
            gettext("%(name)s can try to sign in again at once.", name=name),
        ),
        "sessions": (
            gettext("End all sessions"),
            gettext(
                "%(name)s is signed out of every browser and application at once, signs in anew,"
                " and is told by mail.",
                name=name,
            ),
        ),
    }


def _state(person: dict[str, Any]) -> tuple[str, str]:
    if person["enabled"]:
        return gettext("Open"), "good"
    return gettext("Closed"), "danger"


def _name(person: dict[str, Any]) -> str:
    return f"{person['given_name']} {person['family_name']}"
