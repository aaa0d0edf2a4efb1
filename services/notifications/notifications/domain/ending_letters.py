"""Letters about the end of a contract, to its referent."""

from __future__ import annotations

from typing import Any

from notifications.domain.contract_letters import to_referent
from notifications.domain.letters import Fact, Letter, Template

_MOST_PARTS = 20


def draining_reported(fact: Fact) -> Letter | None:
    return to_referent(
        Template.DRAINING_REPORTED,
        fact,
        draining_since=fact["draining_since"],
        known=fact["known"],
        observed_at=fact["observed_at"],
        remaining=fact["remaining"],
        parts=[_part(part) for part in fact["parts"][:_MOST_PARTS]],
        more=max(len(fact["parts"]) - _MOST_PARTS, 0),
        daily_costs=[
            {"amount": cost["amount"], "currency": cost["currency"]} for cost in fact["daily_costs"]
        ],
    )


def forced_closing_proposed(fact: Fact) -> Letter | None:
    return to_referent(
        Template.FORCED_CLOSING_PROPOSED,
        fact,
        proposed_at=fact["proposed_at"],
        expires_at=fact["expires_at"],
    )


def contract_closed(fact: Fact) -> Letter | None:
    certificate = fact["certificate"]
    return to_referent(
        Template.CONTRACT_CLOSED,
        fact,
        opened_at=certificate["opened_at"],
        terminated_at=certificate["terminated_at"],
        forced=certificate["forced"],
        remaining=certificate["remaining"],
    )


def _part(part: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": part["kind"],
        "region": part["region"],
        "count": part["count"],
        "daily_cost": part["daily_cost"],
        "currency": part["currency"],
    }
