"""What somebody had typed, told back to him before it is sent: as the form had said it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import gettext

from contracts.registry import SCOPES
from gateway.oauth.consent_words import scope_words
from gateway.oauth.grantable import OF_THE_PERSON
from gateway.pages.labels import field_label
from gateway.portal.client_forms import demand_words, grant_names, methods
from gateway.portal.contract_words import country_names
from gateway.portal.recovery_words import recovery_kinds
from gateway.portal.words import (
    language_names,
    office_names,
    role_names,
    section_names,
    staff_role_names,
    support_levels,
)

_ROLE = "role-"


def told_back(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields that have a name for people, in the order of their form; several ticks of one
    question are one answer."""
    told: dict[str, tuple[str, list[str]]] = {}
    for name, value in fields:
        label = _label(name)
        if label and value.strip():
            _, answers = told.setdefault(name, (label, []))
            answers.append(_choices(name).get(value, value))
    return [(label, ", ".join(answers)) for label, answers in told.values()]


def _label(name: str) -> str | None:
    if name.startswith(_ROLE):
        return section_names().get(name.removeprefix(_ROLE))
    if name == "entry.flags":
        return gettext("On entering")
    return field_label(name)


def _choices(name: str) -> Mapping[str, str]:
    """Of a question that is answered by choosing: the words of each answer."""
    if name.startswith(_ROLE):
        return role_names()
    if name.endswith("language"):
        return dict(language_names())
    if name.endswith(".flags"):
        return _flags()
    return _CHOICES[name]() if name in _CHOICES else {}


def _support_names() -> dict[str, str]:
    return {level: name for level, (name, _) in support_levels().items()}


def _flags() -> dict[str, str]:
    return {
        "not_user_name": gettext("passwords with the user name in them, forwards or backwards"),
        "breached_refused": gettext("the commonest passwords"),
        "second_factor_required": gettext("a second factor is required"),
        "show_last_sign_in": gettext("the last sign-in is shown"),
    }


def _scope_names() -> dict[str, str]:
    scopes = (*SCOPES, *OF_THE_PERSON)
    return {scope: scope_words([scope])[0] for scope in scopes}


def _removal() -> dict[str, str]:
    return {"yes": gettext("Remove all rights of the former holder on this contract")}


def _ours() -> dict[str, str]:
    return {"first_party": gettext("It is ours: nobody is asked to agree")}


_CHOICES = {
    "scopes": _scope_names,
    "demands": demand_words,
    "grants": grant_names,
    "token_endpoint_auth_method": lambda: dict(methods()),
    "own": _ours,
    "kind": recovery_kinds,
    "roles": staff_role_names,
    "support_level": _support_names,
    "country": country_names,
    "office": office_names,
    "drop_rights": _removal,
}
