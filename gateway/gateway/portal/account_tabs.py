"""The tabs of Mon compte. A page that is one of them shows in ``portal/account_layout.html``."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import gettext

from gateway.portal.shell import Link


def account_context() -> dict[str, Any]:
    """For the layout: asked for only where it is used."""
    return {"account_tabs": account_tabs}


def account_tabs() -> list[Link]:
    labels = {
        "account": gettext("Information"),
        "account_password": gettext("Password"),
        "account_factors": gettext("Second factors"),
        "account_sessions": gettext("Sessions and sign-ins"),
        "account_support": gettext("Access by support"),
        "account_applications": gettext("Applications"),
        "account_data": gettext("My data"),
    }
    return [
        Link(label, url_for(f"portal.{name}"), current=_is_in(name))
        for name, label in labels.items()
    ]


def _is_in(name: str) -> bool:
    """A page below a tab is in it: its endpoint's name starts with the tab's."""
    here = (request.endpoint or "").removeprefix("portal.")
    return here == name or (name != "account" and here.startswith(f"{name}_"))
