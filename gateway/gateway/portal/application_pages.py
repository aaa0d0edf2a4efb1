"""The contract's "Applications": programs that act for it, and the secrets they prove themselves
by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.codes import TenantCode
from contracts.gateway import (
    MOST_SECRETS,
    ApplicationKind,
    add_client_secret,
    change_client,
    change_client_quota,
    get_client,
    list_clients,
    register_client,
    remove_client,
    remove_client_secret,
)
from contracts.identity import name_people
from contracts.rights import Caller, CallerKind
from gateway.oauth.consent_words import scope_words
from gateway.oauth.grantable import grantable_scopes
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.pages.visit import ask_as_gateway, parts
from gateway.portal.client_forms import (
    QUOTA_FIELDS,
    demands,
    has_keys,
    methods,
    quota_in,
    quota_values,
    said_in,
    values_of,
)
from gateway.portal.client_secret_words import keys_state, secret_state
from gateway.portal.lists import asked_page, page_links, whole
from gateway.portal.meanwhile import overtaken
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column, contract_head
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import application_kinds
from servicekit.editions import edition_of
from servicekit.errors import NotFound
from servicekit.pseudonyms import person_target

_ALL = "/contracts/<tenant:tenant>/applications"
_ONE = f"{_ALL}/<client_id>"


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    client: dict[str, Any]
    kind: str
    scopes: list[str]
    state: tuple[str, str]


@dataclass(frozen=True, slots=True)
class SecretRow:
    secret: dict[str, Any]
    by: str | None
    state: tuple[str, str]


@dataclass(frozen=True, slots=True)
class KeysRow:
    by: str | None
    expires_at: str | None
    state: tuple[str, str]


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_ALL, "applications", show_applications, methods=["GET"])
    rule(f"{_ALL}/new/<kind>", "applications_new", show_registration, methods=["GET"])
    rule(f"{_ALL}/new/<kind>", "applications_register", register_application, methods=["POST"])
    rule(_ONE, "applications_one", show_application, methods=["GET"])
    rule(_ONE, "applications_change", change_application, methods=["POST"])
    rule(f"{_ONE}/quota", "applications_quota", change_quota, methods=["POST"])
    rule(f"{_ONE}/remove", "applications_remove", ask_removal, methods=["GET"])
    rule(f"{_ONE}/remove", "applications_do_remove", remove_application, methods=["POST"])
    rule(f"{_ONE}/secrets", "applications_secret", make_secret, methods=["POST"])
    end = f"{_ONE}/secrets/<uuid:secret_id>/end"
    rule(end, "applications_end_secret", end_secret, methods=["POST"])


def show_applications(tenant: TenantCode) -> str:
    answer = ask(list_clients, {"tenant": tenant, **asked_page()})
    kinds, now = application_kinds(), parts().clock.now()
    return render_template(
        "portal/applications.html",
        head=contract_head(tenant),
        kinds=kinds.items() if visitor().may(register_client, tenant) else (),
        columns=[
            Column(gettext("Name")),
            Column(gettext("Kind")),
            Column(gettext("May do")),
            Column(gettext("Secret")),
        ],
        rows=[
            ApplicationRow(
                client=one,
                kind=kinds[one["kind"]][0],
                scopes=scope_words(one["scopes"]),
                state=_state(one, now),
            )
            for one in answer["items"]
        ],
        pages=page_links(answer, "portal.applications", tenant=tenant),
    )


def show_registration(tenant: TenantCode, kind: str) -> Response:
    return _registration(tenant, _kind(kind), Form())


def register_application(tenant: TenantCode, kind: str) -> Response:
    form, of_kind = sent_form(), _kind(kind)
    try:
        asked = {"tenant": tenant, "kind": of_kind.value, **said_in(form)}
        client = ask(register_client, asked, form=form)
    except REFUSALS as error:
        return _registration(tenant, of_kind, form.refused(error), status=error.status)
    page = url_for("portal.applications_one", tenant=tenant, client_id=client["client_id"])
    return see_other(page, "application-registered", name=client["name"])


def show_application(tenant: TenantCode, client_id: str) -> Response:
    client = _get(tenant, client_id)
    return _application(tenant, client, _filled(client))


def change_application(tenant: TenantCode, client_id: str) -> Response:
    form = sent_form()
    named = {"tenant": tenant, "client_id": client_id, "edition": form.value("edition")}
    try:
        client = ask(change_client, {**named, **said_in(form)}, form=form)
    except REFUSALS as error:
        client = _get(tenant, client_id)
        again = overtaken(form, error, _filled(client))
        return _application(tenant, client, again, status=error.status)
    here = url_for("portal.applications_one", tenant=tenant, client_id=client_id)
    return see_other(here, "application-changed", name=client["name"])


def change_quota(tenant: TenantCode, client_id: str) -> Response:
    """By the provider alone."""
    form = sent_form()
    one = {"tenant": tenant, "client_id": client_id}
    asked = {**one, "quota": quota_in(form), "edition": form.value("edition")}
    try:
        client = ask(change_client_quota, asked, form=form)
    except REFUSALS as error:
        client = _get(tenant, client_id)
        again = overtaken(_beside(form, client), error, _filled(client), known=QUOTA_FIELDS)
        return _application(tenant, client, again, status=error.status)
    page = url_for("portal.applications_one", **one)
    return see_other(page, "application-changed", name=client["name"])


def ask_removal(tenant: TenantCode, client_id: str) -> Response:
    return _removal(tenant, client_id, Form())


def remove_application(tenant: TenantCode, client_id: str) -> Response:
    form = sent_form()
    try:
        ask(remove_client, {"tenant": tenant, "client_id": client_id}, form=form)
    except REFUSALS as error:
        return _removal(tenant, client_id, form.refused(error), status=error.status)
    name = form.value("name")
    return see_other(
        url_for("portal.applications", tenant=tenant), "application-removed", name=name
    )


def make_secret(tenant: TenantCode, client_id: str) -> Response:
    """Shown in this answer alone: there is no address to come back to."""
    form = sent_form()
    one = {"tenant": tenant, "client_id": client_id}
    try:
        made = ask(
            add_client_secret, {**one, "valid_days": whole(form.value("valid_days"))}, form=form
        )
    except REFUSALS as error:
        client = _get(tenant, client_id)
        again = _beside(form, client).refused(error)
        return _application(tenant, client, again, status=error.status)
    page = render_template(
        "portal/application_secret.html",
        head=contract_head(tenant),
        client=_get(tenant, client_id),
        made=made,
        token_endpoint=f"{parts().settings.issuer}/oauth/token",
    )
    return make_response(page, 201)


def end_secret(tenant: TenantCode, client_id: str, secret_id: UUID) -> Response:
    form = sent_form()
    one = {"tenant": tenant, "client_id": client_id}
    try:
        ask(remove_client_secret, {**one, "secret_id": str(secret_id)}, form=form)
    except REFUSALS as error:
        client = _get(tenant, client_id)
        again = _beside(form, client).refused(error)
        return _application(tenant, client, again, status=error.status)
    return see_other(url_for("portal.applications_one", **one), "secret-ended")


def _get(tenant: TenantCode, client_id: str) -> dict[str, Any]:
    return ask(get_client, {"tenant": tenant, "client_id": client_id})


def _kind(text: str) -> ApplicationKind:
    try:
        return ApplicationKind(text)
    except ValueError:
        raise NotFound("client-unknown") from None


def _filled(client: dict[str, Any]) -> Form:
    values, ticked = values_of(client)
    return Form(
        values={**values, **quota_values(client), "edition": edition_of(client)}, many=ticked
    )


def _beside(form: Form, client: dict[str, Any]) -> Form:
    """Of a small form on the page, whose other fields show what is there."""
    shown = _filled(client)
    return replace(form, values={**shown.values, **form.values}, many=shown.many | form.many)


def _registration(
    tenant: TenantCode, kind: ApplicationKind, form: Form, *, status: int = 200
) -> Response:
    name, about = application_kinds()[kind.value]
    page = render_template(
        "portal/application_new.html",
        head=contract_head(tenant),
        form=form,
        kind=name,
        about=about,
        scopes=_choices(tenant, kind),
        **_offered(kind),
    )
    return make_response(page, status)


def _offered(kind: ApplicationKind) -> dict[str, Any]:
    by_browser = kind is not ApplicationKind.SERVICE
    return {
        "answered": by_browser,
        "demands": demands(by_browser=by_browser),
        "methods": methods() if kind is not ApplicationKind.NATIVE else (),
    }


def _application(
    tenant: TenantCode, client: dict[str, Any], form: Form, *, status: int = 200
) -> Response:
    kind, now = ApplicationKind(client["kind"]), parts().clock.now()
    page = render_template(
        "portal/application.html",
        head=contract_head(tenant),
        form=form,
        client=client,
        kind=application_kinds()[client["kind"]][0],
        scopes=_choices(tenant, kind, also=client["scopes"]),
        **_offered(kind),
        may_limit=visitor().may(change_client_quota, tenant),
        may_change=visitor().may(change_client, tenant),
        with_secret=kind is not ApplicationKind.NATIVE and not has_keys(client),
        keys=_keys(tenant, client, now),
        may_make=len(client["secrets"]) < MOST_SECRETS,
        columns=[
            Column(gettext("Made on")),
            Column(gettext("Made by")),
            Column(gettext("Until")),
            Column(gettext("State")),
            Column(gettext("Actions"), "acts"),
        ],
        rows=_secret_rows(tenant, client["secrets"], now),
    )
    return make_response(page, status)


def _secret_rows(
    tenant: TenantCode, secrets: list[dict[str, Any]], now: datetime
) -> list[SecretRow]:
    """A secret outlives the rights of whoever made it: that he made it is seen."""
    makers = {
        one["secret_id"]: person_target(one["created_by"])
        for one in secrets
        if one.get("created_by")
    }
    names = _names(tenant, set(makers.values()))
    return [
        SecretRow(one, names.get(makers.get(one["secret_id"], "")), secret_state(one, now))
        for one in secrets
    ]


def _keys(tenant: TenantCode, client: dict[str, Any], now: datetime) -> KeysRow | None:
    if not has_keys(client):
        return None
    setter = client.get("keys_set_by")
    target = person_target(setter) if setter else ""
    by = _names(tenant, {target}).get(target) if target else None
    return KeysRow(by, client.get("keys_expire_at"), keys_state(client, now))


def _names(tenant: TenantCode, targets: set[str]) -> dict[str, str]:
    """As the contract's people may know them."""
    asked = {"chain": tenant, "targets": sorted(targets)}
    told = ask_as_gateway(name_people, asked) if targets else {}
    return {one["target"]: one["name"] for one in told.get("items", ())}


