"""The page "Utilisateurs": who has which role where; inviting, changing, removing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    Response,
    make_response,
    render_template,
    url_for,
)
from flask_babel import gettext

from contracts.codes import ROLES_OF_SECTION, Section, TenantCode
from contracts.declare import Call
from contracts.identity import (
    change_roles,
    change_user,
    disable_user,
    enable_user,
    explain_access,
    get_user,
    invite_user,
    list_impersonations,
    list_users,
    remove_user,
    send_welcome_again,
)
from contracts.tenancy import list_handovers
from gateway.i18n import current_language
from gateway.pages.forms import Form, asked_form, filled, sent_form
from gateway.pages.going import see_other
from gateway.portal.handover_pages import handover_links
from gateway.portal.lists import asked_page, page_links
from gateway.portal.meanwhile import overtaken
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column, Link, contract_head
from gateway.portal.user_states import about_state, acts_on, full_name, state_of, user_states
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import (
    language_names,
    office_names,
    role_names,
    roles_in_words,
    section_names,
)
from servicekit.editions import edition_of

_USERS = "/contracts/<tenant:tenant>/users"
_USER = f"{_USERS}/<uuid:person_id>"


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """The select of one section."""

    field: str
    label: str
    options: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class UserRow:
    user: dict[str, Any]
    name: str
    roles: list[tuple[str, str]]
    offices: list[str]
    state: tuple[str, str]
    about: str
    acts: list[Link]


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_USERS, "users", show_users, methods=["GET"])
    rule(f"{_USERS}/invite", "users_invite", show_invitation, methods=["GET"])
    rule(f"{_USERS}/invite", "users_send_invitation", invite, methods=["POST"])
    rule(f"{_USER}/roles", "users_roles", show_roles, methods=["GET"])
    rule(f"{_USER}/roles", "users_change_roles", replace_roles, methods=["POST"])
    rule(f"{_USER}/remove", "users_remove", ask_removal, methods=["GET"])
    rule(f"{_USER}/remove", "users_do_remove", remove, methods=["POST"])
    rule(f"{_USER}/edit", "users_edit", show_edit, methods=["GET"])
    rule(f"{_USER}/edit", "users_do_edit", edit, methods=["POST"])
    rule(f"{_USER}/disable", "users_disable", ask_disable, methods=["GET"])
    rule(f"{_USER}/disable", "users_do_disable", disable, methods=["POST"])
    rule(f"{_USER}/enable", "users_enable", ask_enable, methods=["GET"])
    rule(f"{_USER}/enable", "users_do_enable", enable, methods=["POST"])
    rule(f"{_USER}/welcome", "users_welcome", ask_welcome, methods=["GET"])
    rule(f"{_USER}/welcome", "users_send_welcome", welcome, methods=["POST"])


def show_users(tenant: TenantCode) -> str:
    form = asked_form()
    search = form.value("search").strip() or None
    state = form.value("state") or None
    answer = ask(list_users, {"tenant": tenant, "search": search, "state": state, **asked_page()})
    who = visitor()
    return render_template(
        "portal/users.html",
        head=contract_head(tenant),
        form=form,
        searched=search or state,
        states=[("", gettext("All users")), *user_states().items()],
        may_invite=who.may(invite_user, tenant),
        handovers=handover_links(tenant),
        may_see_handovers=who.may(list_handovers, tenant),
        may_explain=who.may(explain_access, tenant),
        may_see_support=who.may(list_impersonations, tenant),
        columns=[
            Column(gettext("Name")),
            Column(gettext("Login")),
            Column(gettext("Roles")),
            Column(gettext("Access")),
            Column(gettext("Actions"), "acts"),
        ],
        rows=[_row(tenant, user) for user in answer["items"]],
        pages=page_links(answer, "portal.users", tenant=tenant, search=search, state=state),
    )


def _row(tenant: TenantCode, user: dict[str, Any]) -> UserRow:
    return UserRow(
        user=user,
        name=full_name(user),
        roles=roles_in_words(user["roles"]),
        offices=[name for office, name in office_names().items() if office in user["offices"]],
        state=state_of(user),
        about=about_state(user),
        acts=acts_on(tenant, user),
    )


def show_invitation(tenant: TenantCode) -> Response:
    return _invitation(tenant, Form(values={"language": current_language().value}))


def invite(tenant: TenantCode) -> Response:
    form = sent_form()
    wanted = filled(form.values, ("email", "given_name", "family_name", "mobile"))
    try:
        user = ask(
            invite_user,
            {
                "tenant": tenant,
                **wanted,
                "language": form.value("language"),
                "roles": _chosen_roles(form),
            },
            form=form,
        )
    except REFUSALS as error:
        return _invitation(tenant, form.refused(error, known=_ROLE_FIELDS), status=error.status)
    return see_other(url_for("portal.users", tenant=tenant), "user-invited", name=full_name(user))


def _invitation(tenant: TenantCode, form: Form, *, status: int = 200) -> Response:
    page = render_template(
        "portal/user_invite.html",
        head=contract_head(tenant),
        form=form,
        languages=language_names(),
        role_choices=_role_choices(),
    )
    return make_response(page, status)


def show_roles(tenant: TenantCode, person_id: Any) -> Response:
    user = _get_user(tenant, person_id)
    return _roles_page(tenant, user, _held(user))


def replace_roles(tenant: TenantCode, person_id: Any) -> Response:
    form = sent_form()
    try:
        user = ask(
            change_roles,
            {
                "tenant": tenant,
                "person_id": str(person_id),
                "roles": _chosen_roles(form),
                "edition": form.value("edition") or None,
            },
            form=form,
        )
    except REFUSALS as error:
        user = _get_user(tenant, person_id)
        again = overtaken(form, error, _held(user), known=_ROLE_FIELDS)
        return _roles_page(tenant, user, again, status=error.status)
    return see_other(url_for("portal.users", tenant=tenant), "roles-changed", name=full_name(user))


def _held(user: dict[str, Any]) -> Form:
    """A section without a role is one he holds nothing in: it is told where another took it."""
    none = {f"role-{section.value}": "" for section in Section}
    held = {f"role-{section}": role for section, role in user["roles"].items()}
    return Form(values={**none, **held, "edition": edition_of(user)})


def _roles_page(
    tenant: TenantCode, user: dict[str, Any], form: Form, *, status: int = 200
) -> Response:
    page = render_template(
        "portal/user_roles.html",
        head=contract_head(tenant),
        form=form,
        name=full_name(user),
        role_choices=_role_choices(),
    )
    return make_response(page, status)


def show_edit(tenant: TenantCode, person_id: Any) -> Response:
    user = _get_user(tenant, person_id)
    return _edit_page(tenant, user, _data(user))


def edit(tenant: TenantCode, person_id: Any) -> Response:
    form = sent_form()
    wanted = filled(form.values, ("given_name", "family_name", "mobile"))
    asked = {"tenant": tenant, "person_id": str(person_id), **wanted}
    try:
        user = ask(change_user, {**asked, "edition": form.value("edition") or None}, form=form)
    except REFUSALS as error:
        user = _get_user(tenant, person_id)
        again = overtaken(form, error, _data(user))
        return _edit_page(tenant, user, again, status=error.status)
    return see_other(url_for("portal.users", tenant=tenant), "user-changed", name=full_name(user))


def _data(user: dict[str, Any]) -> Form:
    known = {name: user[name] or "" for name in ("given_name", "family_name", "mobile")}
    return Form(values={**known, "edition": edition_of(user)})


def _edit_page(
    tenant: TenantCode, user: dict[str, Any], form: Form, *, status: int = 200
) -> Response:
    page = render_template(
        "portal/user_edit.html",
        head=contract_head(tenant),
        form=form,
        user=user,
        name=full_name(user),
    )
    return make_response(page, status)


def ask_disable(tenant: TenantCode, person_id: Any) -> Response:
    return _act_page("portal/user_disable.html", tenant, str(person_id), Form())


def disable(tenant: TenantCode, person_id: Any) -> Response:
    return _act(disable_user, "portal/user_disable.html", tenant, person_id, "user-disabled")


def ask_enable(tenant: TenantCode, person_id: Any) -> Response:
    return _act_page("portal/user_enable.html", tenant, str(person_id), Form())


def enable(tenant: TenantCode, person_id: Any) -> Response:
    return _act(enable_user, "portal/user_enable.html", tenant, person_id, "user-enabled")


def ask_removal(tenant: TenantCode, person_id: Any) -> Response:
    return _act_page("portal/user_remove.html", tenant, str(person_id), Form())


def remove(tenant: TenantCode, person_id: Any) -> Response:
    return _act(remove_user, "portal/user_remove.html", tenant, person_id, "user-removed")


def ask_welcome(tenant: TenantCode, person_id: Any) -> Response:
    return _act_page("portal/user_welcome.html", tenant, str(person_id), Form())


def welcome(tenant: TenantCode, person_id: Any) -> Response:
    return _act(send_welcome_again, "portal/user_welcome.html", tenant, person_id, "welcome-sent")


def _act(call: Call, template: str, tenant: TenantCode, person_id: Any, done: str) -> Response:
    """Of a page that asks first: ``template`` again where the call refuses."""
    form, which = sent_form(), str(person_id)
    try:
        ask(call, {"tenant": tenant, "person_id": which}, form=form)
    except REFUSALS as error:
        return _act_page(template, tenant, which, form.refused(error), status=error.status)
    return see_other(url_for("portal.users", tenant=tenant), done, name=form.value("name"))


def _act_page(
    template: str, tenant: TenantCode, person_id: str, form: Form, *, status: int = 200
) -> Response:
    user = _get_user(tenant, person_id)
    page = render_template(
        template,
        head=contract_head(tenant),
        form=form,
        user=user,
        name=full_name(user),
    )
    return make_response(page, status)


_ROLE_FIELDS = {f"roles.{section}": f"role-{section}" for section in Section} | {
    "roles": f"role-{Section.CONTRACT}"
}


def _role_choices() -> list[RoleChoice]:
    names, sections = role_names(), section_names()
    none = ("", gettext("No access"))
    return [
        RoleChoice(
            field=f"role-{section}",
            label=sections[section],
            options=[none, *((role.value, names[role]) for role in ROLES_OF_SECTION[section])],
        )
        for section in Section
    ]


def _chosen_roles(form: Form) -> dict[str, str]:
    chosen = {section.value: form.value(f"role-{section}") for section in Section}
    return {section: role for section, role in chosen.items() if role}


def _get_user(tenant: TenantCode, person_id: Any) -> dict[str, Any]:
    return ask(get_user, {"tenant": tenant, "person_id": str(person_id)})
