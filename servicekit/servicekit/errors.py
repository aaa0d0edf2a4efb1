"""Seven kinds of error, each with a stable code and details. No class per case.

They cross the wire by nameko's rule: rebuilt positionally from ``args``, so every argument
goes to ``super().__init__``. ``details`` holds JSON values only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class GuichetError(Exception):
    """Base of the seven; never raised itself."""

    status: ClassVar[int] = 500

    def __init__(self, code: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(code, dict(details or {}))

    @property
    def code(self) -> str:
        return str(self.args[0])

    @property
    def details(self) -> dict[str, Any]:
        return dict(self.args[1])

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.args == getattr(other, "args", None)

    def __hash__(self) -> int:
        return hash((type(self), self.code))


class NotFound(GuichetError):
    status = 404


class Conflict(GuichetError):
    status = 409


class Invalid(GuichetError):
    """``details["fields"]``: message codes by dotted field path, where a field is to blame."""

    status = 422


class Unauthenticated(GuichetError):
    status = 401


class Forbidden(GuichetError):
    status = 403


class TooMany(GuichetError):
    """``details["retry_after"]``: seconds."""

    status = 429


class Unavailable(GuichetError):
    """Nothing was done, or whether it was is unknown: try again with the same idempotency key.

    ``details["retry_after"]``: seconds.
    """

    status = 503


KINDS: dict[str, type[GuichetError]] = {
    kind.__name__: kind
    for kind in (NotFound, Conflict, Invalid, Unauthenticated, Forbidden, TooMany, Unavailable)
}