def _removal(tenant: TenantCode, client_id: str, form: Form, *, status: int = 200) -> Response:
    page = render_template(
        "portal/application_remove.html",
        head=contract_head(tenant),
        form=form,
        client=_get(tenant, client_id),
    )
    return make_response(page, status)


def _choices(
    tenant: TenantCode, kind: ApplicationKind, *, also: list[str] | None = None
) -> list[tuple[str, str]]:
    """What this visitor may give, and what is given already."""
    who, holding = visitor(), visitor().rights.holding(tenant)
    caller = Caller(
        kind=CallerKind.PERSON,
        subject=who.token.subject,
        scopes=who.token.scopes,
        staff=who.rights.staff,
        tenant=tenant,
        roles=holding.roles,
        offices=holding.offices,
    )
    offered = sorted(grantable_scopes(kind, caller) | set(also or ()))
    return list(zip(offered, (scope_words([one])[0] for one in offered), strict=True))


def _state(client: dict[str, Any], now: datetime) -> tuple[str, str]:
    """Of the secret that lives longest: whoever has replaced one is not warned of the other."""
    if client.get("keys_expire_at"):
        return keys_state(client, now)
    if client["kind"] == ApplicationKind.NATIVE or has_keys(client):
        return gettext("None needed"), "plain"
    if not client["secrets"]:
        return gettext("None"), "warn"
    longest = max(client["secrets"], key=lambda one: one["expires_at"] or "9999")
    return secret_state(longest, now)
