"""The back office's page "Staff": who may do what for the provider."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import StaffRole
from contracts.identity import (
    appoint_staff,
    change_staff_roles,
    dismiss_staff,
    get_staff_member,
    list_staff,
)
from gateway.i18n import current_language
from gateway.pages.forms import Form, filled, sent_form
from gateway.pages.going import see_other
from gateway.portal.lists import asked_page, page_links
from gateway.portal.meanwhile import overtaken
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column
from gateway.portal.tabs import office_tabs
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import language_names, staff_role_names
from servicekit.editions import edition_of
from servicekit.errors import Forbidden

_MEMBER = "/back-office/staff/<uuid:person_id>"


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule("/back-office/staff", "office_staff", show_staff, methods=["GET"])
    path = "/back-office/staff/appoint"
    rule(path, "office_staff_appoint", show_appointment, methods=["GET"])
    rule(path, "office_staff_do_appoint", appoint, methods=["POST"])
    rule(f"{_MEMBER}/roles", "office_staff_roles", show_roles, methods=["GET"])
    rule(f"{_MEMBER}/roles", "office_staff_change_roles", replace_roles, methods=["POST"])
    rule(f"{_MEMBER}/dismiss", "office_staff_dismiss", ask_dismissal, methods=["GET"])
    rule(f"{_MEMBER}/dismiss", "office_staff_do_dismiss", dismiss, methods=["POST"])


def show_staff() -> str:
    answer = ask(list_staff, asked_page())
    names = staff_role_names()
    own = visitor().token.subject
    may_change = visitor().may(change_staff_roles)
    return render_template(
        "back_office/staff.html",
        tabs=office_tabs(),
        may_appoint=visitor().may(appoint_staff),
        columns=[
            Column(gettext("Name")),
            Column(gettext("Login")),
            Column(gettext("E-mail")),
            Column(gettext("Staff roles")),
            Column(gettext("Actions"), "acts"),
        ],
        rows=[
            (
                member,
                [names[role] for role in member["roles"]],
                may_change and member["person_id"] != own,
            )
            for member in answer["items"]
        ],
        pages=page_links(answer, "portal.office_staff"),
    )


def show_appointment() -> Response:
    if not visitor().may(appoint_staff):
        raise Forbidden("staff-only")
    return _appointment_page(Form(values={"language": current_language().value}))


def appoint() -> Response:
    form = sent_form()
    named = filled(form.values, ("given_name", "family_name", "email", "login", "language"))
    try:
        member = ask(appoint_staff, {**named, "roles": form.chosen("roles")}, form=form)
    except REFUSALS as error:
        return _appointment_page(form.refused(error), status=error.status)
    return see_other(url_for("portal.office_staff"), "staff-appointed", name=_name(member))


def show_roles(person_id: UUID) -> Response:
    member = ask(get_staff_member, {"person_id": str(person_id)})
    return _roles_page(member, _held(member))


def replace_roles(person_id: UUID) -> Response:
    form = sent_form()
    asked = {
        "person_id": str(person_id),
        "roles": form.chosen("roles"),
        "edition": form.value("edition") or None,
    }
    try:
        member = ask(change_staff_roles, asked, form=form)
    except REFUSALS as error:
        member = ask(get_staff_member, {"person_id": str(person_id)})
        return _roles_page(member, overtaken(form, error, _held(member)), status=error.status)
    return see_other(url_for("portal.office_staff"), "staff-appointed", name=_name(member))


def _held(member: dict[str, Any]) -> Form:
    return Form(values={"edition": edition_of(member)}, many={"roles": list(member["roles"])})


def ask_dismissal(person_id: UUID) -> Response:
    return _dismissal_page(person_id, Form())


def dismiss(person_id: UUID) -> Response:
    form = sent_form()
    try:
        ask(dismiss_staff, {"person_id": str(person_id)}, form=form)
    except REFUSALS as error:
        return _dismissal_page(person_id, form.refused(error), status=error.status)
    return see_other(url_for("portal.office_staff"), "staff-dismissed", name=form.value("name"))


def _appointment_page(form: Form, *, status: int = 200) -> Response:
    page = render_template(
        "back_office/appoint.html",
        tabs=office_tabs(),
        form=form,
        languages=language_names(),
        roles=_role_choices(),
    )
    return make_response(page, status)


def _roles_page(member: dict[str, Any], form: Form, *, status: int = 200) -> Response:
    page = render_template(
        "back_office/staff_roles.html",
        tabs=office_tabs(),
        form=form,
        name=_name(member),
        roles=_role_choices(),
    )
    return make_response(page, status)


def _dismissal_page(person_id: UUID, form: Form, *, status: int = 200) -> Response:
    member = ask(get_staff_member, {"person_id": str(person_id)})
    page = render_template(
        "back_office/staff_dismiss.html", tabs=office_tabs(), form=form, name=_name(member)
    )
    return make_response(page, status)


def _role_choices() -> list[tuple[str, str]]:
    names = staff_role_names()
    return [(role.value, names[role]) for role in StaffRole]


def _name(member: dict[str, Any]) -> str:
    return f"{member['given_name']} {member['family_name']}"
