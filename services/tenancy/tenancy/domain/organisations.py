"""The company behind one or more contracts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from servicekit.errors import Invalid


@dataclass(frozen=True, slots=True)
class Organisation:
    organisation_id: UUID
    name: str


def require_one_organisation(*, organisation_id: UUID | None, name: str | None) -> None:
    """A contract is opened for an organisation that exists, by id, or for a new one, by name.

    Companies do share names, so a name never finds an organisation: it founds one. Both at once
    would be two answers to one question.
    """
    if organisation_id is None and name is None:
        fields = {"organisation_id": ["required"], "organisation_name": ["required"]}
        raise Invalid("organisation-required", {"fields": fields})
    if organisation_id is not None and name is not None:
        raise Invalid("organisation-required", {"fields": {"organisation_name": ["invalid"]}})
