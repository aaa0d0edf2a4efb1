"""Structured logs: one JSON object a line, or lines for the eye.

    log = structlog.get_logger()
    log.info("order placed", order_id=str(order_id))

Each line carries ``time``, ``level``, ``service``, ``event`` and, inside a call, ``call``,
``call_id`` and ``tenant``. What is under a key that names a secret is not written.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

import structlog
from structlog.typing import Processor

REDACTED = "[redacted]"
_SECRET_KEY = re.compile(
    r"passwor[dt]|passphrase|secret|token|sealed|authori[sz]ation|cookie|credential$"
    r"|(^|_)link$|(^|_)otp$|private_key|vault_key|seal_key",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"(://[^\s/:@]*:)[^\s/@]+@")
# They shout about what we already say (each lost connection with a traceback), or say too much.
_QUIET = {
    "nameko": logging.ERROR,
    "nameko.containers": logging.CRITICAL,
    "kombu": logging.ERROR,
    "amqp": logging.ERROR,
    "werkzeug": logging.ERROR,
    "psycopg.pool": logging.ERROR,
}


def configure(*, service: str, level: str = "info", form: str = "json") -> None:
    """Send this process's logs to standard output. ``form``: ``json`` or ``console``."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared = _processors(service)
    renderer = _renderer(form)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=threshold, force=True)
    for name, quiet in _QUIET.items():
        logging.getLogger(name).setLevel(max(quiet, threshold))


def redact(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Processor: secrets by the name of their key, passwords in URLs wherever they stand."""
    for key, value in line.items():
        line[key] = redacted(value, key=key)
    return line


def redacted(value: Any, *, key: str = "") -> Any:
    """``value``, which stands under ``key``, as it may be shown; at any depth."""
    if value is not None and _names_a_secret(key):
        return REDACTED
    if isinstance(value, str):
        return _URL_PASSWORD.sub(r"\1***@", value) if "://" in value else value
    if isinstance(value, Mapping):
        return {inner: redacted(held, key=str(inner)) for inner, held in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(held) for held in value]
    return value


@lru_cache(maxsize=4096)
def _names_a_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


def _processors(service: str) -> list[Processor]:
    def named(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Any:
        line.setdefault("service", service)
        return line

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        named,
        structlog.processors.format_exc_info,
        redact,
    ]


def _renderer(form: str) -> Processor:
    if form == "console":
        return structlog.dev.ConsoleRenderer(timestamp_key="time", colors=sys.stdout.isatty())
    return structlog.processors.JSONRenderer(serializer=_serialised)


_encode = json.JSONEncoder(default=str, ensure_ascii=False).encode


def _serialised(line: Any, **_options: Any) -> str:
    return _encode(line)
