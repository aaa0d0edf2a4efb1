"""An OAuth request as Authlib reads it, from where the protocol says its parameters stand.

Authlib's own Flask request merges query and body, so that a secret in a URL would be taken; and
it judges by the request's URL whether transport is safe, which is the deployment's business.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from werkzeug.datastructures import MultiDict

Parameters = MultiDict[str, str]


class Headers(Protocol):
    """All that the protocol asks of them: Werkzeug's, or the counter's own."""

    def get(self, name: str, /) -> str | None: ...


class ProtocolPayload(OAuth2Payload):
    """``data`` is a plain dict: asked for what is not there, a MultiDict makes an exception."""

    def __init__(self, values: Parameters | dict[str, str]) -> None:
        self._values = values
        self.first = values.to_dict() if isinstance(values, MultiDict) else values

    @property
    def data(self) -> dict[str, str]:
        return self.first

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(list, MultiDict(self._values).to_dict(flat=False))


class ProtocolRequest(OAuth2Request):
    """``values``: a plain dict where each parameter has come once at most."""

    headers: Headers

    def __init__(
        self,
        *,
        method: str,
        path: str,
        headers: Headers,
        values: Parameters | dict[str, str],
    ) -> None:
        self.key: str | None = None  # the thumbprint of the key that it proves (RFC 9449)
        self.proved_here = False  # whether the person proved who he is because this asked it
        # Settings decide whether plain HTTP will do; Authlib would judge by the name in the URL.
        super().__init__(method, f"https://gateway{path}")
        # Not handed to Authlib: it would ask whether there are any, and so count them all.
        self.headers = headers
        self.payload = ProtocolPayload(values)
        self.values = self.payload.data

    @property
    def args(self) -> dict[str, str]:
        return self.values

    @property
    def form(self) -> dict[str, str]:
        return self.values


def repeated(values: Parameters) -> list[str]:
    """Parameters sent more than once: never allowed (RFC 6749, section 3)."""
    return sorted(name for name in values if len(values.getlist(name)) > 1)
