"""What a contract says, in the reader's words: its support level, its invoices, its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel import Locale
from flask_babel import gettext

from contracts.countries import COUNTRIES
from contracts.tenancy import ContractStatus
from gateway.api.wording import sentence
from gateway.i18n import current_language, format_day
from gateway.portal.words import contract_states, support_levels

REFERENCES = ("ref1", "ref2", "ref3")


@dataclass(frozen=True, slots=True)
class LevelChoice:
    """One support level on the page about them: ``told`` is what asking for it would do."""

    code: str
    name: str
    about: str
    told: str
    chip: tuple[str, str]
    possible: bool


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """``more`` is what whoever did it has said of it."""

    at: str
    told: str
    more: str | None = None


def trial_words(contract: Mapping[str, Any]) -> str | None:
    """To who must convert it, or lose it."""
    trial = contract.get("trial")
    if trial is None or trial["converted_at"] is not None:
        return None
    if contract["status"] == ContractStatus.TRIAL:
        return gettext(
            "Your free trial ends on %(day)s. Converting it keeps all that is set.",
            day=format_day(trial["ends_on"]),
        )
    if contract["status"] == ContractStatus.SUSPENDED:
        return gettext(
            "Your free trial is over: the contract is suspended. Convert it before %(day)s, or it"
            " is terminated.",
            day=format_day(trial["closes_on"]),
        )
    return None


def level_name(code: str) -> str:
    name: str = support_levels()[code][0]
    return name


def level_choices(
    terms: Mapping[str, Any], outlooks: Mapping[str, Mapping[str, Any]]
) -> list[LevelChoice]:
    """All four, with what the outlook of each says; the one in force has none."""
    return [
        _level(terms, code, name, about, outlooks.get(code))
        for code, (name, about) in support_levels().items()
    ]


def _level(
    terms: Mapping[str, Any], code: str, name: str, about: str, outlook: Mapping[str, Any] | None
) -> LevelChoice:
    if outlook is None:
        told = gettext("Since %(day)s.", day=format_day(terms["since_on"]))
        return LevelChoice(code, name, about, told, (gettext("In force now"), "good"), False)
    if outlook["allowed"]:
        chip = (gettext("Possible"), "plain")
        return LevelChoice(code, name, about, _promise(outlook), chip, True)
    pending = terms["pending"]
    asked = pending is not None and pending["support_level"] == code
    chip = (gettext("Asked for"), "warn") if asked else (gettext("Not now"), "plain")
    return LevelChoice(code, name, about, refusal_of(outlook), chip, False)


def _promise(outlook: Mapping[str, Any]) -> str:
    until = next(one["after"] for one in outlook["changes"] if one["field"] == "committed_until")
    return gettext(
        "Asked for today, in force on %(day)s and committed until %(until)s.",
        day=format_day(outlook["from_on"]),
        until=format_day(until),
    )


def refusal_of(outlook: Mapping[str, Any]) -> str:
    """The sentence with which the act itself would be refused."""
    refusal = outlook["refusal"]
    details = {
        **refusal["details"],
        "rule": refusal["rule"],
        "earliest": outlook["earliest_on"],
        "possible_now": outlook["possible_now"],
    }
    return sentence(refusal["code"], current_language(), details)


def pending_words(terms: Mapping[str, Any]) -> str | None:
    pending = terms["pending"]
    if pending is None:
        return None
    return gettext(
        "%(level)s, in force on %(day)s",
        level=level_name(pending["support_level"]),
        day=format_day(pending["effective_on"]),
    )


def commitment_words(terms: Mapping[str, Any]) -> str:
    until = terms["committed_until"]
    if until is None:
        return gettext("None")
    return gettext(
        "Until %(day)s; until then only a higher level may be taken", day=format_day(until)
    )


def history_rows(
    terms: Mapping[str, Any], state_changes: Sequence[Mapping[str, Any]]
) -> list[HistoryRow]:
    """What happened to a contract and its support level, the newest first."""
    rows = [*support_history(terms), *(_state_change(change) for change in state_changes)]
    return sorted(rows, key=lambda row: datetime.fromisoformat(row.at), reverse=True)


def _state_change(change: Mapping[str, Any]) -> HistoryRow:
    words, _ = contract_states().get(change["state"], (change["state"], ""))
    return HistoryRow(
        change["changed_at"], gettext("State: %(state)s", state=words), change["reason"]
    )


def support_history(terms: Mapping[str, Any]) -> list[HistoryRow]:
    return [HistoryRow(change["asked_at"], _change(change)) for change in terms["changes"]]


def _change(change: Mapping[str, Any]) -> str:
    known = {
        "before": level_name(change["level_before"]),
        "level": level_name(change["support_level"]),
        "day": format_day(change["effective_on"]),
    }
    told = {
        "pending": gettext("Support level %(level)s asked for, from %(day)s", **known),
        "applied": gettext("Support level %(level)s instead of %(before)s, from %(day)s", **known),
        "withdrawn": gettext("Support level %(level)s asked for, and taken back", **known),
        "replaced": gettext(
            "Support level %(level)s asked for, and replaced by another wish", **known
        ),
        "lapsed": gettext(
            "Support level %(level)s asked for; the contract was closed before", **known
        ),
    }
    return told[change["status"]]


def country_names() -> dict[str, str]:
    known = Locale(current_language().value).territories
    names = {code: str(known.get(code, code)) for code in COUNTRIES}
    return dict(sorted(names.items(), key=lambda one: one[1]))


def address_lines(address: Mapping[str, Any] | None) -> list[str]:
    """As it stands on an envelope; empty where none is set."""
    if address is None:
        return []
    town = " ".join(part for part in (address["postal_code"], address["city"]) if part)
    country = country_names().get(address["country"], address["country"])
    return [line for line in (address["street"], address["street_more"], town, country) if line]
