"""`python -m local`: what the Makefile calls."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from local.front_door import RefusedError
from local.installation import AlreadyRunningError
from local.launcher import detach, down, logs, reset, status, up
from local.plan import plan_from
from local.ports import PortTakenError
from local.waiting import GaveUpError
from servicekit.settings import SettingsError

# Told in a sentence, without a traceback: the user can do something about each.
EXPECTED = (AlreadyRunningError, GaveUpError, PortTakenError, RefusedError, SettingsError)

COMMANDS: dict[str, tuple[Callable[..., int], str]] = {
    "up": (up, "start everything in the foreground; Ctrl-C stops it"),
    "detach": (detach, "start everything in the background, return when it is ready"),
    "down": (down, "stop what runs in the data folder"),
    "reset": (reset, "empty the data folder; refused while it is in use"),
    "status": (status, "what runs, where, and whether it is ready"),
    "logs": (logs, "follow the logs"),
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="local", description="The whole suite on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, what) in COMMANDS.items():
        command = commands.add_parser(name, help=what)
        if name == "logs":
            command.add_argument("names", nargs="*", help="parts to follow; all where absent")
    catcher = commands.add_parser("mailcatcher", help="the mail catcher alone")
    catcher.add_argument("--folder", type=Path, required=True)
    catcher.add_argument("--smtp-port", type=int, required=True)
    catcher.add_argument("--http-port", type=int, required=True)
    given = vars(parser.parse_args(arguments))
    name = given.pop("command")
    if name == "mailcatcher":
        # Imported here: the launcher itself needs neither Flask nor an SMTP server.
        from local.mailcatcher import serve

        serve(**given)
        return 0
    try:
        return COMMANDS[name][0](plan_from(os.environ), **given)
    except EXPECTED as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        raise SystemExit(main(sys.argv[1:]))
