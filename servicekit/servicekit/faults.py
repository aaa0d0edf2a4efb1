"""marshmallow's complaints as ours: message codes by dotted field path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from servicekit.errors import Invalid


def fields_invalid(error: ValidationError) -> Invalid:
    return Invalid("fields-invalid", {"fields": flat_faults(error.messages_dict)})


def flat_faults(messages: Mapping[Any, Any]) -> dict[str, list[str]]:
    """``{"referent": {"email": ["required"]}}`` becomes ``{"referent.email": ["required"]}``."""
    faults: dict[str, list[str]] = {}
    _flatten(messages, "", faults)
    return faults


def _flatten(messages: Any, path: str, faults: dict[str, list[str]]) -> None:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            _flatten(inner, _joined(path, name, messages), faults)
    else:
        listed = messages if isinstance(messages, list) else [messages]
        faults.setdefault(path, []).extend(str(message) for message in listed)


def _joined(path: str, name: Any, siblings: Mapping[Any, Any]) -> str:
    # A table answers {"key": […], "value": […]} for one entry: both are about that entry.
    about_entry = bool(path) and set(siblings) <= {"key", "value"}
    step = "" if name == "_schema" or about_entry else str(getattr(name, "value", name))
    return ".".join(part for part in (path, step) if part)
