"""The support level of a contract: what is in force, what asking for another would do. Sales ask
for it, as the customer has requested; he sees the same page without the form."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, url_for

from contracts import tenancy
from contracts.codes import SupportLevel, TenantCode
from gateway.i18n import format_day
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.portal.contract_words import (
    commitment_words,
    level_choices,
    level_name,
    pending_words,
    support_history,
)
from gateway.portal.meanwhile import overtaken
from gateway.portal.prefilled import prefilled, request_for
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import contract_head
from gateway.portal.visitors import ask, visitor
from servicekit.editions import edition_of

_HERE = "/contracts/<tenant:tenant>/support-level"


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_HERE, "contract_support", show, methods=["GET"])
    rule(_HERE, "contract_change_support", change, methods=["POST"])
    rule(f"{_HERE}/withdraw", "contract_withdraw_support", withdraw, methods=["POST"])


def show(tenant: TenantCode) -> Response:
    return _page(tenant)


def change(tenant: TenantCode) -> Response:
    form = sent_form()
    asked = {
        "tenant": tenant,
        "support_level": form.value("support_level"),
        "edition": form.value("edition") or None,
    }
    try:
        terms = ask(tenancy.change_support_level, asked, form=form)
    except REFUSALS as error:
        terms = ask(tenancy.get_support_level, {"tenant": tenant})
        present = Form(values={"edition": edition_of(terms)})
        return _page(tenant, refused=overtaken(form, error, present), status=error.status)
    return see_other(
        url_for("portal.contract_support", tenant=tenant),
        "support-level-asked",
        level=level_name(terms["pending"]["support_level"]),
        day=format_day(terms["pending"]["effective_on"]),
    )


def withdraw(tenant: TenantCode) -> Response:
    form = sent_form()
    try:
        ask(tenancy.withdraw_support_level_change, {"tenant": tenant}, form=form)
    except REFUSALS as error:
        return _page(tenant, refused=form.refused(error), status=error.status)
    return see_other(url_for("portal.contract_support", tenant=tenant), "support-level-withdrawn")


def _page(tenant: TenantCode, *, refused: Form | None = None, status: int = 200) -> Response:
    terms = ask(tenancy.get_support_level, {"tenant": tenant})
    others = [level.value for level in SupportLevel if level.value != terms["support_level"]]
    outlooks = {
        level: ask(tenancy.foresee_support_level, {"tenant": tenant, "support_level": level})
        for level in others
    }
    choices = level_choices(terms, outlooks)
    page = render_template(
        "portal/support_level.html",
        head=contract_head(tenant),
        form=refused or prefilled(Form(values={"edition": edition_of(terms)}), ("support_level",)),
        terms=terms,
        level=level_name(terms["support_level"]),
        commitment=commitment_words(terms),
        pending=pending_words(terms),
        choices=choices,
        possible=[(one.code, one.name, one.told) for one in choices if one.possible],
        history=support_history(terms),
        may_change=visitor().may(tenancy.change_support_level, tenant),
        request=request_for(tenancy.RequestKind.SUPPORT_LEVEL, tenant),
    )
    return make_response(page, status)
