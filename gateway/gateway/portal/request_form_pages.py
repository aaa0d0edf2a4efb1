"""Asking for something: the catalogue, and a form of it as its data say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import TenantCode
from contracts.tenancy import (
    ASKING,
    OF_SUPPORT,
    RequestKind,
    get_form,
    get_request,
    list_contracts,
    list_forms,
    send_contract_request,
    send_request,
)
from gateway.pages.forms import Form, asked_form, sent_form
from gateway.pages.going import see_other
from gateway.portal.lists import asked_page, page_links
from gateway.portal.refusals import REFUSALS
from gateway.portal.request_words import in_language
from gateway.portal.shell import Column, contract_head
from gateway.portal.visitors import ask, visitor
from servicekit.errors import Forbidden, NotFound

_DECLARE = "/contracts/<tenant:tenant>/support/declare"
_CHANGE = "/contracts/<tenant:tenant>/support/change"
_NEW = "/contracts/<tenant:tenant>/requests/new"
_CODE = re.compile(r"[a-z][a-z0-9-]{1,62}")
_MOST_PAGES = 10


@dataclass(frozen=True, slots=True)
class Item:
    """Something of the catalogue that may be asked for."""

    title: str
    about: str | None
    href: str


@dataclass(frozen=True, slots=True)
class Question:
    """``widget`` names the component; ``options`` are of a choice."""

    name: str
    widget: str
    label: str
    hint: str | None
    required: bool
    options: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Catalogue and category chosen so far, and what can be chosen."""

    catalogues: list[tuple[str, str]]
    catalogue: str
    categories: list[tuple[str, str]]
    category: str
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Place:
    """A contract on which something may be declared."""

    tenant: str
    name: str
    href: str | None


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule("/requests/declare", "requests_declare", choose_contract, methods=["GET"])
    rule(_DECLARE, "support_declare", declare, methods=["GET"])
    rule(_NEW, "support_new", show_what, methods=["GET"])
    rule(_CHANGE, "support_change", choose_change, methods=["GET"])
    rule(f"{_NEW}/<code>", "support_form", show_form, methods=["GET"])
    rule(f"{_NEW}/<code>", "support_send", send, methods=["POST"])


def choose_contract() -> str:
    """On which contract the incident is: the perimeter, chosen first."""
    form = asked_form()
    search = form.value("search").strip() or None
    answer = ask(list_contracts, {**asked_page(), "search": search})
    return render_template(
        "portal/requests_declare.html",
        form=form,
        searched=search,
        columns=[Column(gettext("Contract")), Column(gettext("Code and domain"))],
        rows=[_place(item) for item in answer["items"]],
        pages=page_links(answer, "portal.requests_declare", search=search),
    )


def _place(item: dict[str, Any]) -> Place:
    tenant = TenantCode(item["tenant"])
    may = visitor().may(send_request, tenant)
    href = url_for("portal.support_declare", tenant=tenant) if may else None
    return Place(tenant, item["name"], href)


def declare(tenant: TenantCode) -> Response:
    """The form of incidents; where there are several, the first: the others are among all forms."""
    forms = _forms(RequestKind.INCIDENT)
    if not forms:
        raise NotFound("form-unknown")
    return _form_page(tenant, forms[0], asked_form())


def show_what(tenant: TenantCode) -> str:
    """All but changes, which have a catalogue of their own."""
    forms = [one for one in _forms(None) if one["kind"] != RequestKind.CHANGE]
    allowed = [one for one in forms if visitor().holds(ASKING[RequestKind(one["kind"])], tenant)]
    return render_template(
        "portal/request_new.html",
        head=contract_head(tenant),
        items=[_item(tenant, one) for one in allowed],
        may_change=visitor().may(send_request, tenant),
    )


def choose_change(tenant: TenantCode) -> str:
    if not visitor().may(send_request, tenant):
        raise Forbidden("role-missing")
    form = asked_form()
    return render_template(
        "portal/request_change.html",
        head=contract_head(tenant),
        form=form,
        choice=_choice(tenant, _forms(RequestKind.CHANGE), form),
    )


