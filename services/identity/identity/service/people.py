"""People, as staff look after them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts import identity as calls
from identity.actions.close_login import disable_person, enable_person
from identity.actions.find_persons import find_persons
from identity.actions.list_administrators import list_administrators
from identity.actions.read_people import Page
from identity.actions.read_person_file import NamedTarget, get_person_file, name_people
from identity.domain.person_files import Found, PersonFile, PersonRow
from identity.service.parts import Housed
from servicekit.rpc import Context, answers


class PeopleCalls(Housed):
    @answers(calls.find_persons)
    def find_persons(self, context: Context, payload: dict[str, Any]) -> Page[Found]:
        return find_persons(**self.acting(context), **payload)

    @answers(calls.get_person_file)
    def get_person_file(self, context: Context, payload: dict[str, Any]) -> PersonFile:
        return get_person_file(**self.acting(context), **payload)

    @answers(calls.disable_person)
    def disable_person(self, context: Context, payload: dict[str, Any]) -> PersonRow:
        return disable_person(**self.acting(context), **payload)

    @answers(calls.enable_person)
    def enable_person(self, context: Context, payload: dict[str, Any]) -> PersonRow:
        return enable_person(**self.acting(context), **payload)

    @answers(calls.name_people)
    def name_people(
        self, context: Context, payload: dict[str, Any]
    ) -> dict[str, list[NamedTarget]]:
        return name_people(db=self.house.db, context=context, **payload)

    @answers(calls.list_administrators)
    def list_administrators(
        self, context: Context, payload: dict[str, Any]
    ) -> dict[str, list[UUID]]:
        return list_administrators(db=self.house.db, context=context, **payload)
