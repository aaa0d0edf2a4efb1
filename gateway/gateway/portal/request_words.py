"""Requests in the reader's language: kinds, states, whose turn it is, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from contracts.tenancy import Ball, RequestAct, RequestKind, RequestOutcome, RequestState
from gateway.i18n import current_language, format_day
from gateway.portal.shell import Column

_LONG = {"lines"}


@dataclass(frozen=True, slots=True)
class RequestRow:
    request: dict[str, Any]
    href: str
    title: str
    state: tuple[str, str]
    turn: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of the history of a request."""

    at: str
    act: str
    who: str
    text: str | None
    ours: bool


def in_language(label: Mapping[str, str]) -> str:
    """Of what is data: the form's own words."""
    return label[current_language().value]


def kind_names() -> dict[str, str]:
    return {
        RequestKind.INCIDENT: gettext("Incident"),
        RequestKind.CHANGE: gettext("Change"),
        RequestKind.INVOICE_DISPUTE: gettext("Invoice dispute"),
        RequestKind.NEW_TENANT: gettext("New tenant"),
        RequestKind.SUPPORT_LEVEL: gettext("Support level"),
        RequestKind.BILLING_DETAILS: gettext("Billing details"),
        RequestKind.CONTRACT_REFERENCES: gettext("Contract references"),
        RequestKind.MULTI_TENANT_MANAGEMENT: gettext("Multi-tenant management"),
        RequestKind.ONLINE_OPENING: gettext("Online tenant opening"),
        RequestKind.TERMINATION: gettext("Termination"),
    }


def request_states() -> dict[str, tuple[str, str]]:
    """Words and chip kind."""
    return {
        RequestState.SENT: (gettext("Sent"), "plain"),
        RequestState.IN_PROGRESS: (gettext("In progress"), "warn"),
        RequestState.DONE: (gettext("Done"), "good"),
    }


def outcome_names() -> dict[str, str]:
    return {
        RequestOutcome.FULFILLED: gettext("Fulfilled"),
        RequestOutcome.REFUSED: gettext("Refused"),
        RequestOutcome.WITHDRAWN: gettext("Withdrawn"),
    }


def turn_words(request: Mapping[str, Any]) -> str:
    """Whose turn it is; of what is done, what came of it."""
    if request["ball"] is None:
        return outcome_names()[request["outcome"]]
    return {
        Ball.CUSTOMER.value: gettext("It is your turn"),
        Ball.PROVIDER.value: gettext("It is our turn"),
    }[request["ball"]]


def act_words() -> dict[str, str]:
    return {
        RequestAct.SEND: gettext("Request sent"),
        RequestAct.ASSIGN: gettext("Request assigned"),
        RequestAct.START: gettext("Work has begun"),
        RequestAct.COMMENT: gettext("Comment"),
        RequestAct.ANSWER: gettext("Answer"),
        RequestAct.CLOSE: gettext("Request done"),
        RequestAct.RESOLVE: gettext("Incident solved"),
        RequestAct.WITHDRAW: gettext("Request withdrawn"),
        RequestAct.REOPEN: gettext("Incident reopened"),
    }


def request_columns() -> list[Column]:
    return [
        Column(gettext("Request")),
        Column(gettext("Number")),
        Column(gettext("Contract")),
        Column(gettext("State")),
        Column(gettext("Turn")),
        Column(gettext("Sent on")),
    ]


def request_rows(items: list[dict[str, Any]]) -> list[RequestRow]:
    states = request_states()
    return [
        RequestRow(
            request=item,
            href=url_for("portal.support_request", tenant=item["tenant"], number=item["number"]),
            title=in_language(item["title"]),
            state=states[item["state"]],
            turn=turn_words(item),
        )
        for item in items
    ]


def request_words(request: Mapping[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    """What a page shows of one request, to its customer and to staff."""
    return {
        "title": in_language(request["title"]),
        "place": [
            in_language(request[one]["label"]) for one in ("catalogue", "category") if request[one]
        ],
        "state": request_states()[request["state"]],
        "turn": turn_words(request),
        "answers": answer_rows(request["answers"]),
        "entries": entry_rows(entries),
    }


def entry_rows(items: list[dict[str, Any]]) -> list[EntryRow]:
    words, ours = act_words(), gettext("Our service")
    rows = []
    for item in items:
        is_ours = item["author_kind"] == "staff"
        name = item.get("author_name") or item["author"]
        rows.append(
            EntryRow(
                at=item["at"],
                act=words[item["act"]],
                who=gettext("%(name)s, %(side)s", name=name, side=ours) if is_ours else name,
                text=item["text"],
                ours=is_ours,
            )
        )
    return rows


def answer_rows(answers: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    """Question, answer, and whether it is one of several lines."""
    return [
        (in_language(answer["label"]), _told(answer), answer["type"] in _LONG) for answer in answers
    ]


def _told(answer: Mapping[str, Any]) -> str:
    if answer["shown"] is not None:
        return in_language(answer["shown"])
    if answer["type"] == "flag":
        return gettext("Yes") if answer["value"] == "true" else gettext("No")
    if answer["type"] == "day":
        return format_day(answer["value"])
    return str(answer["value"])
