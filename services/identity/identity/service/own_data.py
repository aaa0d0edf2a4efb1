"""One's own data: taken along, erased."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.export_person import ExportedIdentity, export_person
from identity.actions.request_erasure import cancel_erasure, get_erasure, request_erasure
from identity.domain.erasure import Erasure
from identity.service.parts import Housed
from servicekit.rpc import Context, answers


class OwnDataCalls(Housed):
    @answers(calls.export_person)
    def export_person(self, context: Context, payload: dict[str, Any]) -> ExportedIdentity:
        return export_person(db=self.house.db, context=context, **payload)

    @answers(calls.get_erasure)
    def get_erasure(self, context: Context, payload: dict[str, Any]) -> Erasure:
        return get_erasure(db=self.house.db, context=context)

    @answers(calls.request_erasure)
    def request_erasure(self, context: Context, payload: dict[str, Any]) -> Erasure:
        return request_erasure(**self.acting(context))

    @answers(calls.cancel_erasure)
    def cancel_erasure(self, context: Context, payload: dict[str, Any]) -> Erasure:
        return cancel_erasure(**self.acting(context))
