"""Sections and roles in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from contracts.codes import Role, Section


def section_names() -> dict[str, str]:
    return {
        Section.CONTRACT: gettext("Contract"),
        Section.DASHBOARD: gettext("Dashboard"),
        Section.SERVICES: gettext("Services"),
        Section.SUBSCRIPTIONS: gettext("Subscriptions"),
        Section.INVOICES: gettext("Invoices"),
        Section.DOCUMENTS: gettext("Documents"),
        Section.SUPPORT: gettext("Support"),
        Section.USERS: gettext("Users"),
        Section.BACKUP_CONSOLE: gettext("Backup console"),
        Section.TECHNICAL_CONSOLE: gettext("Technical console"),
    }


def role_names() -> dict[str, str]:
    return {
        Role.VISITOR: gettext("Visitor"),
        Role.MANAGER: gettext("Manager"),
        Role.CUST_ADMIN: "Cust_Admin",
    }


def roles_in_words(roles: Mapping[str, str]) -> list[tuple[str, str]]:
    """``[("Manager", "Contract, Users")]``: the roles held, with the sections of each."""
    names, sections = role_names(), section_names()
    grouped: dict[str, list[str]] = {}
    for section, label in sections.items():
        if section in roles:
            grouped.setdefault(roles[section], []).append(label)
    full = {Role.MANAGER: len(sections) - 1}
    return [
        (
            names[role],
            gettext("all sections") if len(held) == full.get(Role(role)) else ", ".join(held),
        )
        for role, held in grouped.items()
    ]
