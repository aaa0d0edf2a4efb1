"""Security rules: of a contract by its managers on Users, of the installation by the operator."""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts import identity
from contracts.codes import CredentialKind, TenantCode
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.pages.words import password_rules
from gateway.portal.refusals import REFUSALS
from gateway.portal.security_words import entry_rules, lock_rule, score_names
from gateway.portal.shell import contract_head
from gateway.portal.tabs import office_tabs
from gateway.portal.visitors import ask, visitor
from servicekit.errors import GuichetError

_ENTRY = "entry"
_PARTS = (*(kind.value for kind in CredentialKind), _ENTRY)
_NUMBERS = (
    "minimum_length",
    "maximum_length",
    "character_classes",
    "identical_characters",
    "history_count",
    "minimum_age_minutes",
    "validity_days",
    "minimum_score",
    "failure_limit",
    "window_minutes",
    "lock_minutes",
    "version",
)
_POLICY_FLAGS = ("not_user_name", "breached_refused")
_ENTRY_NUMBERS = ("idle_minutes", "version")
_TENANT_ENTRY_NUMBERS = (*_ENTRY_NUMBERS, "disable_idle_days")
_HERE = "/contracts/<tenant:tenant>/security"
_OFFICE = "/back-office/security"


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_HERE, "security", show, methods=["GET"])
    rule(f"{_HERE}/passwords/<any(portal, api):kind>", "security_set", change, methods=["POST"])
    drop = f"{_HERE}/passwords/<any(portal, api):kind>/drop"
    rule(drop, "security_drop", drop_policy, methods=["POST"])
    rule(f"{_HERE}/entry", "security_entry", change_entry, methods=["POST"])
    rule(_OFFICE, "office_security", show_office, methods=["GET"])
    own = f"{_OFFICE}/passwords/<any(portal, api):kind>"
    rule(own, "office_security_set", change_installation, methods=["POST"])
    entry = f"{_OFFICE}/entry"
    rule(entry, "office_security_entry", change_installation_entry, methods=["POST"])


# --- of a contract --------------------------------------------------------------------------------


def show(tenant: TenantCode) -> Response:
    return _page(tenant)


def change(tenant: TenantCode, kind: str) -> Response:
    form = sent_form()
    asked = {"tenant": tenant, "kind": kind, **_policy(form, kind)}
    try:
        ask(identity.change_password_policy, asked, form=form)
    except REFUSALS as error:
        return _page(tenant, refused=_refused(form, kind, error), part=kind, status=error.status)
    return see_other(url_for("portal.security", tenant=tenant), "rules-changed")


def drop_policy(tenant: TenantCode, kind: str) -> Response:
    form = sent_form()
    asked = {"tenant": tenant, "kind": kind, "version": _number(form.value(f"{kind}.version"))}
    try:
        ask(identity.drop_password_policy, asked, form=form)
    except REFUSALS as error:
        return _page(tenant, refused=_refused(form, kind, error), part=kind, status=error.status)
    return see_other(url_for("portal.security", tenant=tenant), "rules-changed")


def change_entry(tenant: TenantCode) -> Response:
    form = sent_form()
    flags = ("second_factor_required", "show_last_sign_in")
    asked = {"tenant": tenant, **_entry(form, numbers=_TENANT_ENTRY_NUMBERS, flags=flags)}
    try:
        ask(identity.change_entry_rules, asked, form=form)
    except REFUSALS as error:
        refused = _refused(form, _ENTRY, error)
        return _page(tenant, refused=refused, part=_ENTRY, status=error.status)
    return see_other(url_for("portal.security", tenant=tenant), "rules-changed")


def _page(
    tenant: TenantCode, *, refused: Form | None = None, part: str = "", status: int = 200
) -> Response:
    seen = {
        kind.value: ask(identity.get_password_policy, {"tenant": tenant, "kind": kind.value})
        for kind in CredentialKind
    }
    seen[_ENTRY] = ask(identity.get_entry_rules, {"tenant": tenant})
    page = render_template(
        "portal/security.html",
        head=contract_head(tenant),
        may_change=visitor().may(identity.change_password_policy, tenant),
        **_shown(seen, refused=refused, part=part),
    )
    return make_response(page, status)


# --- of the installation --------------------------------------------------------------------------


def show_office() -> Response:
    return _office_page()


