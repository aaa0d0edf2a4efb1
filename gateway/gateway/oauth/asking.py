"""The authorization request on its way through the sign-in page and back.

It travels as a local path; ``again`` is added, signed, and says when this very request asked the
person to prove who he is. Without it a request with ``prompt=login`` would ask for ever; unsigned
it could be made up; from another browser it could be brought to one where he proves it for
something else.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from urllib.parse import urlencode

from itsdangerous import BadData, URLSafeSerializer

from gateway.oauth.lifetimes import INTERACTION
from gateway.oauth.protocol_request import Parameters
from servicekit.clock import Clock

AGAIN = "again"
AUTHORIZE = "/oauth/authorize"


class Asking:
    def __init__(self, *, key: bytes, clock: Clock, browser: str) -> None:
        """``browser``: what only the browser has that was asked."""
        self._serializer = URLSafeSerializer(key, salt="authorization request")
        self._clock = clock
        self._browser = browser

    def path(self, values: Parameters) -> str:
        """Where to come back to, stamped with now."""
        stamp = self._serializer.dumps([self._hash(values), self._clock.now().isoformat()])
        return f"{plain_path(values)}&{urlencode({AGAIN: stamp})}"

    def asked_at(self, values: Parameters) -> datetime | None:
        stamp = values.get(AGAIN)
        if stamp is None:
            return None
        try:
            of, at = self._serializer.loads(stamp)
            asked_at = datetime.fromisoformat(at)
        except (BadData, ValueError, TypeError):
            return None
        in_time = self._clock.now() - asked_at < INTERACTION
        return asked_at if of == self._hash(values) and in_time else None

    def _hash(self, values: Parameters) -> str:
        asked = f"{self._browser}\0{urlencode(sorted(_asked(values)))}"
        return hashlib.sha256(asked.encode()).hexdigest()


def plain_path(values: Parameters) -> str:
    return f"{AUTHORIZE}?{urlencode(_asked(values))}"


def _asked(values: Parameters) -> list[tuple[str, str]]:
    return [(name, value) for name, value in values.items(multi=True) if name != AGAIN]
