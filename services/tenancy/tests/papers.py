"""Forms for tests, as an operator's file declares them."""

from __future__ import annotations

from typing import Any

from services.tenancy.tests.conftest import House

from contracts.tenancy import FormDeclaration
from servicekit.context import system_context
from tenancy.actions.publish_forms import publish_forms
from tenancy.domain.forms import declared

INCIDENT: dict[str, Any] = {
    "code": "incident",
    "kind": "incident",
    "title": {"fr": "Déclarer un incident", "en": "Declare an incident"},
    "asks_subject": True,
    "deadline_hours": 4,
    "fields": [
        {
            "code": "description",
            "type": "lines",
            "label": {"fr": "Description", "en": "Description"},
        }
    ],
}
QUOTA: dict[str, Any] = {
    "code": "quota-compute",
    "kind": "change",
    "title": {"fr": "Quota de calcul", "en": "Compute quota"},
    "catalogue": {"code": "standard", "label": {"fr": "Standard", "en": "Standard"}},
    "category": {"code": "quotas", "label": {"fr": "Gestion des Quotas", "en": "Quotas"}},
    "deadline_hours": 48,
    "fields": [
        {
            "code": "cores",
            "type": "whole",
            "label": {"fr": "Cœurs", "en": "Cores"},
            "minimum": 1,
            "maximum": 500,
        },
        {
            "code": "region",
            "type": "choice",
            "label": {"fr": "Région", "en": "Region"},
            "options": [{"code": "paris", "label": {"fr": "Paris", "en": "Paris"}}],
        },
    ],
}
TERMINATION: dict[str, Any] = {
    "code": "termination",
    "kind": "termination",
    "title": {"fr": "Résilier", "en": "Terminate"},
    "deadline_hours": 72,
    "fields": [
        {"code": "wanted-on", "type": "day", "label": {"fr": "Le", "en": "On"}, "minimum": 0},
        {
            "code": "resources-removed",
            "type": "flag",
            "label": {"fr": "Supprimées", "en": "Removed"},
        },
    ],
}


def declaration(said: dict[str, Any]) -> Any:
    return declared(FormDeclaration().load(said))


def publish(house: House, *said: dict[str, Any]) -> Any:
    return publish_forms(
        db=house.db,
        context=system_context(service="tenancy", call="test"),
        now=house.now,
        declarations=[declaration(one) for one in said],
    )
