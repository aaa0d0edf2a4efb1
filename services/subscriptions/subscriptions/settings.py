"""What subscriptions read from the environment, once, at start."""

from __future__ import annotations

from dataclasses import dataclass

from servicekit.settings import Mode, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """To serve."""

    database_url: str = setting("DATABASE_URL")
    amqp_url: str = setting("AMQP_URL")
    mode: Mode = setting("GUICHET_MODE")
    context_public_key: str = setting("GUICHET_CONTEXT_PUBLIC_KEY")
    ops_host: str = setting("GUICHET_OPS_HOST")
    ops_port: int = setting("GUICHET_OPS_PORT")
    workers: int = setting("GUICHET_WORKERS")
    db_pool: int = setting("GUICHET_DB_POOL")
    log_level: str = setting("GUICHET_LOG_LEVEL")
    log_format: str = setting("GUICHET_LOG_FORMAT")


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrateSettings:
    """To migrate, as the owner of the database."""

    owner_database_url: str = setting("GUICHET_OWNER_DATABASE_URL")
    mode: Mode = setting("GUICHET_MODE")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """To import a price list."""

    database_url: str = setting("DATABASE_URL")
    mode: Mode = setting("GUICHET_MODE")
