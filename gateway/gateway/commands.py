"""What ``python -m gateway`` does besides serving: act once on the database, answer, end."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import structlog

from gateway.oauth.keys import KeyRing
from gateway.oauth.registration import Registration, register_client
from gateway.settings import MigrationSettings, ToolSettings
from gateway.store.clients import ClientKind
from gateway.vault import Vault
from servicekit.clock import SystemClock
from servicekit.db import Database
from servicekit.errors import GuichetError, Invalid
from servicekit.migrate import migrate, migrations_of
from servicekit.settings import read


def run(arguments: argparse.Namespace) -> int:
    # A command's standard output is its answer.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if arguments.command == "migrate":
        return _migrate(read(MigrationSettings, os.environ))
    settings = read(ToolSettings, os.environ)
    try:
        with Database(settings.database_url, pool_size=1, service="gateway") as db:
            if arguments.command == "rotate-keys":
                told = _rotate_keys(db, Vault(settings.vault_key))
            else:
                told = _register_client(db, arguments)
    except GuichetError as error:
        sys.stderr.write(f"{error.code} {json.dumps(error.details)}\n")
        return 1
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def _migrate(settings: MigrationSettings) -> int:
    applied = migrate(
        settings.owner_database_url, migrations_of("gateway"), app_role=settings.app_role or None
    )
    sys.stdout.write("".join(f"{name}\n" for name in applied))
    return 0


def _register_client(db: Database, arguments: argparse.Namespace) -> dict[str, object]:
    secret_file: Path | None = arguments.secret_file
    asked = Registration(
        client_id=arguments.id,
        name=arguments.name,
        kind=ClientKind(arguments.kind),
        grants=frozenset(arguments.grant),
        scopes=_words(arguments.scope),
        redirect_uris=tuple(arguments.redirect_uri),
        post_logout_redirect_uris=tuple(arguments.post_logout_redirect_uri),
        tenants=_words(arguments.tenants),
        audiences=_words(arguments.audience),
        first_party=arguments.first_party,
        require_pushed_authorization_requests=arguments.require_pushed_requests,
        jwks=_keys(arguments.jwks_file),
        dpop_bound_access_tokens=arguments.dpop,
        backchannel_logout_uri=arguments.backchannel_logout_uri,
    )
    registered = register_client(
        db=db,
        clock=SystemClock(),
        asked=asked,
        secret=secret_file.read_text().strip() if secret_file else None,
        new_secret_wanted=arguments.new_secret,
    )
    told: dict[str, object] = {"client_id": registered.client_id, "new": registered.new}
    if registered.secret is not None:
        told["client_secret"] = registered.secret
    return told


def _keys(file: Path | None) -> dict[str, Any] | None:
    """Raises Invalid("fields-invalid") where the file holds no JSON object."""
    if file is None:
        return None
    try:
        keys = json.loads(file.read_text())
    except ValueError:
        keys = None
    if not isinstance(keys, dict):
        raise Invalid("fields-invalid", {"fields": {"jwks": ["invalid"]}})
    return keys


def _rotate_keys(db: Database, vault: Vault) -> dict[str, object]:
    keys = KeyRing(db=db, vault=vault, clock=SystemClock())
    keys.open()
    return {"active": keys.rotate()}


def _words(values: list[str]) -> frozenset[str]:
    """Given one by one, or several in one argument."""
    return frozenset(word for value in values for word in value.replace(",", " ").split())
