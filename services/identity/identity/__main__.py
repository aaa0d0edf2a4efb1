"""``python -m identity``: serve. ``migrate``, ``appoint-operator``: once, then end."""

from servicekit import green

green.patch()

import argparse  # noqa: E402 - nothing may be imported before the patch
import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402

from contracts.codes import Language, StaffRole  # noqa: E402
from identity.actions.appoint_staff import appoint_staff  # noqa: E402
from identity.clients.hashing import Hasher  # noqa: E402
from identity.clients.sealing import Sealer  # noqa: E402
from identity.domain.people import NewPerson  # noqa: E402
from identity.service import IdentityService, Parts  # noqa: E402
from identity.settings import MigrationSettings, Settings, ToolSettings  # noqa: E402
from servicekit.clock import clock_for  # noqa: E402
from servicekit.context import ContextVerifier, system_context  # noqa: E402
from servicekit.db import Database  # noqa: E402
from servicekit.errors import GuichetError  # noqa: E402
from servicekit.migrate import migrate, migrations_of  # noqa: E402
from servicekit.native import NativeThreads  # noqa: E402
from servicekit.serve import serve  # noqa: E402
from servicekit.settings import SettingsError, read  # noqa: E402


def main() -> int:
    arguments = _arguments()
    try:
        if arguments.command == "migrate":
            return _migrate(read(MigrationSettings, os.environ))
        if arguments.command == "appoint-operator":
            return _appoint_operator(read(ToolSettings, os.environ), arguments)
        settings = read(Settings, os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    serve(IdentityService, _parts(settings), settings)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m identity", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("migrate", help="bring the database up to date")
    appoint = commands.add_parser(
        "appoint-operator", help="give a person the staff role operator; again changes nothing"
    )
    for name in ("login", "email", "given-name", "family-name"):
        appoint.add_argument(f"--{name}", required=True)
    appoint.add_argument("--language", choices=[str(one) for one in Language], default="fr")
    return parser.parse_args()


def _parts(settings: Settings) -> Parts:
    db = Database(settings.database_url, pool_size=settings.db_pool, service="identity")
    return Parts(
        settings=settings,
        db=db,
        clock=clock_for(settings.mode, db),
        verifier=ContextVerifier(settings.context_public_key),
        hasher=Hasher(threads=NativeThreads(settings.hash_threads), room=settings.sign_ins_at_once),
        sealer=Sealer(settings.seal_key),
    )


def _migrate(settings: MigrationSettings) -> int:
    applied = migrate(
        settings.owner_database_url,
        migrations_of("identity"),
        app_role=settings.app_role or None,
    )
    sys.stdout.write("".join(f"{name}\n" for name in applied))
    return 0


def _appoint_operator(settings: ToolSettings, arguments: argparse.Namespace) -> int:
    """Bootstraps the first operator: everybody else is appointed by one."""
    new = NewPerson(
        login=arguments.login,
        email=arguments.email,
        given_name=arguments.given_name,
        family_name=arguments.family_name,
        language=Language(arguments.language),
    )
    with Database(settings.database_url, pool_size=1, service="identity") as db:
        try:
            member = appoint_staff(
                db=db,
                sealer=Sealer(settings.seal_key),
                context=system_context(service="identity", call="identity.appoint_staff"),
                now=clock_for(settings.mode, db).now(),
                new=new,
                roles=[StaffRole.OPERATOR],
            )
        except GuichetError as error:
            sys.stderr.write(f"{error.code}\n")
            return 1
    sys.stdout.write(json.dumps({"person_id": str(member.person_id), "login": member.login}) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
