"""What the gateway keeps at rest and must be able to read again: signing keys, portal tokens."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


class VaultError(Exception):
    """Something was sealed under another GUICHET_VAULT_KEY, or was tampered with."""


class Vault:
    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)
        self._key = key.encode()

    def seal(self, content: bytes) -> str:
        return self._fernet.encrypt(content).decode()

    def unseal(self, sealed: str) -> bytes:
        try:
            return self._fernet.decrypt(sealed.encode())
        except InvalidToken:
            raise VaultError("sealed under another GUICHET_VAULT_KEY") from None

    def key_for(self, purpose: str) -> bytes:
        """32 bytes of their own for each purpose: no key serves two."""
        return hmac.new(self._key, f"guichet {purpose}".encode(), hashlib.sha256).digest()
