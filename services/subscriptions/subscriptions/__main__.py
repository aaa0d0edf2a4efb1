"""``python -m subscriptions`` serves; the other commands:

migrate        bring the database up to date; a demo or test installation gets its prices
import-prices  bring a new version of the price list into force
draw-states    print the page ``docs/states-subscriptions.md``
"""

# ruff: noqa: E402 - nothing may be imported before the process is green
from servicekit import green

green.patch()

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contracts.subscriptions import OrderStatus, SubscriptionStatus
from servicekit import states
from servicekit.clock import Clock, clock_for
from servicekit.context import ContextVerifier, system_context
from servicekit.db import Database
from servicekit.due import Handler
from servicekit.errors import GuichetError
from servicekit.migrate import MigrationError, run_migrations
from servicekit.serve import serve
from servicekit.settings import Mode, SettingsError, read
from subscriptions.actions.end_units import end_units
from subscriptions.actions.import_prices import PriceFile, fictional_prices, import_prices
from subscriptions.actions.terminate_subscription import END_UNITS
from subscriptions.domain.orders import ORDER_TRANSITIONS
from subscriptions.domain.subscriptions import TRANSITIONS
from subscriptions.service import SubscriptionsService
from subscriptions.settings import ImportSettings, MigrateSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    settings: Settings
    db: Database
    clock: Clock
    verifier: ContextVerifier
    due_handlers: Mapping[str, Handler]


def parts_of(settings: Settings) -> Parts:
    db = Database(settings.database_url, pool_size=settings.db_pool, service="subscriptions")
    return Parts(
        settings=settings,
        db=db,
        clock=clock_for(settings.mode, db),
        verifier=ContextVerifier(settings.context_public_key),
        due_handlers={END_UNITS: lambda item: end_units(db=db, item=item)},
    )


def states_page() -> str:
    return states.page(
        title="States of orders and subscriptions",
        command="python -m subscriptions draw-states",
        chapters=(
            states.chapter(title="Order", states=OrderStatus, transitions=ORDER_TRANSITIONS),
            states.chapter(
                title="Subscription", states=SubscriptionStatus, transitions=TRANSITIONS
            ),
        ),
    )


def main(arguments: list[str]) -> int:
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.run(asked))
    except (SettingsError, MigrationError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except GuichetError as error:
        sys.stderr.write(f"{error.code}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m subscriptions")
    parser.set_defaults(run=_serve)
    commands = parser.add_subparsers()
    commands.add_parser("migrate").set_defaults(run=_migrate)
    commands.add_parser("draw-states").set_defaults(run=_draw_states)
    prices = commands.add_parser("import-prices")
    prices.set_defaults(run=_import_prices)
    prices.add_argument("file", type=Path, help="CSV, one line per flavour and region")
    prices.add_argument("--version", required=True)
    prices.add_argument("--in-force-from", required=True, type=date.fromisoformat)
    prices.add_argument("--title", required=True)
    prices.add_argument("--fictional", action="store_true", help="prices nobody ever asked")
    return parser


def _serve(asked: argparse.Namespace) -> int:
    settings = read(Settings, os.environ)
    serve(SubscriptionsService, parts_of(settings), settings)
    return 0


def _migrate(asked: argparse.Namespace) -> int:
    settings = read(MigrateSettings, os.environ)
    for name in run_migrations("subscriptions", os.environ):
        sys.stdout.write(f"applied {name}\n")
    if settings.mode is Mode.PRODUCTION:
        return 0
    return _bring_in(settings.owner_database_url, settings.mode, fictional_prices())


def _import_prices(asked: argparse.Namespace) -> int:
    settings = read(ImportSettings, os.environ)
    file = PriceFile(
        text=asked.file.read_text(encoding="utf-8-sig"),
        version=asked.version,
        in_force_from=asked.in_force_from,
        title=asked.title,
        fictional=asked.fictional,
    )
    return _bring_in(settings.database_url, settings.mode, file)


def _bring_in(url: str, mode: Mode, file: PriceFile) -> int:
    context = system_context(service="subscriptions", call="subscriptions.import_prices")
    with Database(url, pool_size=2, service="subscriptions") as db:
        now = clock_for(mode, db).now()
        report = import_prices(db=db, context=context, now=now, file=file)
    for line in report.refused:
        sys.stderr.write(f"line {line.number}: {line.column} {line.problem}\n")
    if report.refused:
        sys.stderr.write(f"{len(report.refused)} lines refused, nothing imported\n")
        return 1
    done = "known already" if report.known else "imported"
    sys.stdout.write(f"{file.version}: {report.items} items, {report.offers} offers, {done}\n")
    return 0


def _draw_states(asked: argparse.Namespace) -> int:
    sys.stdout.write(states_page())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
