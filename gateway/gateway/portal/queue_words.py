"""The queue of staff in words: whose a request is, and where what it asks for is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from contracts.tenancy import QueueOwner, RequestKind, RequestOutcome
from gateway.portal.request_words import in_language, kind_names, request_states, turn_words
from gateway.portal.shell import Column, Link


@dataclass(frozen=True, slots=True)
class QueueRow:
    request: dict[str, Any]
    href: str
    title: str
    kind: str
    state: tuple[str, str]
    turn: str
    whose: str


def owner_names() -> dict[str, str]:
    return {
        QueueOwner.ANYBODY.value: gettext("All"),
        QueueOwner.ME.value: gettext("Mine"),
        QueueOwner.NOBODY.value: gettext("Nobody's"),
    }


def whose(owner: str | None, me: str) -> str:
    if owner is None:
        return gettext("Nobody's")
    return gettext("Mine") if owner == me else gettext("A colleague's")


def queue_columns() -> list[Column]:
    return [
        Column(gettext("Request")),
        Column(gettext("Type")),
        Column(gettext("Contract")),
        Column(gettext("Deadline")),
        Column(gettext("State")),
        Column(gettext("Whose")),
    ]


def queue_rows(items: list[dict[str, Any]], *, me: str) -> list[QueueRow]:
    states, kinds = request_states(), kind_names()
    return [
        QueueRow(
            request=item,
            href=url_for("portal.office_queue_one", tenant=item["tenant"], number=item["number"]),
            title=in_language(item["title"]),
            kind=kinds[item["kind"]],
            state=states[item["state"]],
            turn=turn_words(item),
            whose=whose(item["assigned_to"], me),
        )
        for item in items
    ]


def outcome_choices() -> list[tuple[str, str, None]]:
    return [
        (RequestOutcome.FULFILLED.value, gettext("Fulfilled"), None),
        (RequestOutcome.REFUSED.value, gettext("Refused"), None),
    ]


def acting_links(request: Mapping[str, Any]) -> list[Link]:
    """Where what is asked for is done; the answers stand in its fields already."""
    kind, tenant = RequestKind(request["kind"]), request["tenant"]
    answers = {one["field"].replace("-", "_"): one["value"] for one in request["answers"]}
    pages = {
        RequestKind.TERMINATION: ("portal.contract_termination", gettext("End of the contract")),
        RequestKind.SUPPORT_LEVEL: ("portal.contract_support", gettext("Support level")),
        RequestKind.BILLING_DETAILS: ("portal.contract_billing", gettext("Billing details")),
        RequestKind.CONTRACT_REFERENCES: (
            "portal.services_references",
            gettext("References of the invoices"),
        ),
        RequestKind.NEW_TENANT: ("portal.contract_orders", gettext("Order forms")),
    }
    links = [Link(gettext("The contract"), url_for("portal.contract", tenant=tenant))]
    if kind in pages:
        endpoint, label = pages[kind]
        asked = {**answers, "request": request["number"]}
        links.insert(0, Link(label, url_for(endpoint, tenant=tenant, **asked)))
    if kind in (RequestKind.MULTI_TENANT_MANAGEMENT, RequestKind.ONLINE_OPENING):
        links.insert(0, Link(gettext("Organisations"), url_for("portal.office_organisations")))
    return links
