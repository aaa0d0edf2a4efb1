"""Opaque secrets: 256 random bits to the bearer, their SHA-256 to the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class Successors:
    """Which refresh token follows which, told by a key: an answer that got lost can be given again,
    though nothing but digests is stored."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, secret: str) -> str:
        """256 bits that nobody foresees who has not the key."""
        made = hmac.new(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return base64.urlsafe_b64encode(made.digest()).rstrip(b"=").decode()
