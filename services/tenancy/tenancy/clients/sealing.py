"""Fresh one-time tokens: the hash to keep and the sealed text to send."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.fernet import Fernet

from tenancy.domain.trial_requests import token_hash


@dataclass(frozen=True, slots=True)
class FreshToken:
    hash: bytes
    sealed: str = field(repr=False)


class Sealer:
    """``key``: the installation's Fernet key, which notifications has too."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)

    def fresh_token(self) -> FreshToken:
        token = secrets.token_urlsafe(32)
        return FreshToken(token_hash(token), self._fernet.encrypt(token.encode()).decode())
