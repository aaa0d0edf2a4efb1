"""Second factors of others: a user who lost his, and what is demanded of staff."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import TenantCode
from contracts.identity import (
    change_staff_rules,
    get_staff_rules,
    get_user,
    reset_second_factors,
)
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.portal.meanwhile import overtaken
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import contract_head
from gateway.portal.tabs import office_tabs
from gateway.portal.user_states import full_name
from gateway.portal.visitors import ask, visitor
from servicekit.editions import edition_of
from servicekit.errors import GuichetError

_LOST = "/contracts/<tenant:tenant>/users/<uuid:person_id>/second-factors"
_RULES = "/back-office/staff/rules"


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_LOST, "users_factors", ask_reset, methods=["GET"])
    rule(_LOST, "users_do_reset_factors", reset, methods=["POST"])
    rule(_RULES, "office_staff_rules", show_rules, methods=["GET"])
    rule(_RULES, "office_staff_change_rules", change_rules, methods=["POST"])


def ask_reset(tenant: TenantCode, person_id: UUID) -> Response:
    return _reset_page(tenant, person_id, Form())


def reset(tenant: TenantCode, person_id: UUID) -> Response:
    form = sent_form()
    if not form.value("reason").strip():
        said = {"reason": gettext("Say how you made sure that it is this person.")}
        return _reset_page(tenant, person_id, form.faulty(said), status=422)
    try:
        ask(reset_second_factors, {"tenant": tenant, "person_id": str(person_id)}, form=form)
    except REFUSALS as error:
        return _reset_page(tenant, person_id, form.refused(error), status=error.status)
    users = url_for("portal.users", tenant=tenant)
    return see_other(users, "factors-reset", name=form.value("name"))


def show_rules() -> Response:
    return _rules_page(_ruled(ask(get_staff_rules)))


def _ruled(rules: dict[str, Any]) -> Form:
    demanded = "yes" if rules["second_factor_required"] else "no"
    return Form(values={"second_factor_required": demanded, "edition": edition_of(rules)})


def change_rules() -> Response:
    form = sent_form()
    demanded = form.value("second_factor_required") == "yes"
    asked = {"second_factor_required": demanded, "edition": form.value("edition") or None}
    try:
        ask(change_staff_rules, asked, form=form)
    except REFUSALS as error:
        return _rules_page(overtaken(form, error, _ruled(ask(get_staff_rules))), error)
    return see_other(url_for("portal.office_staff"), "staff-rules-changed")


def _reset_page(tenant: TenantCode, person_id: UUID, form: Form, *, status: int = 200) -> Response:
    user = ask(get_user, {"tenant": tenant, "person_id": str(person_id)})
    page = render_template(
        "portal/user_factors.html",
        head=contract_head(tenant),
        form=form,
        user=user,
        name=full_name(user),
    )
    return make_response(page, status)


def _rules_page(form: Form, error: GuichetError | None = None) -> Response:
    page = render_template(
        "back_office/staff_rules.html",
        tabs=office_tabs(),
        form=form,
        choices=[
            ("no", gettext("A password is enough"), None),
            ("yes", gettext("A second factor is demanded"), None),
        ],
        may_change=visitor().may(change_staff_rules),
    )
    return make_response(page, error.status if error else 200)
