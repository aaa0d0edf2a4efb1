"""One-time links travel and rest sealed; they are opened only while a mail is written."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken


class SealBroken(Exception):
    """Sealed with another key than ours, or damaged."""


class Unsealer:
    """``key``: the installation's Fernet key. ``public_url``: the host of every link."""

    def __init__(self, key: str, *, public_url: str) -> None:
        self._fernet = Fernet(key)
        self._public_url = public_url

    def link(self, sealed: str, *, under: str) -> str:
        try:
            token = self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SealBroken("the link cannot be unsealed") from None
        return f"{self._public_url}/{under}/{token}"
