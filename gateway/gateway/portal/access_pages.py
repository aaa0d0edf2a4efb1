"""What may this user do? The simulator of rights: a user, an act, and why it is allowed or not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext

from contracts.codes import TenantCode
from contracts.explaining import GrantPath, Reason
from contracts.identity import explain_access, get_user, list_users
from gateway.pages.forms import Form, asked_form
from gateway.pages.roles import role_names, section_names
from gateway.portal.acts import act_names
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import contract_head
from gateway.portal.user_states import full_name
from gateway.portal.visitors import ask
from gateway.portal.words import office_names, staff_role_names

_USERS = "/contracts/<tenant:tenant>/users"
_MOST_USERS = 200  # to choose from here; every user's row leads here too


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(f"{_USERS}/access", "users_simulator", simulate, methods=["GET"])
    rule(f"{_USERS}/<uuid:person_id>/access", "users_access", simulate, methods=["GET"])


def simulate(tenant: TenantCode, person_id: Any = None) -> Response:
    form = asked_form()
    chosen = form.value("person_id") or (str(person_id) if person_id else "")
    form = Form(values={**form.values, "person_id": chosen}, key=form.key)
    found, status = None, 200
    if chosen and request.args.get("act"):
        try:
            asked = {"tenant": tenant, "person_id": chosen, "act": form.value("act")}
            found = ask(explain_access, asked)
        except REFUSALS as error:
            form, status = form.refused(error), error.status
    page = render_template(
        "portal/user_access.html",
        head=contract_head(tenant),
        form=form,
        users=_users(tenant, chosen),
        acts=list(act_names().items()),
        found=found,
        sentences=_sentences(found) if found else [],
        ways=_ways(found) if found else [],
    )
    return make_response(page, status)


def _users(tenant: TenantCode, chosen: str) -> list[tuple[str, str]]:
    """By family name; the chosen one too, however large the tenant is."""
    listed = ask(list_users, {"tenant": tenant, "limit": _MOST_USERS})["items"]
    if chosen and all(user["person_id"] != chosen for user in listed):
        try:
            listed = [ask(get_user, {"tenant": tenant, "person_id": chosen}), *listed]
        except REFUSALS:
            return [(user["person_id"], full_name(user)) for user in listed]
    return [(user["person_id"], full_name(user)) for user in listed]


def _sentences(found: dict[str, Any]) -> list[str]:
    """Why, in the order in which it is decided."""
    said: list[str] = []
    words = {
        Reason.LOGIN_CLOSED: gettext("The provider has closed the login of this user."),
        Reason.USER_DISABLED: gettext("This user is disabled here: no right counts."),
        Reason.IAM_USER_DISABLED: gettext(
            "The IAM user is disabled: no right on the console counts."
        ),
    }
    if found["console_closed"]:
        said.append(gettext("The contract is not running: its technical console is closed."))
    said.extend(words[reason] for reason in found["reasons"] if reason in words)
    said.append(_asked(found))
    if found["section"]:
        held = found["held_role"]
        holds = role_names()[held] if held else gettext("no role")
        said.append(gettext("This user has there: %(role)s.", role=holds))
    if found["second_factor_required"]:
        said.append(gettext("The contract requires a second factor at the sign-in."))
    if found["step_up"]:
        said.append(gettext("A recent proof of who one is will be asked for."))
    return said


def _asked(found: dict[str, Any]) -> str:
    if found["section"] and found["role"]:
        return gettext(
            "It takes the role %(role)s, or a stronger one, on the section %(section)s.",
            role=role_names()[found["role"]],
            section=section_names()[found["section"]],
        )
    if found["offices"]:
        names = ", ".join(office_names()[office] for office in found["offices"])
        return gettext("It takes the office: %(names)s.", names=names)
    names = ", ".join(staff_role_names()[role] for role in found["staff"])
    return gettext("It takes a staff role of the provider: %(names)s.", names=names)


def _ways(found: dict[str, Any]) -> list[str]:
    """Who could let him: one sentence for each thing that stands in the way."""
    names = ", ".join(f"{one['name']} ({one['login']})" for one in found["grantors"])
    ways = {
        Reason.LOGIN_CLOSED: lambda: gettext("The provider's support opens the login."),
        Reason.USER_DISABLED: lambda: _enabler(names),
        Reason.IAM_USER_DISABLED: lambda: gettext(
            "Somebody who manages the technical console enables the IAM user."
        ),
        Reason.RIGHT_MISSING: lambda: _giver(found["path"], names),
    }
    return [ways[reason]() for reason in found["reasons"]]


def _enabler(names: str) -> str:
    if names:
        return gettext("Somebody who manages users enables this user: %(names)s.", names=names)
    return gettext("Somebody who manages users enables this user.")


def _giver(path: str, names: str) -> str:
    if path == GrantPath.USERS_MANAGER:
        if names:
            return gettext("These people can give the role: %(names)s.", names=names)
        return gettext("Nobody who manages users here holds the role, so nobody can give it.")
    if path == GrantPath.OFFICE_HOLDER:
        if names:
            return gettext("The holder hands the office over: %(names)s.", names=names)
        return gettext("Nobody holds the office: the provider's support helps.")
    return gettext("Nobody of this contract: the provider's staff alone.")
