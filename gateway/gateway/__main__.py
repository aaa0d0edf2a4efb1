"""``python -m gateway``: serve. ``migrate``, ``register-client``, ``rotate-keys``: act and end."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import structlog
from granian import Granian
from granian.constants import Interfaces

from gateway.oauth.keys import KeyRing
from gateway.oauth.registration import GRANTS, Registration, register_client
from gateway.settings import MigrationSettings, Settings, ToolSettings
from gateway.store.clients import ClientKind
from gateway.vault import Vault
from servicekit import logs
from servicekit.clock import SystemClock
from servicekit.db import Database
from servicekit.errors import GuichetError
from servicekit.migrate import migrate, migrations_of
from servicekit.settings import SettingsError, read

_SECONDS_TO_STOP = 5


def main() -> int:
    arguments = _arguments()
    if arguments.command is not None:
        # A command's standard output is its answer.
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        if arguments.command == "migrate":
            return _migrate(read(MigrationSettings, os.environ))
        if arguments.command == "register-client":
            return _register_client(read(ToolSettings, os.environ), arguments)
        if arguments.command == "rotate-keys":
            return _rotate_keys(read(ToolSettings, os.environ))
        settings = read(Settings, os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except GuichetError as error:
        sys.stderr.write(f"{error.code} {json.dumps(error.details)}\n")
        return 1
    _serve(settings)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gateway", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("rotate-keys", help="let the next signing key sign")
    client = commands.add_parser(
        "register-client",
        help="add an OAuth client or change the one of that id; prints it as JSON, with its"
        " secret where one was made: it is not shown again",
    )
    client.add_argument("--id", required=True)
    client.add_argument("--name", required=True)
    client.add_argument("--kind", choices=[kind.value for kind in ClientKind], required=True)
    client.add_argument("--grant", choices=GRANTS, action="append", required=True)
    for name in ("scope", "redirect-uri", "post-logout-redirect-uri", "tenants", "audience"):
        client.add_argument(f"--{name}", action="append", default=[], metavar="VALUE")
    client.add_argument("--first-party", action="store_true", help="no consent is asked")
    client.add_argument("--secret-file", type=Path, help="holds a secret to use; again is harmless")
    client.add_argument("--new-secret", action="store_true", help="beside the present one")
    return parser.parse_args()


def _serve(settings: Settings) -> None:
    logs.configure(service="gateway", level=settings.log_level, form=settings.log_format)
    Granian(
        "gateway.serving:application",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.threads,
        workers_kill_timeout=_SECONDS_TO_STOP,
        websockets=False,
        # The server's own lines in our form, here and in the worker.
        log_dictconfig={"loggers": {"_granian": {"propagate": True}, "granian.access": {}}},
    ).serve()


def _migrate(settings: MigrationSettings) -> int:
    applied = migrate(
        settings.owner_database_url, migrations_of("gateway"), app_role=settings.app_role or None
    )
    sys.stdout.write("".join(f"{name}\n" for name in applied))
    return 0


def _register_client(settings: ToolSettings, arguments: argparse.Namespace) -> int:
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
    )
    with Database(settings.database_url, pool_size=1, service="gateway") as db:
        registered = register_client(
            db=db,
            clock=SystemClock(),
            asked=asked,
            secret=secret_file.read_text().strip() if secret_file else None,
            new_secret_wanted=arguments.new_secret,
        )
    told = {"client_id": registered.client_id, "new": registered.new}
    if registered.secret is not None:
        told["client_secret"] = registered.secret
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def _rotate_keys(settings: ToolSettings) -> int:
    with Database(settings.database_url, pool_size=1, service="gateway") as db:
        keys = KeyRing(db=db, vault=Vault(settings.vault_key), clock=SystemClock())
        keys.open()
        sys.stdout.write(json.dumps({"active": keys.rotate()}) + "\n")
    return 0


def _words(values: list[str]) -> frozenset[str]:
    """Given one by one, or several in one argument."""
    return frozenset(word for value in values for word in value.replace(",", " ").split())


if __name__ == "__main__":
    raise SystemExit(main())
