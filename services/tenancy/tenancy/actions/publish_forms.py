"""An operator publishes forms, all of them or none: nothing of the catalogue is code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from tenancy.domain.forms import Declaration, Form, demand_sound, published
from tenancy.store import forms


@dataclass(frozen=True, slots=True)
class PublishedForm:
    code: str
    version: int
    changed: bool


def publish_forms(
    *, db: Database, context: Context, now: datetime, declarations: Sequence[Declaration]
) -> dict[str, list[PublishedForm]]:
    """What stands so already is left as it is: the same file twice is one publication."""
    with db.write(context, tenant=EVERYONE) as tx:
        codes = [one.code for one in declarations]
        known = {form.code: form for form in forms.list_forms_to_change(tx, codes=codes)}
        demand_sound(declarations, kinds={code: form.kind for code, form in known.items()})
        reached = [published(one, before=known.get(one.code), at=now) for one in declarations]
        new = [form for form in reached if known.get(form.code) is not form]
        if new:
            forms.add_forms(tx, forms=new)
        for form in new:
            _record(tx, form, now)
        items = [
            PublishedForm(form.code, form.version, known.get(form.code) is not form)
            for form in reached
        ]
        return tx.answer({"items": items})


def _record(tx: Tx, form: Form, now: datetime) -> None:
    tx.record(
        "support:form:published",
        target=form.code,
        details={"version": form.version, "kind": form.kind, "offered": form.offered},
        at=now,
    )
