"""What frames the pages: navigation by rights, the head of a contract, breadcrumbs' start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from contracts import identity, subscriptions, tenancy
from contracts.codes import TenantCode
from contracts.declare import Call
from contracts.gateway import list_clients
from gateway.i18n import current_language
from gateway.pages.visit import call_id, parts
from gateway.portal.visitors import Visitor, ask, look, met_visitor, present_view, visitor
from gateway.wire import Circumstances
from servicekit.errors import Invalid, NotFound, Unavailable
from servicekit.pseudonyms import person_target


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """``kind``: ``figure`` for numbers, ``acts`` for the buttons of a row."""

    label: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ContractHead:
    tenant: TenantCode
    name: str
    console: str | None
    tabs: list[Link]


_SECTIONS: tuple[tuple[str, Call], ...] = (
    ("contract", tenancy.get_contract),
    ("users", identity.list_users),
    ("security", identity.get_password_policy),
    ("services", subscriptions.place_order),
    ("subscriptions", subscriptions.list_subscriptions),
    ("support", tenancy.get_request),
    ("applications", list_clients),
    ("trail", tenancy.list_audit_entries),
)
# The referent has services of his own in the catalogue, whatever he may order.
_ALSO: Mapping[str, Call] = {"services": tenancy.rename_contract}


def shell_context() -> dict[str, Any]:
    """For the layouts of the portal's pages; an error page asks no service who is here."""
    who = met_visitor()
    links = _main_links(who) if who else []
    return {"who": who, "main_links": links, "look": look(), "view": _shown_view()}


@dataclass(frozen=True, slots=True)
class ShownView:
    tenant: TenantCode
    name: str
    ends_at: datetime


def _shown_view() -> ShownView | None:
    view = present_view()
    if view is None:
        return None
    name = parts().dispatcher.name_of(
        person_target(view.person_id),
        chain=view.tenant,
        about=Circumstances(language=current_language(), call_id=call_id()),
    )
    return ShownView(view.tenant, name or gettext("one of its users"), view.ends_at)


def contract_head(tenant: TenantCode) -> ContractHead:
    """The name falls back to the code: a page of users does not need tenancy to be up."""
    return ContractHead(
        tenant=tenant,
        name=_name(tenant),
        console=console_of(tenant),
        tabs=open_sections(tenant),
    )


def open_sections(tenant: TenantCode) -> list[Link]:
    """The tabs of a contract that this visitor has a right to; others do not show."""
    who, labels = visitor(), _section_labels()
    return [
        Link(labels[name], url_for(f"portal.{name}", tenant=tenant), current=_is_in(name))
        for name, call in _SECTIONS
        if who.may(call, tenant) or (name in _ALSO and who.may(_ALSO[name], tenant))
    ]


def console_of(tenant: TenantCode) -> str | None:
    if visitor().may(identity.list_iam_users, tenant):
        return url_for("portal.console", tenant=tenant)
    return None


def _name(tenant: TenantCode) -> str:
    try:
        found = ask(tenancy.list_contracts, {"search": tenant, "limit": 1})["items"]
    except (Invalid, NotFound, Unavailable):
        return tenant
    return next((str(item["name"]) for item in found if item["tenant"] == tenant), tenant)


def _section_labels() -> dict[str, str]:
    return {
        "contract": gettext("Contract"),
        "users": gettext("Users"),
        "security": gettext("Security rules"),
        "services": gettext("Services"),
        "subscriptions": gettext("Subscriptions"),
        "support": gettext("Support"),
        "applications": gettext("Applications"),
        "trail": gettext("Audit trail"),
    }


def _is_in(section: str) -> bool:
    """A page below a tab is in that tab: its endpoint's name starts with the section's."""
    endpoint = (request.endpoint or "").removeprefix("portal.")
    return endpoint == section or endpoint.startswith(f"{section}_")


def _main_links(who: Visitor) -> list[Link]:
    if who.domain is not None:
        console = url_for("portal.console", tenant=who.domain)
        return [Link(gettext("Technical console"), console, current=True)]
    endpoint = (request.endpoint or "").removeprefix("portal.")
    in_office = endpoint.startswith("office")
    elsewhere = in_office or _is_of_requests(endpoint)
    links = [Link(gettext("Contracts"), url_for("portal.home"), not elsewhere and bool(endpoint))]
    if who.view is None:
        links.append(_requests_link(endpoint))
    if who.is_staff:
        links.append(Link(gettext("Back office"), url_for("portal.office"), in_office))
    return links


def _requests_link(endpoint: str) -> Link:
    return Link(gettext("Requests"), url_for("portal.requests"), _is_of_requests(endpoint))


def _is_of_requests(endpoint: str) -> bool:
    """Those of all contracts; of one contract they are in its tab."""
    return endpoint.startswith("requests")
