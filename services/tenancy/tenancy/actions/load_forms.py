"""A file of forms is published, as the call does it, with a line for whatever is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from contracts.tenancy import PublishForms
from servicekit.context import system_context
from servicekit.db import Database
from servicekit.errors import Invalid
from tenancy.actions.publish_forms import publish_forms
from tenancy.domain.forms import declared

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped_forms() -> Path:
    """The forms that come with the service: inside its wheel, or beside its package in the tree."""
    inside = _PACKAGE / "forms" / "standard.json"
    return inside if inside.exists() else _PACKAGE.parent / "forms" / "standard.json"


@dataclass(frozen=True, slots=True)
class Report:
    """``lines`` for people; nothing was published where ``refused``."""

    lines: list[str]
    refused: bool


def load_forms(*, db: Database, now: datetime, path: Path) -> Report:
    """Raises OSError where there is no such file."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        loaded = PublishForms().load(said)
    except ValueError as error:
        return Report([f"{path}: {error}"], refused=True)
    except ValidationError as error:
        faults = dict(_flat(error.normalized_messages(), ""))
        return Report(_told(faults, said), refused=True)
    declarations = [declared(one) for one in loaded["forms"]]
    context = system_context(service="tenancy", call="load-forms")
    try:
        answer = publish_forms(db=db, context=context, now=now, declarations=declarations)
    except Invalid as error:
        return Report(_told(error.details["fields"], said), refused=True)
    lines = [
        f"{form.code}: version {form.version}" if form.changed else f"{form.code}: unchanged"
        for form in answer["items"]
    ]
    return Report(lines, refused=False)


def _flat(messages: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(messages, Mapping):
        for name, inside in messages.items():
            yield from _flat(inside, f"{path}.{name}" if path else str(name))
    else:
        yield path, [str(message) for message in messages]


def _told(faults: Mapping[str, list[str]], said: Any) -> list[str]:
    return [f"{_named(path, said)}: {', '.join(codes)}" for path, codes in faults.items()]


def _named(path: str, said: Any) -> str:
    """``forms.3.title.en`` is told with the code of that form, where it has one."""
    parts = path.split(".")
    if len(parts) > 1 and parts[0] == "forms" and parts[1].isdigit():
        form = said["forms"][int(parts[1])]
        if isinstance(form, Mapping) and form.get("code"):
            return f"{path} ({form['code']})"
    return path
