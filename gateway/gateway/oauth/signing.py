"""What the provider signs: JWTs by its active key, RS256 (RFC 7515, compact form)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.oauth.keys import ALGORITHM, KeyRing

_PADDING, _DIGEST = PKCS1v15(), SHA256()


class Signer:
    """Put together by hand: a library that finds out each time anew what kind of key it has, and
    what a header may hold, costs a tenth of the signature. Reading what others send is its work.
    """

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._signing = Lock()

    def signed(self, kind: str, claims: Mapping[str, Any]) -> str:
        """``kind``: the header's ``typ``."""
        key = self._keys.active
        assert key.private_key is not None  # the ring holds pairs
        header = {"alg": ALGORITHM, "typ": kind, "kid": key.kid}
        text = b".".join((_segment(_json(header)), _segment(_json(claims))))
        # A signature keeps the interpreter for half a millisecond. Threads that all want it then
        # cost each other more by asking for it than by waiting here.
        with self._signing:
            signature = key.private_key.sign(text, _PADDING, _DIGEST)
        return b".".join((text, _segment(signature))).decode()


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _segment(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")
