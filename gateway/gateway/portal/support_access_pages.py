"""Who of the provider's staff may see the contract, as whom; what was looked at; ending it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import TenantCode
from contracts.identity import (
    end_impersonation,
    end_own_impersonation,
    get_impersonation,
    get_own_impersonation,
    get_user,
    give_impersonation,
    list_impersonations,
    list_own_impersonations,
)
from gateway.pages.forms import Form, filled, sent_form
from gateway.pages.going import see_other
from gateway.portal.impersonation_words import grant_columns, grant_row, spans
from gateway.portal.lists import asked_page, page_links, whole
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import contract_head
from gateway.portal.support_looks import looks_in, own_looks
from gateway.portal.user_states import full_name
from gateway.portal.visitors import ask, visitor

_LIST = "/contracts/<tenant:tenant>/support-access"
_ONE = f"{_LIST}/<uuid:grant_id>"
_GIVE = "/contracts/<tenant:tenant>/users/<uuid:person_id>/support-access"
_OWN = "/account/support-access"


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_LIST, "users_support", show_grants, methods=["GET"])
    rule(_ONE, "users_support_one", show_grant, methods=["GET"])
    rule(f"{_ONE}/end", "users_support_end", end_grant, methods=["POST"])
    rule(_GIVE, "users_support_give", show_giving, methods=["GET"])
    rule(_GIVE, "users_support_do_give", give, methods=["POST"])
    rule(_OWN, "account_support", show_own, methods=["GET"])
    rule(f"{_OWN}/<uuid:grant_id>", "account_support_one", show_own_grant, methods=["GET"])
    rule(f"{_OWN}/<uuid:grant_id>/end", "account_support_end", end_own, methods=["POST"])


def show_grants(tenant: TenantCode) -> Response:
    return _list_page(tenant, Form())


def end_grant(tenant: TenantCode, grant_id: UUID) -> Response:
    form = sent_form()
    try:
        ask(end_impersonation, {"tenant": tenant, "grant_id": str(grant_id)}, form=form)
    except REFUSALS as error:
        return _list_page(tenant, form.refused(error), status=error.status)
    return see_other(url_for("portal.users_support", tenant=tenant), "impersonation-ended")


def show_grant(tenant: TenantCode, grant_id: UUID) -> str:
    grant = ask(get_impersonation, {"tenant": tenant, "grant_id": str(grant_id)})
    here = partial(url_for, "portal.users_support_one", tenant=tenant, grant_id=grant_id)
    return render_template(
        "portal/support_access_one.html",
        head=contract_head(tenant),
        form=Form(),
        row=grant_row(grant),
        may_end=visitor().may(end_impersonation, tenant),
        looks=looks_in(tenant, str(grant_id), here),
    )


def show_giving(tenant: TenantCode, person_id: UUID) -> Response:
    return _giving_page(tenant, person_id, Form(values={"minutes": "60"}))


def give(tenant: TenantCode, person_id: UUID) -> Response:
    form = sent_form()
    asked = {
        "tenant": tenant,
        "as_person_id": str(person_id),
        "minutes": whole(form.value("minutes")),
        **filled(form.values, ("operator", "reason")),
    }
    try:
        ask(give_impersonation, asked, form=form)
    except REFUSALS as error:
        return _giving_page(tenant, person_id, form.refused(error), status=error.status)
    return see_other(url_for("portal.users_support", tenant=tenant), "impersonation-given")


def show_own() -> Response:
    return _own_page(Form())


def show_own_grant(grant_id: UUID) -> str:
    grant = ask(get_own_impersonation, {"grant_id": str(grant_id)})
    here = partial(url_for, "portal.account_support_one", grant_id=grant_id)
    return render_template(
        "portal/account_support_one.html",
        form=Form(),
        row=grant_row(grant),
        looks=own_looks(grant["tenant"], str(grant_id), here),
    )


def end_own(grant_id: UUID) -> Response:
    form = sent_form()
    try:
        ask(end_own_impersonation, {"grant_id": str(grant_id)}, form=form)
    except REFUSALS as error:
        return _own_page(form.refused(error), status=error.status)
    return see_other(url_for("portal.account_support"), "impersonation-ended")


def _giving_page(tenant: TenantCode, person_id: UUID, form: Form, *, status: int = 200) -> Response:
    user = ask(get_user, {"tenant": tenant, "person_id": str(person_id)})
    page = render_template(
        "portal/support_access_give.html",
        head=contract_head(tenant),
        form=form,
        name=full_name(user),
        spans=spans(),
    )
    return make_response(page, status)


def _list_page(tenant: TenantCode, form: Form, *, status: int = 200) -> Response:
    answer = ask(list_impersonations, {"tenant": tenant, **asked_page()})
    page = render_template(
        "portal/support_access.html",
        head=contract_head(tenant),
        form=form,
        columns=grant_columns(gettext("Who may look")),
        rows=[grant_row(grant) for grant in answer["items"]],
        may_end=visitor().may(end_impersonation, tenant),
        may_give=visitor().may(give_impersonation, tenant),
        pages=page_links(answer, "portal.users_support", tenant=tenant),
    )
    return make_response(page, status)


def _own_page(form: Form, *, status: int = 200) -> Response:
    answer = ask(list_own_impersonations, {"looking": False, **asked_page()})
    page = render_template(
        "portal/account_support.html",
        form=form,
        columns=grant_columns(gettext("Who may look")),
        rows=[grant_row(grant) for grant in answer["items"]],
        pages=page_links(answer, "portal.account_support"),
    )
    return make_response(page, status)
