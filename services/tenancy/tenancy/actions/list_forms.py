"""What may be asked for: the forms that are offered."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.tenancy import RequestKind
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.paging import decode_cursor, page
from tenancy.domain.forms import Form
from tenancy.domain.requests import demand_kind
from tenancy.store import forms

_BEFORE_ALL = (-1, "")


@dataclass(frozen=True, slots=True)
class FormsPage:
    items: list[Form]
    next_cursor: str | None


def list_forms(
    *, db: Database, context: Context, kind: RequestKind | None, limit: int, cursor: str | None
) -> FormsPage:
    position, code = decode_cursor(cursor, (int, str)) or _BEFORE_ALL
    with db.read(tenant=EVERYONE, context=context) as tx:
        found = forms.list_forms(tx, kind=kind, after=(position, code), limit=limit + 1)
    return FormsPage(*page(found, limit, lambda form: (form.position, form.code)))


def read_form(*, db: Database, context: Context, form: str) -> Form:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return demand_kind(forms.find_form(tx, code=form), frozenset(RequestKind))
