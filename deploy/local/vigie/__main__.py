"""``python -m vigie``: serve, on this machine alone. ``make up`` starts it."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType
from urllib.parse import urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server

from vigie.app import create_app
from vigie.settings import SettingsMissingError, read_settings

LOOPBACK = "127.0.0.1"


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The addresses of callbacks hold codes: they are for no log."""


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        settings = read_settings(os.environ)
    except SettingsMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    split = urlsplit(settings.url)
    if split.hostname != LOOPBACK or split.port is None:
        sys.stderr.write(f"VIGIE_URL: a demo is served at http://{LOOPBACK}:PORT alone\n")
        return 2
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    app = create_app(settings)
    make_server(
        LOOPBACK, split.port, app, threaded=True, request_handler=_QuietHandler
    ).serve_forever()
    return 0


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    raise SystemExit(main())
