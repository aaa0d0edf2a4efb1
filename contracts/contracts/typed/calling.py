"""What a typed client needs of the world."""

from __future__ import annotations

from typing import Any, Protocol

from contracts.declare import Call


class Dispatch(Protocol):
    """Carries one call; raises the seven kinds of error."""

    def __call__(self, call: Call, payload: dict[str, Any], /) -> dict[str, Any]: ...


def given(**fields: Any) -> dict[str, Any]:
    """A field that is None was not given: the declared default stands for it."""
    return {name: value for name, value in fields.items() if value is not None}
