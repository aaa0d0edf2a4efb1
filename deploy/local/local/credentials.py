"""What an installation must keep to itself: made once, kept in one file only its user can read."""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from servicekit.context import generate_key_pair


def keep_credentials(file: Path, *, databases: tuple[str, ...]) -> Mapping[str, str]:
    """The credentials in `file`, with those that are not there yet added."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    before = dict(known)
    if "context_private_key" not in known:
        known["context_private_key"], known["context_public_key"] = generate_key_pair()
    for name, make in _makers(databases).items():
        if name not in known:
            known[name] = make()
    if known != before:
        write_private(file, json.dumps(known, indent=2) + "\n")
    return known


def write_private(file: Path, text: str) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    fresh.replace(file)


def _makers(databases: tuple[str, ...]) -> dict[str, Callable[[], str]]:
    makers: dict[str, Callable[[], str]] = {
        "seal_key": _fernet_key,
        "vault_key": _fernet_key,
        "portal_client_secret": _password,
        "vigie_client_secret": _password,
        "postgres": _password,
        "rabbitmq": _password,
    }
    for name in databases:
        makers[f"{name}_owner"] = _password
        makers[f"{name}_app"] = _password
    return makers


def _password() -> str:
    return secrets.token_urlsafe(32)


def _fernet_key() -> str:
    return Fernet.generate_key().decode()
