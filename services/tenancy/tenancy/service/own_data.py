"""What contracts hold of a person, for himself."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.own_data import export_person
from tenancy.service.parts import Housed


class OwnDataCalls(Housed):
    @answers(calls.export_person)
    def export_person(self, context: Context, payload: dict[str, Any]) -> dict[str, list[Any]]:
        return export_person(db=self.house.db, context=context, **payload)
