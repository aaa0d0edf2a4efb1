"""What notifications reads from the environment, once, at start."""

from __future__ import annotations

from dataclasses import dataclass

from servicekit.settings import Mode, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database_url: str = setting("DATABASE_URL")
    amqp_url: str = setting("AMQP_URL")
    smtp_url: str = setting("SMTP_URL")
    mode: Mode = setting("GUICHET_MODE")
    public_url: str = setting("GUICHET_PUBLIC_URL")
    context_public_key: str = setting("GUICHET_CONTEXT_PUBLIC_KEY")
    seal_key: str = setting("GUICHET_SEAL_KEY")
    mail_from: str = setting("GUICHET_MAIL_FROM")
    contact: str = setting("GUICHET_CONTACT")
    brand: str = setting("GUICHET_BRAND")
    ops_host: str = setting("GUICHET_OPS_HOST")
    ops_port: int = setting("GUICHET_OPS_PORT")
    workers: int = setting("GUICHET_WORKERS")
    db_pool: int = setting("GUICHET_DB_POOL")
    log_level: str = setting("GUICHET_LOG_LEVEL")
    log_format: str = setting("GUICHET_LOG_FORMAT")
