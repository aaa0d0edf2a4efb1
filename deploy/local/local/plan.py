"""What the user asked for: where the data goes, which ports, whose servers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from servicekit.settings import read, setting

# Settings of the services that a user of the launcher may set; the rest is the launcher's to say.
PASSED_ON = (
    "GUICHET_ADDRESS_FAILURES",
    "GUICHET_ADDRESS_MINUTES",
    "GUICHET_BRAND",
    "GUICHET_DB_POOL",
    "GUICHET_FAILURES_A_MINUTE",
    "GUICHET_HASH_THREADS",
    "GUICHET_LIMIT_ADDRESS",
    "GUICHET_LIMIT_CLIENT",
    "GUICHET_LIMIT_PERSON",
    "GUICHET_LIMIT_STAFF",
    "GUICHET_LOG_FORMAT",
    "GUICHET_LOG_LEVEL",
    "GUICHET_MAIL_FROM",
    "GUICHET_REGION",
    "GUICHET_SIGN_IN_HISTORY_DAYS",
    "GUICHET_THREADS",
    "GUICHET_WORKERS",
)


@dataclass(frozen=True, slots=True)
class Plan:
    data: Path
    port: int = 0
    mail_port: int = 0
    smtp_port: int = 0
    vigie_port: int = 0
    postgres_port: int = 0
    amqp_port: int = 0
    mode: str = "demo"
    database_url: str | None = field(default=None, repr=False)
    """Administrator of a PostgreSQL to use instead of the embedded one."""
    amqp_url: str | None = field(default=None, repr=False)
    """A RabbitMQ to use instead of a private node."""
    database_prefix: str = "guichet"
    durable: bool = True
    """False: the embedded PostgreSQL may lose data in a power cut. For tests."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """More of the environment, for every process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LauncherSettings:
    data: str = setting("GUICHET_DATA")
    port: int = setting("GUICHET_PORT")
    mail_port: int = setting("GUICHET_MAIL_PORT")
    smtp_port: int = setting("GUICHET_SMTP_PORT")
    vigie_port: int = setting("GUICHET_VIGIE_PORT")
    postgres_port: int = setting("GUICHET_POSTGRES_PORT")
    amqp_port: int = setting("GUICHET_AMQP_PORT")
    database_prefix: str = setting("GUICHET_DATABASE_PREFIX")


def plan_from(environ: Mapping[str, str]) -> Plan:
    """Raises servicekit.settings.SettingsError that names every fault."""
    asked = read(LauncherSettings, environ)
    return Plan(
        data=Path(asked.data).absolute(),
        port=asked.port,
        mail_port=asked.mail_port,
        smtp_port=asked.smtp_port,
        vigie_port=asked.vigie_port,
        postgres_port=asked.postgres_port,
        amqp_port=asked.amqp_port,
        database_url=environ.get("DATABASE_URL") or None,
        amqp_url=environ.get("AMQP_URL") or None,
        database_prefix=asked.database_prefix,
        settings={name: environ[name] for name in PASSED_ON if environ.get(name)},
    )


def surroundings() -> dict[str, str]:
    """This process's environment without any setting of ours, nor of libpq."""
    ours = ("GUICHET_", "PG")
    named = {"DATABASE_URL", "AMQP_URL", "SMTP_URL"}
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(ours) and name not in named
    }
