"""Writes ``contracts/typed/<service>.py``: ``python -m contracts.generate``.

``--check`` writes nothing and fails where a file is not what the declarations say.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields, missing

from contracts.declare import Call, Contract
from contracts.fields import Choice, Flag, Many, Part, Table, Whole
from contracts.registry import CONTRACTS

FOLDER = Path(__file__).parent / "typed"
_WIDTH = 100


def main(arguments: list[str]) -> int:
    stale = [service for service in CONTRACTS if not _is_current(service)]
    if "--check" in arguments:
        for service in stale:
            sys.stderr.write(
                f"contracts/typed/{service}.py is not what contracts/{service}.py declares:"
                " run `python -m contracts.generate`\n"
            )
        return 1 if stale else 0
    for service in stale:
        path_of(service).write_text(module(CONTRACTS[service]), encoding="utf-8")
        sys.stdout.write(f"wrote {path_of(service)}\n")
    return 0


def path_of(service: str) -> Path:
    return FOLDER / f"{service}.py"


def _is_current(service: str) -> bool:
    path = path_of(service)
    return path.exists() and path.read_text(encoding="utf-8") == module(CONTRACTS[service])


def module(contract: Contract) -> str:
    schemas = _schemas_of(contract)
    enums = _enums_of([*schemas, *(call.request for call in contract.calls.values())])
    body = [
        *(f"\n{alias}" for alias in map(_alias, enums)),
        *(f"\n\n{_typed_dict(schema)}" for schema in schemas),
        f"\n\n{_client(contract)}",
    ]
    return f"{_head(contract, ''.join(body))}{''.join(body)}"


def _head(contract: Contract, body: str) -> str:
    wanted = ("Any", "Literal", "NotRequired", "TypedDict", "cast")
    names = ", ".join(
        name
        for name in wanted
        if f"{name}[" in body
        or f"{name}(" in body
        or (name in ("Any", "TypedDict") and name in body)
    )
    return (
        f'"""Typed client of {contract.service}. Made by ``python -m contracts.generate``."""\n\n'
        "from __future__ import annotations\n\n"
        f"from typing import {names}\n\n"
        f"from contracts import {contract.service} as calls\n"
        "from contracts.typed.calling import Dispatch, given\n"
    )


# --- what is written about ------------------------------------------------------------------------


def _schemas_of(contract: Contract) -> list[type[Schema]]:
    """Answers and what stands inside requests; inner ones first."""
    found: dict[type[Schema], None] = {}
    for call in contract.calls.values():
        for field in call.request._declared_fields.values():
            _add_inner(field, found)
        _add(call.response, found)
    return list(found)


def _add(schema: type[Schema], found: dict[type[Schema], None]) -> None:
    for field in schema._declared_fields.values():
        _add_inner(field, found)
    found.setdefault(schema)


def _add_inner(field: fields.Field[Any], found: dict[type[Schema], None]) -> None:
    for inner in _within(field):
        if isinstance(inner, Part):
            _add(type(inner.schema), found)


def _within(field: fields.Field[Any]) -> Iterator[fields.Field[Any]]:
    yield field
    if isinstance(field, Many):
        yield from _within(field.inner)
    if isinstance(field, Table):
        for part in (field.key_field, field.value_field):
            if part is not None:
                yield from _within(part)


def _enums_of(schemas: Iterable[type[Schema]]) -> list[type[Enum]]:
    found = {
        inner.enum
        for schema in schemas
        for field in schema._declared_fields.values()
        for inner in _within(field)
        if isinstance(inner, Choice)
    }
    return sorted(found, key=lambda enum: enum.__name__)


# --- how it is written ----------------------------------------------------------------------------


def _alias(enum: type[Enum]) -> str:
    return _wrapped(f"{enum.__name__} = Literal[", [f'"{one.value}"' for one in enum], "]", "")


def _typed_dict(schema: type[Schema]) -> str:
    lines = [f"class {schema.__name__}(TypedDict):"]
    lines += [
        f"    {name}: {_type(field) if field.required else f'NotRequired[{_type(field)}]'}"
        for name, field in schema._declared_fields.items()
    ]
    if len(lines) == 1:
        lines.append("    pass")
    return "\n".join(lines) + "\n"


def _type(field: fields.Field[Any]) -> str:
    return f"{_bare(field)} | None" if field.allow_none else _bare(field)


def _bare(field: fields.Field[Any]) -> str:
    if isinstance(field, Part):
        return type(field.schema).__name__
    if isinstance(field, Many):
        return f"list[{_type(field.inner)}]"
    if isinstance(field, Table):
        assert field.key_field is not None
        assert field.value_field is not None
        return f"dict[{_type(field.key_field)}, {_type(field.value_field)}]"
    if isinstance(field, Choice):
        return str(field.enum.__name__)
    if isinstance(field, Whole):
        return "int"
    if isinstance(field, Flag):
        return "bool"
    return "Any" if type(field) is fields.Raw else "str"


def _client(contract: Contract) -> str:
    name = f"{contract.service.capitalize()}Client"
    methods = "".join(f"\n{_method(call)}" for call in contract.calls.values())
    return (
        f"class {name}:\n"
        f"{_docstring(_sentence_about(contract), '    ')}\n"
        "    def __init__(self, dispatch: Dispatch) -> None:\n"
        "        self._dispatch = dispatch\n"
        f"{methods}"
    )


def _sentence_about(contract: Contract) -> str:
    doc = sys.modules[f"contracts.{contract.service}"].__doc__ or contract.service
    return doc.strip().splitlines()[0]


def _method(call: Call) -> str:
    declared = call.request._declared_fields
    parameters = ["self", "*"] if declared else ["self"]
    parameters += [_parameter(call, name, field) for name, field in declared.items()]
    answer = call.response.__name__
    head = _wrapped(f"def {call.name}(", parameters, f") -> {answer}:", "    ")
    payload = _wrapped("payload = given(", [f"{name}={name}" for name in declared], ")", " " * 8)
    sent = [answer, f"self._dispatch(calls.{call.name}, payload)"]
    send = _wrapped("return cast(", sent, ")", " " * 8)
    return f"{head}{_docstring(call.summary, ' ' * 8)}{payload}{send}"


def _parameter(call: Call, name: str, field: fields.Field[Any]) -> str:
    means_absent = field.load_default in (None, missing) and not field.required
    if field.allow_none and not means_absent:
        # None is left out of the payload, so null must mean the same as absent.
        raise ValueError(f"{call.full_name}.{name}: null and absent differ")
    if field.required:
        return f"{name}: {_type(field)}"
    return f"{name}: {_bare(field)} | None = None"


def _docstring(summary: str, indent: str) -> str:
    first, *more = textwrap.wrap(summary, _WIDTH - len(indent) - 6)
    if not more:
        return f'{indent}"""{first}"""\n'
    rest = "".join(f"{indent}{line}\n" for line in more)
    return f'{indent}"""{first}\n{rest}{indent}"""\n'


def _wrapped(start: str, items: list[str], end: str, indent: str) -> str:
    """On one line where it fits, one item a line where not: as ruff would have it."""
    line = f"{indent}{start}{', '.join(items)}{end}"
    if len(line) <= _WIDTH:
        return f"{line}\n"
    inside = f"{indent}    {', '.join(items)}"
    if len(inside) <= _WIDTH and not start.startswith("def"):
        return f"{indent}{start}\n{inside}\n{indent}{end}\n"
    listed = "".join(f"{indent}    {item},\n" for item in items)
    return f"{indent}{start}\n{listed}{indent}{end}\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