def change_installation(kind: str) -> Response:
    form = sent_form()
    try:
        ask(
            identity.change_installation_policy,
            {"kind": kind, **_policy(form, kind, whole=True)},
            form=form,
        )
    except REFUSALS as error:
        return _office_page(refused=_refused(form, kind, error), part=kind, status=error.status)
    return see_other(url_for("portal.office_security"), "rules-changed")


def change_installation_entry() -> Response:
    form = sent_form()
    asked = _entry(form, numbers=_ENTRY_NUMBERS, flags=("show_last_sign_in",))
    try:
        ask(identity.change_installation_entry_rules, asked, form=form)
    except REFUSALS as error:
        refused = _refused(form, _ENTRY, error)
        return _office_page(refused=refused, part=_ENTRY, status=error.status)
    return see_other(url_for("portal.office_security"), "rules-changed")


def _office_page(*, refused: Form | None = None, part: str = "", status: int = 200) -> Response:
    seen = {
        kind.value: ask(identity.get_installation_policy, {"kind": kind.value})
        for kind in CredentialKind
    }
    seen[_ENTRY] = ask(identity.get_installation_entry_rules)
    page = render_template(
        "back_office/security.html",
        tabs=office_tabs(),
        may_change=visitor().may(identity.change_installation_policy),
        **_shown(seen, refused=refused, part=part),
    )
    return make_response(page, status)


# --- forms ----------------------------------------------------------------------------------------


def _shown(seen: dict[str, Any], *, refused: Form | None, part: str) -> dict[str, Any]:
    """What was refused stands in its form again, over the rules as they are now."""
    forms = {name: _filled(name, seen[name]) for name in _PARTS}
    if refused is not None:
        version = {f"{part}.version": str(seen[part]["version"])}
        forms[part] = dataclasses.replace(refused, values={**refused.values, **version})
    return {
        "seen": seen,
        "forms": forms,
        "refused": refused or Form(),
        "open_parts": [part] if part else [],
        "said": {
            **{
                kind.value: [*password_rules(seen[kind.value]), lock_rule(seen[kind.value])]
                for kind in CredentialKind
            },
            _ENTRY: entry_rules(seen[_ENTRY]),
        },
        "scores": score_names(),
    }


def _filled(part: str, rules: dict[str, Any]) -> Form:
    flags = [name for name, value in rules.items() if value is True and name != "own"]
    values = {
        f"{part}.{name}": str(value)
        for name, value in rules.items()
        if value is not None and not isinstance(value, bool)
    }
    return Form(values=values, many={f"{part}.flags": flags})


def _policy(form: Form, kind: str, *, whole: bool = False) -> dict[str, Any]:
    """``whole``: with what of a contract's portal rules is the installation's alone."""
    numbers = {name: _number(form.value(f"{kind}.{name}")) for name in _NUMBERS}
    special = form.value(f"{kind}.special_characters").strip() or None
    flags = form.chosen(f"{kind}.flags")
    alone = not whole and kind == CredentialKind.PORTAL
    dropped = ("maximum_length", "failure_limit", "window_minutes", "lock_minutes")
    return {
        **{name: value for name, value in numbers.items() if not (alone and name in dropped)},
        "special_characters": None if alone else special,
        **{name: name in flags for name in _POLICY_FLAGS},
    }


def _entry(form: Form, *, numbers: tuple[str, ...], flags: tuple[str, ...]) -> dict[str, Any]:
    chosen = form.chosen(f"{_ENTRY}.flags")
    return {
        **{name: _number(form.value(f"{_ENTRY}.{name}")) for name in numbers},
        **{name: name in chosen for name in flags},
        "notice": form.value(f"{_ENTRY}.notice").strip() or None,
    }


def _number(text: str) -> int | str:
    """As it was typed where it is none: the contract says what is wrong with it."""
    typed = text.strip()
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else typed


def _refused(form: Form, part: str, error: GuichetError) -> Form:
    flags = dict.fromkeys((*_POLICY_FLAGS, "show_last_sign_in"), f"{part}.flags")
    plain = (*_NUMBERS, *_TENANT_ENTRY_NUMBERS, "special_characters", "notice")
    refused = form.refused(error, known={**{name: f"{part}.{name}" for name in plain}, **flags})
    if error.code != "changed-meanwhile":
        return refused
    told = gettext(
        "Somebody has changed these rules meanwhile: they stand here as they are now. What you"
        " entered is kept in the form; saving it replaces his."
    )
    return dataclasses.replace(refused, notice=told)
