"""What each scope lets an application do, in the person's language."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _


def scope_words(scopes: Iterable[str]) -> list[str]:
    words = _words()
    return [words.get(scope, scope) for scope in scopes if scope != "openid"] or [
        _("Know who you are")
    ]


def _words() -> dict[str, str]:
    return {
        "profile": _("Read your name, your login and your language"),
        "email": _("Read your e-mail address"),
        "phone": _("Read your mobile number"),
        "offline_access": _("Stay connected as long as you are signed in"),
        "account": _("Read and change your account"),
        "contracts.read": _("Read your contracts"),
        "contracts.write": _("Change your contracts"),
        "requests.read": _("Read your requests and incidents"),
        "requests.write": _("Send requests and incidents, comment and end them"),
        "forms.write": _("Publish the forms of requests"),
        "tenants.write": _("Open tenants"),
        "contracts.open": _("Open contracts of your organisation"),
        "organisations.read": _("Look organisations up"),
        "organisations.write": _("Set what organisations do by themselves"),
        "users.read": _("Read the users of your contracts"),
        "users.write": _("Invite, change and remove users"),
        "iam.read": _("Read the users of the technical console"),
        "iam.write": _("Administer the users of the technical console"),
        "catalogue.read": _("Read the catalogue"),
        "orders.write": _("Place orders"),
        "subscriptions.read": _("Read your subscriptions"),
        "subscriptions.write": _("Change your subscriptions"),
        "inventory.read": _("Read what exists in your tenants"),
        "inventory.write": _("Report what exists in tenants"),
        "mails.read": _("See which mails were sent"),
        "mails.write": _("Send mails again"),
        "audit.read": _("Read the audit trail"),
        "clients.read": _("Read the applications of your contracts"),
        "clients.write": _("Register, change and remove applications"),
        "staff": _("Administer staff"),
        "clock": _("Read and move the clock of a demonstration installation"),
    }
