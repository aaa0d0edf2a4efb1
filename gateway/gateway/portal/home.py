"""The home page: the contracts one may see, each with its way to the technical console."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import TenantCode
from contracts.tenancy import list_contracts
from gateway.pages.forms import asked_form
from gateway.pages.going import see_other
from gateway.portal.handover_pages import banners
from gateway.portal.lists import asked_page, page_links
from gateway.portal.opening_pages import own_openings
from gateway.portal.perimeter import perimeter_of
from gateway.portal.shell import Column, console_of, open_sections
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import contract_states, support_levels


@dataclass(frozen=True, slots=True)
class ContractRow:
    contract: dict[str, Any]
    href: str | None
    console: str | None
    state: tuple[str, str]
    support: str


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", "home", show_home, methods=["GET"])


def show_home() -> Response:
    domain = visitor().domain
    if domain is not None:
        return see_other(url_for("portal.console", tenant=domain))
    form = asked_form()
    search, chosen = form.value("search").strip() or None, perimeter_of(visitor())
    wanted = " ".join(part for part in (chosen, search) if part) or None
    answer = ask(list_contracts, {**asked_page(), "search": wanted})
    page = render_template(
        "portal/home.html",
        login=visitor().session.login,
        form=form,
        searched=search,
        banners=banners(),
        may_open=bool(own_openings()),
        chosen=chosen,
        columns=contract_columns(),
        rows=contract_rows(answer["items"]),
        pages=page_links(answer, "portal.home", search=search),
    )
    return make_response(page)


def contract_columns() -> list[Column]:
    return [
        Column(gettext("Contract")),
        Column(gettext("Code and domain")),
        Column(gettext("Organisation")),
        Column(gettext("Support")),
        Column(gettext("State")),
        Column(gettext("Actions"), "acts"),
    ]


def contract_rows(items: list[dict[str, Any]]) -> list[ContractRow]:
    levels, states = support_levels(), contract_states()
    rows = []
    for item in items:
        tenant = TenantCode(item["tenant"])
        sections = open_sections(tenant)
        rows.append(
            ContractRow(
                contract=item,
                href=sections[0].href if sections else None,
                console=console_of(tenant),
                state=states.get(item["status"], (item["status"], "plain")),
                support=levels[item["support_level"]][0],
            )
        )
    return rows
