"""The form of a contract that is opened: its name, its support level, who holds its offices."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from gateway.pages.forms import Form
from gateway.portal.words import language_names, support_levels

PERSON = ("given_name", "family_name", "email", "mobile")
OWNER_FIELDS = {f"domain_owner.{name}": f"owner_{name}" for name in (*PERSON, "language")}
REFERENT_FIELDS = {f"referent.{name}": f"referent_{name}" for name in (*PERSON, "language")}
KNOWN_FIELDS = {**REFERENT_FIELDS, **OWNER_FIELDS}
USUAL = {"referent_language": "fr", "owner_language": "fr", "owner": "same"}


def holders_of(form: Form) -> dict[str, Any]:
    """As the calls want them: the domain owner only where he is another than the referent."""
    owner = _person(form, "owner") if form.value("owner") == "other" else None
    return {"referent": _person(form, "referent"), "domain_owner": owner}


def opening_choices() -> dict[str, Any]:
    """For the parts of the page."""
    return {
        "languages": language_names(),
        "levels": [(code, name, about) for code, (name, about) in support_levels().items()],
        "owners": [
            ("same", gettext("The referent"), None),
            ("other", gettext("Another person, named below"), None),
        ],
    }


def _person(form: Form, prefix: str) -> dict[str, Any]:
    fields = {name: form.value(f"{prefix}_{name}").strip() for name in (*PERSON, "language")}
    return {name: value for name, value in fields.items() if value}
