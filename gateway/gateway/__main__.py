"""``python -m gateway``: serve. ``migrate``, ``register-client``, ``rotate-keys``: act and end."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

from gateway.settings import Settings
from servicekit import logs
from servicekit.settings import SettingsError, read

_SECONDS_TO_STOP = 5


def main() -> int:
    arguments = _arguments()
    try:
        if arguments.command is not None:
            # Imported here: the process that watches over the worker needs none of it.
            from gateway import commands

            return commands.run(arguments)
        settings = read(Settings, os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
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
    client.add_argument("--kind", choices=("confidential", "public"), required=True)
    for name in ("grant", "scope", "redirect-uri", "post-logout-redirect-uri", "audience"):
        client.add_argument(f"--{name}", action="append", default=[], metavar="VALUE")
    client.add_argument(
        "--tenants", action="append", default=[], metavar="CODE", help="OCB… or *: every one"
    )
    client.add_argument("--first-party", action="store_true", help="no consent is asked")
    client.add_argument(
        "--require-pushed-requests",
        action="store_true",
        help="authorization requests come by /oauth/par alone",
    )
    client.add_argument(
        "--backchannel-logout-uri", metavar="URI", help="is told when a session ends"
    )
    client.add_argument("--dpop", action="store_true", help="its tokens are bound to its key")
    client.add_argument(
        "--jwks-file", type=Path, help="its public keys: it proves itself by private_key_jwt alone"
    )
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


if __name__ == "__main__":
    raise SystemExit(main())
