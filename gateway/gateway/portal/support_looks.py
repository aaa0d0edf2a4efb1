"""What was looked at by one grant: the trails of all services, merged by time.

Who reads the contract's trail sees the entries themselves; everybody else who may know of the grant
sees when, which call and by whom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext

from contracts.codes import TenantCode
from contracts.registry import CONTRACTS
from gateway.portal.impersonation_words import call_words, step_words
from gateway.portal.shell import Column
from gateway.portal.trail import from_text, merged_page, to_text
from gateway.portal.visitors import ask, visitor
from gateway.portal.words import trail_names

_SERVICES = tuple(name for name, contract in CONTRACTS.items() if "list_looks" in contract.calls)


@dataclass(frozen=True, slots=True)
class LookRow:
    """``about`` is None where the reader is not told."""

    at: str
    sequence: int
    service: str
    what: str
    who: str
    about: str | None = None


@dataclass(frozen=True, slots=True)
class LookTable:
    """``silent``: whether a service did not answer, whose looks are missing."""

    columns: list[Column]
    rows: list[LookRow]
    pages: dict[str, str | None]
    silent: bool


def looks_in(tenant: TenantCode, grant_id: str, address: Callable[..., str]) -> LookTable:
    """Of a contract, for its people. ``address``: of the page itself."""
    if not visitor().may(CONTRACTS["identity"].calls["list_audit_entries"], tenant):
        asked = {"tenant": tenant, "grant_id": grant_id}
        return _table("list_looks", asked, _of_look, address)
    asked = {"tenant": tenant, "grant": grant_id}
    return _table("list_audit_entries", asked, _of_entry, address)


def own_looks(tenant: str, grant_id: str, address: Callable[..., str]) -> LookTable:
    """For who was seen."""
    asked = {"tenant": tenant, "grant_id": grant_id}
    return _table("list_own_looks", asked, _of_look, address)


def _table(
    call: str,
    asked: dict[str, Any],
    row: Callable[[str, dict[str, Any]], LookRow],
    address: Callable[..., str],
) -> LookTable:
    def fetch(service: str, cursor: str | None, limit: int) -> dict[str, Any]:
        return ask(CONTRACTS[service].calls[call], {**asked, "cursor": cursor, "limit": limit})

    page = merged_page(fetch, from_text(request.args.get("cursor"), _SERVICES))
    names = trail_names()
    rows = [row(names[service], entry) for service, entry in page.entries]
    pages = {
        "first": address() if "cursor" in request.args else None,
        "next": address(cursor=to_text(page.positions)) if rows and not page.ended else None,
    }
    return LookTable(_columns(about=row is _of_entry), rows, pages, silent=bool(page.silent))


def _of_look(service: str, look: dict[str, Any]) -> LookRow:
    return LookRow(
        at=look["at"],
        sequence=look["sequence"],
        service=service,
        what=call_words(look["call"]),
        who=look.get("operator_name") or gettext("the provider's staff"),
    )


def _of_entry(service: str, entry: dict[str, Any]) -> LookRow:
    """Of a look: who looked, not whose view it was."""
    name = entry.get("act_name") if entry["act"] else entry.get("actor_name")
    return LookRow(
        at=entry["at"],
        sequence=entry["sequence"],
        service=service,
        what=step_words(entry),
        who=name or gettext("the installation"),
        about=entry.get("target_name") or "–",
    )


def _columns(*, about: bool) -> list[Column]:
    shown = [Column(gettext("When")), Column(gettext("What")), Column(gettext("By whom"))]
    return [*shown, Column(gettext("About"))] if about else shown
