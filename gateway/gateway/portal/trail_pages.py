"""The page "Journal d'audit": every step, oldest first, and whether the chains hold.

Of a contract for its people, and of the installation itself for operators and auditors.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext

from contracts.codes import TenantCode
from contracts.declare import Call
from contracts.registry import CONTRACTS
from gateway.portal.shell import Column, contract_head
from gateway.portal.tabs import office_tabs
from gateway.portal.trail import Entry, MergedPage, from_text, merged_page, to_text
from gateway.portal.visitors import ask
from gateway.portal.words import trail_names
from servicekit.errors import Unavailable

_SERVICES = tuple(
    name for name, contract in CONTRACTS.items() if "list_audit_entries" in contract.calls
)
_ID = re.compile(r"(?:person:|iam-user:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ERASED = re.compile(r"erased-[0-9a-f]{12}")
_MOST_PARTS = 4  # of a chain that one look at the page verifies; programs go on to the end


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


@dataclass(frozen=True, slots=True)
class Trail:
    """Whose trail: a contract's, or the installation's own (None)."""

    tenant: TenantCode | None

    @property
    def about(self) -> dict[str, Any]:
        return {} if self.tenant is None else {"tenant": self.tenant}

    def entries_call(self, service: str) -> Call:
        name = "list_house_entries" if self.tenant is None else "list_audit_entries"
        return CONTRACTS[service].calls[name]

    def verification_call(self, service: str) -> Call:
        name = "verify_house_chain" if self.tenant is None else "verify_audit_chain"
        return CONTRACTS[service].calls[name]

    def address(self, **values: Any) -> str:
        endpoint = "portal.office_trail" if self.tenant is None else "portal.trail"
        return url_for(endpoint, **self.about, **values)


def register(blueprint: Blueprint) -> None:
    path = "/contracts/<tenant:tenant>/audit"
    blueprint.add_url_rule(path, "trail", show_trail, methods=["GET"])
    blueprint.add_url_rule("/back-office/audit", "office_trail", show_house_trail, methods=["GET"])


def show_trail(tenant: TenantCode) -> str:
    shown = _trail(Trail(tenant))
    return render_template("portal/trail.html", head=contract_head(tenant), **shown)


def show_house_trail() -> str:
    return render_template("back_office/trail.html", tabs=office_tabs(), **_trail(Trail(None)))


def _trail(trail: Trail) -> dict[str, Any]:
    chains = [_chain(trail, service) for service in _SERVICES]
    silent = {chain.name for chain in chains if chain.entries is None}
    names = trail_names()

    def fetch(service: str, cursor: str | None, limit: int) -> dict[str, Any]:
        if names[service] in silent:  # it was waited for once
            raise Unavailable("service-timeout")
        asked = {**trail.about, "cursor": cursor, "limit": limit}
        return ask(trail.entries_call(service), asked)

    page = merged_page(fetch, from_text(request.args.get("cursor"), _SERVICES))
    return {
        "chains": chains,
        "silent": bool(page.silent),
        "chain_columns": _chain_columns(),
        "columns": _columns(),
        "steps": [_step(names[service], entry) for service, entry in page.entries],
        "pages": {
            "first": trail.address() if "cursor" in request.args else None,
            "next": _next(trail, page),
        },
    }


def _next(trail: Trail, page: MergedPage) -> str | None:
    more = page.entries and not page.ended
    return trail.address(cursor=to_text(page.positions)) if more else None


def _chain(trail: Trail, service: str) -> Chain:
    name = trail_names()[service]
    try:
        found = _verified(trail, service)
    except Unavailable:
        return Chain(name, None, (gettext("Not answering"), "warn"), "")
    if not found["verified"]:
        state = (gettext("Broken at entry %(number)s", number=found["broken_at"]), "danger")
    elif found.get("next_after") is not None:
        state = (gettext("Verified up to entry %(number)s", number=found["entries"]), "good")
    else:
        state = (gettext("Verified"), "good")
    return Chain(name, found["entries"], state, found["head"] or "")


def _verified(trail: Trail, service: str) -> dict[str, Any]:
    after = 0
    found: dict[str, Any] = {}
    for _ in range(_MOST_PARTS):
        found = ask(trail.verification_call(service), {**trail.about, "after": after})
        later = found.get("next_after")
        if later is None:
            break
        after = later
    return found


def _step(service: str, entry: Entry) -> Step:
    actor = _named(entry["actor"], entry.get("actor_name"))
    if entry["act"] is not None:
        actor = f"{_named(entry['act'], entry.get('act_name'))} → {actor}"
    return Step(
        service=service,
        entry=entry,
        actor=actor,
        target=_named(entry["target"], entry.get("target_name")),
        details=[(name, _shown(value)) for name, value in entry["details"].items()],
    )


def _named(subject: str, name: str | None) -> str:
    """A name, or the end of an id: ids of one minute begin alike. The proof has it whole."""
    if name is not None:
        return gettext("erased person") if _ERASED.fullmatch(name) else name
    return f"…{subject[-12:]}" if _ID.fullmatch(subject) else subject


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_shown(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_shown(inner) for inner in value)
    if isinstance(value, str):
        return f"…{value[-12:]}" if _ID.fullmatch(value) else value
    return json.dumps(value)


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
