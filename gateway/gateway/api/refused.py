"""What HTTP itself refuses, before a call is even known: 400, 405, 406, 413, 415 …

What a call refuses is one of the seven kinds of ``servicekit.errors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    def __init__(
        self,
        status: int,
        code: str,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.details = dict(details or {})
        self.headers = dict(headers or {})
