"""``python -m notifications`` serves; ``migrate`` brings its database up to date; ``draw-states``
prints the page ``docs/states-mail.md``.
"""

# ruff: noqa: E402 - nothing may be imported before the process is green
from servicekit import green

green.patch()

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.notifications import MailStatus
from notifications.actions.deliver_mail import Desk
from notifications.actions.run_post import Post
from notifications.clients.sealing import Unsealer
from notifications.clients.smtp import MailServer
from notifications.clients.wording import House, Wording
from notifications.domain.mails import TRANSITIONS
from notifications.service import NotificationsService
from notifications.settings import Settings
from servicekit import states
from servicekit.clock import Clock, clock_for
from servicekit.context import ContextVerifier
from servicekit.db import Database
from servicekit.due import Handler
from servicekit.migrate import MigrationError, run_migrations
from servicekit.serve import serve
from servicekit.settings import SettingsError, read

USAGE = "usage: python -m notifications [migrate | draw-states]\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    settings: Settings
    db: Database
    clock: Clock
    verifier: ContextVerifier
    wording: Wording
    post: Post
    due_handlers: Mapping[str, Handler] = field(default_factory=dict)


def parts_of(settings: Settings) -> Parts:
    db = Database(settings.database_url, pool_size=settings.db_pool, service="notifications")
    clock = clock_for(settings.mode, db)
    house = House(brand=settings.brand, public_url=settings.public_url, contact=settings.contact)
    wording = Wording(house)
    desk = Desk(
        db=db,
        clock=clock,
        wording=wording,
        unsealer=Unsealer(settings.seal_key, public_url=settings.public_url),
        server=MailServer(settings.smtp_url),
        house=house,
        sender=settings.mail_from,
    )
    return Parts(
        settings=settings,
        db=db,
        clock=clock,
        verifier=ContextVerifier(settings.context_public_key),
        wording=wording,
        post=Post(desk),
    )


def states_page() -> str:
    chapter = states.chapter(title="Mail", states=MailStatus, transitions=TRANSITIONS)
    return states.page(
        title="States of a mail", command="python -m notifications draw-states", chapters=(chapter,)
    )


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case []:
                settings = read(Settings, os.environ)
                parts = parts_of(settings)
                serve(NotificationsService, parts, settings, beside=(parts.post,))
            case ["migrate"]:
                for name in run_migrations("notifications", os.environ):
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
