from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.tenancy import FormDeclaration, RequestKind
from servicekit.db import Tx
from tenancy.domain.forms import Declaration, Form, parts_of

_LATEST = """
    SELECT version, declaration, published_at
      FROM forms
     WHERE latest
"""
_FIND = _LATEST + "AND code = %(code)s"
_LIST = (
    _LATEST
    + """
       AND offered
       AND (%(kind)s::text IS NULL OR kind = %(kind)s)
       AND (position, code) > (%(position)s, %(code)s)
     ORDER BY position, code
     LIMIT %(limit)s
"""
)
_LIST_NAMED = _LATEST + "AND code = ANY(%(codes)s)"
# Two who publish at once would both take the next version: the second waits, and then sees it.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('forms', 0))"
_SUPERSEDE = "UPDATE forms SET latest = false WHERE latest AND code = ANY(%(codes)s)"
_ADD = """
    INSERT INTO forms (code, version, kind, position, declaration, offered, latest, published_at)
    VALUES (%(code)s, %(version)s, %(kind)s, %(position)s, %(declaration)s, %(offered)s, true,
            %(published_at)s)
"""


@dataclass(frozen=True, slots=True)
class FormRow:
    version: int
    declaration: dict[str, Any]
    published_at: datetime

    def form(self) -> Form:
        return form_of(self.declaration, self.version, self.published_at)


def form_of(declaration: Mapping[str, Any], version: int, published_at: datetime) -> Form:
    return Form(**parts_of(declaration), version=version, published_at=published_at)


def find_form(tx: Tx, *, code: str) -> Form | None:
    """The version published last, also where it is offered no longer."""
    row = tx.row(_FIND, {"code": code}, FormRow)
    return None if row is None else row.form()


def list_forms(
    tx: Tx, *, kind: RequestKind | None, after: tuple[int, str], limit: int
) -> list[Form]:
    """Those that are offered, in the order of the catalogue, after that position and code."""
    params = {"kind": kind, "position": after[0], "code": after[1], "limit": limit}
    return [row.form() for row in tx.rows(_LIST, params, FormRow)]


def list_forms_to_change(tx: Tx, *, codes: Sequence[str]) -> list[Form]:
    """The latest of these, and nobody else publishes until the transaction ends."""
    tx.run(_LOCK, {})
    return [row.form() for row in tx.rows(_LIST_NAMED, {"codes": list(codes)}, FormRow)]


def add_forms(tx: Tx, *, forms: Sequence[Form]) -> None:
    """Each becomes the latest of its code."""
    tx.run(_SUPERSEDE, {"codes": [form.code for form in forms]})
    tx.run_many(_ADD, [_params(form) for form in forms])


def _params(form: Form) -> dict[str, Any]:
    declared = FormDeclaration(only=tuple(Declaration.__dataclass_fields__))
    return {
        "code": form.code,
        "version": form.version,
        "kind": form.kind,
        "position": form.position,
        "declaration": declared.dump(form),
        "offered": form.offered,
        "published_at": form.published_at,
    }
