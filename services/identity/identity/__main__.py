"""``python -m identity`` serves; ``migrate`` brings its database up to date; ``appoint-operator``
makes the first of those who appoint everybody else, ``appoint-staff`` whoever must owe nobody his.
"""

# ruff: noqa: E402 - nothing may be imported before the process is green
from servicekit import green

green.patch()

import argparse
import json
import os
import sys

from marshmallow import ValidationError

from contracts import identity as calls
from contracts.codes import Language, StaffRole
from identity.actions.appoint_staff import appoint_staff
from identity.clients.hashing import Hasher
from identity.clients.sealing import Sealer
from identity.domain import impersonation, recoveries
from identity.domain.people import NewPerson
from identity.settings import Settings, ToolSettings
from servicekit import states
from servicekit.clock import clock_for
from servicekit.context import ContextVerifier, system_context
from servicekit.db import Database
from servicekit.errors import GuichetError
from servicekit.migrate import MigrationError, run_migrations
from servicekit.settings import SettingsError, read


def main(arguments: list[str]) -> int:
    given = _parser().parse_args(arguments)
    try:
        match given.command:
            case "migrate":
                for name in run_migrations("identity", os.environ):
                    sys.stdout.write(f"applied {name}\n")
            case "draw-states":
                sys.stdout.write(states_page())
            case "appoint-operator":
                _appoint(read(ToolSettings, os.environ), given, role=StaffRole.OPERATOR)
            case "appoint-staff":
                _appoint(read(ToolSettings, os.environ), given, role=StaffRole(given.role))
            case _:
                _serve(read(Settings, os.environ))
    except (SettingsError, MigrationError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except ValidationError as error:
        sys.stderr.write(f"{json.dumps(error.messages)}\n")
        return 2
    except GuichetError as error:
        sys.stderr.write(f"{error.code}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m identity", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("draw-states", help="print docs/states-recovery.md")
    operator = commands.add_parser(
        "appoint-operator", help="give a person the staff role operator; again changes nothing"
    )
    staff = commands.add_parser(
        "appoint-staff", help="give a person a staff role; again changes nothing"
    )
    staff.add_argument("--role", choices=[str(one) for one in StaffRole], required=True)
    for appoint in (operator, staff):
        for name in ("login", "email", "given-name", "family-name"):
            appoint.add_argument(f"--{name}", required=True)
        appoint.add_argument("--language", choices=[str(one) for one in Language], default="fr")
    return parser


def states_page() -> str:
    recovery = states.chapter(
        title="Recovery act", states=calls.RecoveryState, transitions=recoveries.TRANSITIONS
    )
    grant = states.chapter(
        title="Impersonation grant",
        states=calls.ImpersonationState,
        transitions=impersonation.TRANSITIONS,
    )
    return states.page(
        title="States of recovery acts and of impersonation grants",
        command="python -m identity draw-states",
        chapters=(recovery, grant),
    )


def _serve(settings: Settings) -> None:
    # Here, because the commands that end at once need neither nameko nor Flask: a second of CPU.
    from identity.clients.factor_keys import FactorKeys
    from identity.clients.passkeys import Passkeys
    from identity.service import IdentityService, Parts
    from servicekit.native import NativeThreads
    from servicekit.serve import serve

    db = Database(settings.database_url, pool_size=settings.db_pool, service="identity")
    threads = NativeThreads(settings.hash_threads)
    parts = Parts(
        settings=settings,
        db=db,
        clock=clock_for(settings.mode, db),
        verifier=ContextVerifier(settings.context_public_key),
        hasher=Hasher(threads=threads, room=settings.sign_ins_at_once),
        sealer=Sealer(settings.seal_key),
        factor_keys=FactorKeys(settings.seal_key),
        passkeys=Passkeys(public_url=settings.public_url, brand=settings.brand),
    )
    serve(IdentityService, parts, settings)


def _appoint(settings: ToolSettings, given: argparse.Namespace, *, role: StaffRole) -> None:
    names = {key: value for key, value in vars(given).items() if key not in ("command", "role")}
    asked = calls.AppointStaff().load({**names, "roles": [role]})
    roles = asked.pop("roles")
    with Database(settings.database_url, pool_size=1, service="identity") as db:
        member = appoint_staff(
            db=db,
            sealer=Sealer(settings.seal_key),
            context=system_context(service="identity", call="identity.appoint_staff"),
            now=clock_for(settings.mode, db).now(),
            new=NewPerson(**asked),
            roles=roles,
        )
    answer = {"person_id": str(member.person_id), "login": member.login}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
