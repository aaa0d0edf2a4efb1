"""The back office's page "Clients": the provider's own, with their secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for
from flask_babel import gettext

from contracts.gateway import (
    MOST_SECRETS,
    ClientType,
    GrantType,
    add_provider_client_secret,
    change_provider_client,
    get_provider_client,
    list_provider_clients,
    register_provider_client,
    remove_provider_client,
    remove_provider_client_secret,
)
from contracts.registry import SCOPES
from gateway.oauth.consent_words import scope_words
from gateway.oauth.grantable import OF_THE_PERSON
from gateway.pages.forms import Form, sent_form
from gateway.pages.going import see_other
from gateway.pages.visit import parts
from gateway.portal.client_forms import (
    QUOTA_FIELDS,
    client_types,
    demands,
    grant_names,
    has_keys,
    methods,
    powers_of,
    provider_said_in,
    provider_values_of,
)
from gateway.portal.client_secret_words import keys_state, secret_state
from gateway.portal.lists import asked_page, page_links, whole
from gateway.portal.meanwhile import overtaken
from gateway.portal.refusals import REFUSALS
from gateway.portal.shell import Column
from gateway.portal.tabs import office_tabs
from gateway.portal.visitors import ask, visitor
from servicekit.editions import edition_of
from servicekit.errors import Forbidden

_ALL = "/back-office/clients"
_ONE = f"{_ALL}/<client_id>"


@dataclass(frozen=True, slots=True)
class ClientRow:
    client: dict[str, Any]
    kind: str
    tenants: str


@dataclass(frozen=True, slots=True)
class SecretRow:
    secret: dict[str, Any]
    state: tuple[str, str]


def register(blueprint: Blueprint) -> None:
    rule = blueprint.add_url_rule
    rule(_ALL, "office_clients", show_clients, methods=["GET"])
    rule("/back-office/new-client", "office_clients_new", show_registration, methods=["GET"])
    rule("/back-office/new-client", "office_clients_register", register_client, methods=["POST"])
    rule(_ONE, "office_clients_one", show_client, methods=["GET"])
    rule(_ONE, "office_clients_change", change_client, methods=["POST"])
    rule(f"{_ONE}/remove", "office_clients_remove", ask_removal, methods=["GET"])
    rule(f"{_ONE}/remove", "office_clients_do_remove", remove_client, methods=["POST"])
    rule(f"{_ONE}/secrets", "office_clients_secrets", show_secrets, methods=["GET"])
    rule(f"{_ONE}/secrets", "office_clients_secret", make_secret, methods=["POST"])
    end = f"{_ONE}/secrets/<uuid:secret_id>/end"
    rule(end, "office_clients_end_secret", end_secret, methods=["POST"])


def show_clients() -> str:
    answer, kinds = ask(list_provider_clients, asked_page()), client_types()
    return render_template(
        "back_office/clients.html",
        tabs=office_tabs(),
        may_register=visitor().may(register_provider_client),
        columns=[
            Column(gettext("Name")),
            Column(gettext("Kind")),
            Column(gettext("Acts for")),
            Column(gettext("Changed on")),
        ],
        rows=[
            ClientRow(one, kinds[one["kind"]], _for_whom(one["tenants"])) for one in answer["items"]
        ],
        pages=page_links(answer, "portal.office_clients"),
    )


def show_registration() -> Response:
    if not visitor().may(register_provider_client):
        raise Forbidden("staff-only")
    return _registration(Form(values={"kind": ClientType.CONFIDENTIAL.value}))


def register_client() -> Response:
    form = sent_form()
    try:
        named = {"client_id": form.value("client_id").strip(), "kind": form.value("kind")}
        client = ask(register_provider_client, {**named, **provider_said_in(form)}, form=form)
    except REFUSALS as error:
        return _registration(form.refused(error, known=QUOTA_FIELDS), status=error.status)
    page = url_for("portal.office_clients_one", client_id=client["client_id"])
    return see_other(page, "application-registered", name=client["name"])


def show_client(client_id: str) -> Response:
    client = _get(client_id)
    return _client(client, _filled(client))


def change_client(client_id: str) -> Response:
    form = sent_form()
    named = {"client_id": client_id, "edition": form.value("edition")}
    try:
        client = ask(change_provider_client, {**named, **provider_said_in(form)}, form=form)
    except REFUSALS as error:
        client = _get(client_id)
        again = overtaken(form, error, _filled(client), known=QUOTA_FIELDS)
        return _client(client, again, status=error.status)
    page = url_for("portal.office_clients_one", client_id=client_id)
    return see_other(page, "application-changed", name=client["name"])


def ask_removal(client_id: str) -> Response:
    return _removal(client_id, Form())


def remove_client(client_id: str) -> Response:
    form = sent_form()
    try:
        ask(remove_provider_client, {"client_id": client_id}, form=form)
    except REFUSALS as error:
        return _removal(client_id, form.refused(error), status=error.status)
    name = form.value("name")
    return see_other(url_for("portal.office_clients"), "application-removed", name=name)


def show_secrets(client_id: str) -> Response:
    return _secrets(client_id, Form())


def make_secret(client_id: str) -> Response:
    """Shown in this answer alone: there is no address to come back to."""
    form = sent_form()
    asked = {"client_id": client_id, "valid_days": whole(form.value("valid_days"))}
    try:
        made = ask(add_provider_client_secret, asked, form=form)
    except REFUSALS as error:
        return _secrets(client_id, form.refused(error), status=error.status)
    page = render_template(
        "back_office/client_secret.html",
        tabs=office_tabs(),
        client=_get(client_id),
        made=made,
        token_endpoint=f"{parts().settings.issuer}/oauth/token",
    )
    return make_response(page, 201)


def end_secret(client_id: str, secret_id: UUID) -> Response:
    form = sent_form()
    asked = {"client_id": client_id, "secret_id": str(secret_id)}
    try:
        ask(remove_provider_client_secret, asked, form=form)
    except REFUSALS as error:
        return _secrets(client_id, form.refused(error), status=error.status)
    return see_other(url_for("portal.office_clients_secrets", client_id=client_id), "secret-ended")


def _get(client_id: str) -> dict[str, Any]:
    return ask(get_provider_client, {"client_id": client_id})


def _filled(client: dict[str, Any]) -> Form:
    values, ticked = provider_values_of(client)
    return Form(values={**values, "edition": edition_of(client)}, many=ticked)


def _for_whom(tenants: list[str]) -> str:
    if "*" in tenants:
        return gettext("Every contract")
    return ", ".join(tenants) or gettext("No contract")


def _registration(form: Form, *, status: int = 200) -> Response:
    page = render_template(
        "back_office/client_new.html",
        tabs=office_tabs(),
        form=form,
        kinds=[(value, words, None) for value, words in client_types().items()],
        **_offered({}),
    )
    return make_response(page, status)


def _client(client: dict[str, Any], form: Form, *, status: int = 200) -> Response:
    page = render_template(
        "back_office/client.html",
        tabs=office_tabs(),
        form=form,
        client=client,
        kind=client_types()[client["kind"]],
        may_change=visitor().may(change_provider_client) and not client["by_settings"],
        with_secret=_with_secret(client),
        keys_state=keys_state(client, parts().clock.now()),
        scope_words=scope_words(client["scopes"]),
        grant_words=[grant_names()[one] for one in client["grants"]],
        **_offered(powers_of(client)),
    )
    return make_response(page, status)


def _secrets(client_id: str, form: Form, *, status: int = 200) -> Response:
    client, now = _get(client_id), parts().clock.now()
    elsewhere = any(powers_of(client).values())
    page = render_template(
        "back_office/client_secrets.html",
        tabs=office_tabs(),
        form=form,
        client=client,
        may_change=visitor().may(add_provider_client_secret) and _with_secret(client),
        may_make=len(client["secrets"]) < MOST_SECRETS and not elsewhere,
        elsewhere=elsewhere,
        columns=[
            Column(gettext("Made on")),
            Column(gettext("Until")),
            Column(gettext("State")),
            Column(gettext("Actions"), "acts"),
        ],
        rows=[SecretRow(one, secret_state(one, now)) for one in client["secrets"]],
    )
    return make_response(page, status)


def _with_secret(client: dict[str, Any]) -> bool:
    proves = client["kind"] == ClientType.CONFIDENTIAL and not has_keys(client)
    return proves and not client["by_settings"]


def _removal(client_id: str, form: Form, *, status: int = 200) -> Response:
    page = render_template(
        "back_office/client_remove.html", tabs=office_tabs(), form=form, client=_get(client_id)
    )
    return make_response(page, status)


def _offered(powers: dict[str, bool]) -> dict[str, Any]:
    """``powers``: what it has that the command line alone gives."""
    scopes = sorted({*SCOPES, *OF_THE_PERSON})
    return {
        "grants": [
            (grant.value, grant_names()[grant.value])
            for grant in GrantType
            if grant is not GrantType.TOKEN_EXCHANGE or powers.get("token_exchange")
        ],
        "powers": powers,
        "elsewhere": any(powers.values()),
        "scopes": [(scope, f"{scope_words([scope])[0]} ({scope})") for scope in scopes],
        "methods": methods(),
        "demands": demands(by_browser=True),
        "answered": True,
    }
