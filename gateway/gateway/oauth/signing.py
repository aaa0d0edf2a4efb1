"""What the provider signs: JWTs by its active key, RS256 (RFC 7515, compact form)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.oauth.keys import ALGORITHM, KeyRing

_PADDING, _DIGEST = PKCS1v15(), SHA256()
_encoded = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Signer:
    """Put together by hand: a library that finds out each time anew what kind of key it has, and
    what a header may hold, costs a tenth of the signature. Reading what others send is its work.
    """

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def signed(self, kind: str, claims: Mapping[str, Any]) -> str:
        """``kind``: the header's ``typ``."""
        key = self._keys.active
        assert key.private_key is not None  # the ring holds pairs
        text = b".".join((_header(str(key.kid), kind), _segment(_encoded(claims))))
        signature = key.private_key.sign(text, _PADDING, _DIGEST)
        return b".".join((text, _segment(signature))).decode()


@lru_cache(maxsize=32)
def _header(kid: str, kind: str) -> bytes:
    return _segment(_encoded({"alg": ALGORITHM, "typ": kind, "kid": kid}))


def _segment(content: str | bytes) -> bytes:
    octets = content.encode() if isinstance(content, str) else content
    return urlsafe_b64encode(octets).rstrip(b"=")
