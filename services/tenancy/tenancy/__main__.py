"""``python -m tenancy`` serves; ``migrate`` brings its database up to date; ``draw-states`` prints
the page ``docs/states-tenant.md``.
"""

# ruff: noqa: E402 - nothing may be imported before the process is green
from servicekit import green

green.patch()

import os
import sys

from contracts.tenancy import ContractStatus
from servicekit import states
from servicekit.clock import clock_for
from servicekit.context import ContextVerifier
from servicekit.db import Database
from servicekit.migrate import MigrationError, run_migrations
from servicekit.serve import serve
from servicekit.settings import SettingsError, read
from tenancy.domain.contracts import TRANSITIONS
from tenancy.service import Parts, TenancyService
from tenancy.settings import Settings

USAGE = "usage: python -m tenancy [migrate | draw-states]\n"


def parts_of(settings: Settings) -> Parts:
    db = Database(settings.database_url, pool_size=settings.db_pool, service="tenancy")
    return Parts(
        settings=settings,
        db=db,
        clock=clock_for(settings.mode, db),
        verifier=ContextVerifier(settings.context_public_key),
    )


def states_page() -> str:
    chapter = states.chapter(title="Contract", states=ContractStatus, transitions=TRANSITIONS)
    return states.page(
        title="States of a tenant", command="python -m tenancy draw-states", chapters=(chapter,)
    )


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case []:
                settings = read(Settings, os.environ)
                serve(TenancyService, parts_of(settings), settings)
            case ["migrate"]:
                for name in run_migrations("tenancy", os.environ):
                    sys.stdout.write(f"applied {name}\n")
            case ["draw-states"]:
                sys.stdout.write(states_page())
            case _:
                sys.stderr.write(USAGE)
                return 2
    except (SettingsError, MigrationError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
