"""The tabs of the back office: each where the visitor may make the call behind it."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext

from contracts import gateway, identity, tenancy
from gateway.portal.shell import Link
from gateway.portal.visitors import visitor


def office_tabs() -> list[Link]:
    who = visitor()
    known = (
        ("office", gettext("Contracts"), who.is_staff),
        (
            "office_organisations",
            gettext("Organisations"),
            who.may(tenancy.list_organisations),
        ),
        ("office_queue", gettext("Requests"), who.may(tenancy.list_queue)),
        ("office_owed", gettext("Tenants to open"), who.may(tenancy.list_owed_tenants)),
        ("office_people", gettext("People"), who.may(identity.find_persons)),
        ("office_recoveries", gettext("Recovery"), who.may(identity.list_recoveries)),
        ("office_holders", gettext("Office holders"), who.may(tenancy.list_office_recoveries)),
        (
            "office_see_as",
            gettext("See as a customer"),
            who.may(identity.list_impersonation_proposals),
        ),
        ("office_clients", gettext("Clients"), who.may(gateway.list_provider_clients)),
        ("office_staff", gettext("Staff"), who.may(identity.list_staff)),
        (
            "office_security",
            gettext("Security rules"),
            who.may(identity.get_installation_policy),
        ),
        ("office_trail", gettext("Audit trail"), who.may(identity.list_house_entries)),
        ("office_clock", gettext("Clock"), who.may(tenancy.get_clock)),
    )
    return [
        Link(label, url_for(f"portal.{name}"), current=_is_in(name))
        for name, label, shown in known
        if shown
    ]


def _is_in(name: str) -> bool:
    """A page below a tab is in it; those about contracts have the plain beginning."""
    endpoint = (request.endpoint or "").removeprefix("portal.")
    if name == "office":
        return endpoint in ("office", "office_open", "office_do_open")
    return endpoint == name or endpoint.startswith(f"{name}_")
