"""What each field is called where a fault in it is told away from it."""

from __future__ import annotations

from flask_babel import gettext

from contracts.codes import Section

_PEOPLE = ("referent", "owner")


def field_label(name: str) -> str | None:
    return _labels().get(name)


def _labels() -> dict[str, str]:
    person = {
        "given_name": gettext("First name"),
        "family_name": gettext("Last name"),
        "email": gettext("E-mail"),
        "mobile": gettext("Mobile number"),
        "language": gettext("Language of the mails"),
    }
    roles = gettext("Roles by section")
    return {
        **person,
        **{f"{who}_{name}": label for who in _PEOPLE for name, label in person.items()},
        **{f"role-{section}": roles for section in Section},
        "login": gettext("Login"),
        "code": gettext("Code"),
        "passkey": gettext("Passkey"),
        "passkey_name": gettext("Name of the passkey"),
        "password": gettext("Password"),
        "user_name": gettext("User name"),
        "domain": gettext("Domain name"),
        "identifier": gettext("User name, e-mail address or mobile number"),
        "current_password": gettext("Current password"),
        "new_password": gettext("New password"),
        "organisation_name": gettext("Name of the organisation"),
        "name": gettext("Name of the contract"),
        "support_level": gettext("Support level"),
        "quantity": gettext("Number of instances"),
        "roles": gettext("Staff roles"),
        "reason": gettext("Reason"),
        "search": gettext("Search"),
        "now": gettext("Move to"),
    }
