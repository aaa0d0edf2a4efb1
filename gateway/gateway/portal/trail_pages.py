"""The page "Journal d'audit": every step, oldest first, and whether the chains hold."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext

from contracts.codes import TenantCode
from contracts.identity import list_users
from contracts.registry import CONTRACTS
from gateway.portal.shell import Column, contract_head
from gateway.portal.trail import Entry, from_text, merged_page, to_text
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import trail_names
from servicekit.errors import Unavailable

_SERVICES = tuple(
    name for name, contract in CONTRACTS.items() if "list_audit_entries" in contract.calls
)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Chain:
    """``entries`` is None where the service does not answer."""

    name: str
    entries: int | None
    state: tuple[str, str]
    head: str


@dataclass(frozen=True, slots=True)
class Step:
    service: str
    entry: Entry
    actor: str
    target: str
    details: list[tuple[str, str]]


def register(blueprint: Blueprint) -> None:
    path = "/contracts/<tenant:tenant>/audit"
    blueprint.add_url_rule(path, "trail", show_trail, methods=["GET"])


def show_trail(tenant: TenantCode) -> str:
    chains = [_chain(tenant, service) for service in _SERVICES]
    silent = {chain.name for chain in chains if chain.entries is None}
    names = trail_names()
    heard = tuple(service for service in _SERVICES if names[service] not in silent)
    page = merged_page(
        lambda service, cursor, limit: _entries(tenant, service, cursor, limit),
        from_text(request.args.get("cursor"), heard),
    )
    people = _people(tenant)
    return render_template(
        "portal/trail.html",
        head=contract_head(tenant),
        chains=chains,
        silent=bool(silent),
        chain_columns=_chain_columns(),
        columns=_columns(),
        steps=[_step(names[service], entry, people) for service, entry in page.entries],
        pages={
            "first": url_for("portal.trail", tenant=tenant) if "cursor" in request.args else None,
            "next": None
            if page.ended
            else url_for("portal.trail", tenant=tenant, cursor=to_text(page.positions)),
        },
    )


def _entries(tenant: TenantCode, service: str, cursor: str | None, limit: int) -> dict[str, Any]:
    call = CONTRACTS[service].calls["list_audit_entries"]
    return ask(call, {"tenant": tenant, "cursor": cursor, "limit": limit})


def _chain(tenant: TenantCode, service: str) -> Chain:
    name = trail_names()[service]
    try:
        found = ask(CONTRACTS[service].calls["verify_audit_chain"], {"tenant": tenant})
    except Unavailable:
        return Chain(name, None, (gettext("Not answering"), "warn"), "")
    if found["verified"]:
        state = (gettext("Verified"), "good")
    else:
        state = (gettext("Broken at entry %(number)s", number=found["broken_at"]), "danger")
    return Chain(name, found["entries"], state, found["head"] or "")


def _people(tenant: TenantCode) -> dict[str, str]:
    """Names by person id, where the reader may see the users: the trail itself holds ids."""
    if not visitor().may(list_users, tenant):
        return {}
    try:
        users = ask(list_users, {"tenant": tenant, "limit": 200})["items"]
    except Unavailable:
        return {}
    return {user["person_id"]: f"{user['given_name']} {user['family_name']}" for user in users}


def _step(service: str, entry: Entry, people: dict[str, str]) -> Step:
    actor = _named(entry["actor"], people)
    if entry["act"] is not None:
        actor = f"{_named(entry['act'], people)} → {actor}"
    return Step(
        service=service,
        entry=entry,
        actor=actor,
        target=_named(entry["target"], people),
        details=[(name, _shown(value)) for name, value in entry["details"].items()],
    )


def _named(subject: str, people: dict[str, str]) -> str:
    """A name, or the end of an id: ids of one minute begin alike. The proof has it whole."""
    if subject in people or not _ID.fullmatch(subject):
        return people.get(subject, subject)
    return f"…{subject[-12:]}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_shown(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_shown(inner) for inner in value)
    return value if isinstance(value, str) else json.dumps(value)


def _chain_columns() -> list[Column]:
    return [
        Column(gettext("Chain")),
        Column(gettext("Entries"), "figure"),
        Column(gettext("State")),
        Column(gettext("Hash of the last entry")),
    ]


def _columns() -> list[Column]:
    return [
        Column(gettext("When")),
        Column(gettext("Act")),
        Column(gettext("By whom")),
        Column(gettext("About")),
        Column(gettext("Details")),
    ]
