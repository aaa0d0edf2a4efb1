"""Keys for second factors, each derived from the installation's seal key for one purpose."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from identity.domain.factors import RECOVERY_CODES, recovery_code, recovery_code_key

_SIGNS_OF_CODE = 16


class FactorKeys:
    """``seal_key``: the installation's Fernet key. Who has one derived key has no other."""

    def __init__(self, seal_key: str) -> None:
        self._root = base64.urlsafe_b64decode(seal_key)
        self._secrets = Fernet(base64.urlsafe_b64encode(self._derived("totp secrets")))
        self._codes = self._derived("recovery codes")

    def seal(self, secret: str) -> str:
        return self._secrets.encrypt(secret.encode()).decode()

    def unseal(self, sealed: str) -> str:
        try:
            return self._secrets.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise LookupError("a TOTP secret was sealed with another installation's key") from None

    def fresh_recovery_codes(self) -> list[str]:
        return [
            recovery_code([secrets.randbelow(32) for _ in range(_SIGNS_OF_CODE)])
            for _ in range(RECOVERY_CODES)
        ]

    def hash_of_code(self, *, person_id: UUID, typed: str) -> bytes:
        """A fast hash will do: nobody tries 2^80 codes, with or without the key."""
        message = person_id.bytes + recovery_code_key(typed).encode()
        return hmac.digest(self._codes, message, hashlib.sha256)

    def _derived(self, purpose: str) -> bytes:
        info = b"guichet second factors: " + purpose.encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._root)
