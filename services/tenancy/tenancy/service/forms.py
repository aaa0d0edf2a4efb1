"""The forms of requests: what may be asked for."""

from __future__ import annotations

from typing import Any

from contracts import tenancy as calls
from servicekit.rpc import Context, answers
from tenancy.actions.list_forms import FormsPage, list_forms, read_form
from tenancy.actions.publish_forms import PublishedForm, publish_forms
from tenancy.domain.forms import Form, declared
from tenancy.service.parts import Housed


class FormCalls(Housed):
    @answers(calls.list_forms)
    def list_forms(self, context: Context, payload: dict[str, Any]) -> FormsPage:
        return list_forms(db=self.house.db, context=context, **payload)

    @answers(calls.get_form)
    def get_form(self, context: Context, payload: dict[str, Any]) -> Form:
        return read_form(db=self.house.db, context=context, **payload)

    @answers(calls.publish_forms)
    def publish_forms(
        self, context: Context, payload: dict[str, Any]
    ) -> dict[str, list[PublishedForm]]:
        declarations = [declared(one) for one in payload["forms"]]
        return publish_forms(**self.acting(context), declarations=declarations)
