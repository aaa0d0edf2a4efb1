"""``python -m tenancy`` serves; ``migrate`` brings its database up to date; ``load-forms``
publishes a file of forms, or those that are shipped; ``draw-states`` prints the page
``docs/states-tenant.md``, ``draw-request-states`` the page ``docs/states-request.md``,
``draw-handover-states`` the page ``docs/states-handover.md``.
"""

# ruff: noqa: E402 - nothing may be imported before the process is green
from servicekit import green

green.patch()

import os
import sys
from pathlib import Path

from contracts.tenancy import (
    ContractStatus,
    HandoverState,
    OfficeRecoveryState,
    OrderFormState,
    RequestState,
)
from servicekit import states
from servicekit.clock import clock_for
from servicekit.context import ContextVerifier
from servicekit.db import Database
from servicekit.migrate import MigrationError, run_migrations
from servicekit.serve import serve
from servicekit.settings import SettingsError, read
from tenancy.actions.load_forms import load_forms, shipped_forms
from tenancy.clients.sealing import Sealer
from tenancy.domain import handovers, order_forms, recoveries, requests
from tenancy.domain.contracts import TRANSITIONS
from tenancy.service import Parts, TenancyService
from tenancy.settings import Settings

USAGE = (
    "usage: python -m tenancy [migrate | load-forms [FILE] | draw-states | draw-request-states |"
    " draw-handover-states]\n"
)


def parts_of(settings: Settings) -> Parts:
    db = Database(settings.database_url, pool_size=settings.db_pool, service="tenancy")
    return Parts(
        settings=settings,
        db=db,
        clock=clock_for(settings.mode, db),
        verifier=ContextVerifier(settings.context_public_key),
        sealer=Sealer(settings.seal_key),
    )


def states_page() -> str:
    chapters = (
        states.chapter(title="Contract", states=ContractStatus, transitions=TRANSITIONS),
        states.chapter(
            title="Order form of a new tenant",
            states=OrderFormState,
            transitions=order_forms.TRANSITIONS,
        ),
    )
    return states.page(
        title="States of a tenant", command="python -m tenancy draw-states", chapters=chapters
    )


def request_states_page() -> str:
    chapter = states.chapter(title="Request", states=RequestState, transitions=requests.TRANSITIONS)
    return states.page(
        title="States of a request",
        command="python -m tenancy draw-request-states",
        chapters=(chapter,),
    )


def handover_states_page() -> str:
    chapters = (
        states.chapter(title="Handover", states=HandoverState, transitions=handovers.TRANSITIONS),
        states.chapter(
            title="Recovery of an office",
            states=OfficeRecoveryState,
            transitions=recoveries.TRANSITIONS,
        ),
    )
    return states.page(
        title="States of a handover and of an office's recovery",
        command="python -m tenancy draw-handover-states",
        chapters=chapters,
    )


def load_file_of_forms(path: Path) -> int:
    parts = parts_of(read(Settings, os.environ))
    with parts.db:
        report = load_forms(db=parts.db, now=parts.clock.now(), path=path)
    (sys.stderr if report.refused else sys.stdout).write(
        "".join(f"{line}\n" for line in report.lines)
    )
    return 1 if report.refused else 0


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case []:
                settings = read(Settings, os.environ)
                serve(TenancyService, parts_of(settings), settings)
            case ["migrate"]:
                for name in run_migrations("tenancy", os.environ):
                    sys.stdout.write(f"applied {name}\n")
            case ["load-forms"]:
                return load_file_of_forms(shipped_forms())
            case ["load-forms", name]:
                return load_file_of_forms(Path(name))
            case ["draw-handover-states"]:
                sys.stdout.write(handover_states_page())
            case ["draw-request-states"]:
                sys.stdout.write(request_states_page())
            case ["draw-states"]:
                sys.stdout.write(states_page())
            case _:
                sys.stderr.write(USAGE)
                return 2
    except (SettingsError, MigrationError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
