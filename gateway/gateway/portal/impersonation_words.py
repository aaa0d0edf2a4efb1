"""Impersonation in the reader's language: its states, who gave it, what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext

from contracts.identity import ImpersonationState
from gateway.portal.acts import act_names
from gateway.portal.shell import Column

OPEN = (ImpersonationState.PROPOSED, ImpersonationState.ACTIVE)
_SPANS = (15, 30, 60, 120, 240, 480)  # minutes, from the shortest to the longest


@dataclass(frozen=True, slots=True)
class ShownGrant:
    """One grant as a list shows it. ``state``: words and chip kind."""

    grant: dict[str, Any]
    state: tuple[str, str]
    given: str
    span: str
    is_open: bool
    is_active: bool


def grant_row(grant: dict[str, Any]) -> ShownGrant:
    return ShownGrant(
        grant=grant,
        state=impersonation_states()[grant["state"]],
        given=_given_by(grant),
        span=span_words(grant["minutes"]),
        is_open=grant["state"] in OPEN,
        is_active=grant["state"] == ImpersonationState.ACTIVE,
    )


def grant_columns(first: str) -> list[Column]:
    """``first``: what tells one grant from another to this reader."""
    return [
        Column(first),
        Column(gettext("As whom")),
        Column(gettext("Why")),
        Column(gettext("Given by")),
        Column(gettext("Until")),
        Column(gettext("State")),
        Column(gettext("Actions"), "acts"),
    ]


def impersonation_states() -> dict[str, tuple[str, str]]:
    return {
        ImpersonationState.PROPOSED: (gettext("To be decided"), "warn"),
        ImpersonationState.ACTIVE: (gettext("In force"), "warn"),
        ImpersonationState.DECLINED: (gettext("Declined"), "plain"),
        ImpersonationState.EXPIRED: (gettext("Not decided in time"), "plain"),
        ImpersonationState.ENDED: (gettext("Ended"), "plain"),
        ImpersonationState.OVER: (gettext("Over"), "plain"),
    }


def _given_by(grant: dict[str, Any]) -> str:
    if grant["given_by"] is not None:
        return str(grant["given_by_name"])
    if grant["approved_by"] is None:
        return gettext("proposed by %(name)s", name=grant["proposed_by_name"])
    return gettext(
        "%(one)s and %(other)s, of the provider's staff",
        one=grant["proposed_by_name"],
        other=grant["approved_by_name"],
    )


def spans() -> list[tuple[str, str]]:
    return [(str(minutes), span_words(minutes)) for minutes in _SPANS]


def span_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if rest:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    return ngettext("%(num)s hour", "%(num)s hours", hours)


def step_words(entry: dict[str, Any]) -> str:
    """What one entry of a grant's trail says."""
    steps = {
        "impersonation:grant:proposed": gettext("The access was proposed"),
        "impersonation:grant:approved": gettext("Approved"),
        "impersonation:grant:given": gettext("Given"),
        "impersonation:grant:begun": gettext("The view was opened"),
        "impersonation:grant:declined": gettext("Declined"),
        "impersonation:grant:expired": gettext("Not decided in time"),
        "impersonation:grant:ended": gettext("Ended"),
        "impersonation:grant:over": gettext("Over"),
    }
    known = steps.get(entry["action"])
    if known is not None:
        return known
    return call_words(str(entry["details"].get("call", entry["action"])))


def call_words(call: str) -> str:
    """What a read looked at, by the full name of the call."""
    return {**act_names(), **_lists()}.get(call, call)


def _lists() -> dict[str, str]:
    """Reads that are no act of one contract."""
    return {
        "tenancy.list_contracts": gettext("See the list of contracts"),
        "subscriptions.list_offers": gettext("See the catalogue"),
    }