def _choice(tenant: TenantCode, forms: list[dict[str, Any]], form: Form) -> Choice:
    catalogues = _groups(forms, "catalogue")
    catalogue = _among(catalogues, form.value("catalogue"))
    there = [one for one in forms if one["catalogue"]["code"] == catalogue]
    categories = _groups(there, "category")
    category = _among(categories, form.value("category"))
    chosen = [one for one in there if one["category"]["code"] == category]
    return Choice(
        catalogues, catalogue, categories, category, [_item(tenant, one) for one in chosen]
    )


def _groups(forms: list[dict[str, Any]], name: str) -> list[tuple[str, str]]:
    found = {one[name]["code"]: in_language(one[name]["label"]) for one in forms}
    return list(found.items())


def _among(known: list[tuple[str, str]], wanted: str) -> str:
    codes = [code for code, _ in known]
    return wanted if wanted in codes else (codes[0] if codes else "")


def _item(tenant: TenantCode, form: dict[str, Any]) -> Item:
    about = form["description"]
    return Item(
        title=in_language(form["title"]),
        about=None if about is None else in_language(about),
        href=url_for("portal.support_form", tenant=tenant, code=form["code"]),
    )


def _forms(kind: RequestKind | None) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {"kind": kind, "limit": 200}
    found: list[dict[str, Any]] = []
    for _ in range(_MOST_PAGES):
        answer = ask(list_forms, asked)
        found.extend(answer["items"])
        if not answer.get("next_cursor"):
            break
        asked["cursor"] = answer["next_cursor"]
    return found


# --- a form --------------------------


def show_form(tenant: TenantCode, code: str) -> Response:
    """What the address brings stands in the fields already."""
    return _form_page(tenant, _form(code), asked_form())


def send(tenant: TenantCode, code: str) -> Response:
    form, sheet = sent_form(), _form(code)
    call = send_request if RequestKind(sheet["kind"]) in OF_SUPPORT else send_contract_request
    asked = {
        "tenant": tenant,
        "form": code,
        "subject": form.value("subject").strip() or None,
        "answers": {one["code"]: form.value(_name(one)) for one in sheet["fields"]},
    }
    try:
        request = ask(call, asked, form=form)
    except REFUSALS as error:
        return _form_page(tenant, sheet, form.refused(error), status=error.status)
    number = request["number"]
    if visitor().may(get_request, tenant):
        there = url_for("portal.support_request", tenant=tenant, number=number)
    else:
        there = url_for("portal.contract", tenant=tenant)
    return see_other(there, "request-sent", number=number)


def _form(code: str) -> dict[str, Any]:
    if not _CODE.fullmatch(code):
        raise NotFound("form-unknown")
    return ask(get_form, {"form": code})


def _form_page(
    tenant: TenantCode, sheet: dict[str, Any], form: Form, *, status: int = 200
) -> Response:
    if not visitor().holds(ASKING[RequestKind(sheet["kind"])], tenant):
        raise Forbidden("role-missing")
    questions = [_question(one) for one in sheet["fields"]]
    labels = {"subject": gettext("Subject"), **{one.name: one.label for one in questions}}
    page = render_template(
        "portal/request_form.html",
        head=contract_head(tenant),
        form=form.labelled(labels),
        code=sheet["code"],
        title=in_language(sheet["title"]),
        about=None if sheet["description"] is None else in_language(sheet["description"]),
        asks_subject=sheet["asks_subject"],
        questions=questions,
        deadline_hours=sheet["deadline_hours"],
        back=url_for(
            "portal.support_change"
            if sheet["kind"] == RequestKind.CHANGE
            else "portal.support_new",
            tenant=tenant,
        ),
    )
    return make_response(page, status)


def _name(field: dict[str, Any]) -> str:
    """As the service names the field that it refuses."""
    return f"answers.{field['code']}"


_WIDGETS = {
    "lines": "prose",
    "choice": "select",
    "flag": "tick",
    "whole": "number",
    "day": "date",
    "email": "email",
    "mobile": "tel",
}


def _question(field: dict[str, Any]) -> Question:
    hint = field["hint"]
    options = [(one["code"], in_language(one["label"])) for one in field["options"]]
    return Question(
        name=_name(field),
        widget=_WIDGETS.get(field["type"], "text"),
        label=in_language(field["label"]),
        hint=None if hint is None else in_language(hint),
        required=field["required"],
        options=[("", gettext("Choose")), *options],
    )
