"""Fresh one-time tokens: the hash to keep and the sealed text to send; and what waits sealed."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from identity.domain.links import token_hash


@dataclass(frozen=True, slots=True)
class FreshToken:
    hash: bytes
    sealed: str = field(repr=False)


class Sealer:
    """``key``: the installation's Fernet key, which notifications has too."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)
        # Not the key of links: what is sealed for identity alone is opened nowhere else.
        self._waiting = Fernet(_derived(key, "guichet identity: what waits"))

    def fresh_token(self) -> FreshToken:
        token = secrets.token_urlsafe(32)
        return FreshToken(token_hash(token), self._fernet.encrypt(token.encode()).decode())

    def seal(self, text: str) -> str:
        return self._waiting.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        try:
            return self._waiting.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise LookupError("sealed with another installation's key, or damaged") from None


def _derived(key: str, purpose: str) -> bytes:
    root = base64.urlsafe_b64decode(key)
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(root)
    return base64.urlsafe_b64encode(made)
