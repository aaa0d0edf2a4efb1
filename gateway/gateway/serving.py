"""The application as a worker process of the server makes it."""

from __future__ import annotations

import os
from multiprocessing.util import Finalize

from flask import Flask

from gateway.app import create_app
from gateway.parts import build_parts
from gateway.settings import Settings
from servicekit import logs
from servicekit.settings import read


def application() -> Flask:
    """Called in the worker, where threads and connections belong."""
    settings = read(Settings, os.environ)
    logs.configure(service="gateway", level=settings.log_level, form=settings.log_format)
    parts = build_parts(settings)
    app = create_app(parts)
    parts.start()
    # A worker process runs no atexit handlers; these it runs.
    Finalize(None, parts.stop, exitpriority=10)
    return app
