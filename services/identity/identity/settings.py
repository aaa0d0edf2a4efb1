"""What identity reads from the environment, once, at start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from identity.domain.throttle import Throttle
from servicekit.settings import Mode, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database_url: str = setting("DATABASE_URL")
    amqp_url: str = setting("AMQP_URL")
    mode: Mode = setting("GUICHET_MODE")
    context_public_key: str = setting("GUICHET_CONTEXT_PUBLIC_KEY")
    seal_key: str = setting("GUICHET_SEAL_KEY")
    public_url: str = setting("GUICHET_PUBLIC_URL")
    brand: str = setting("GUICHET_BRAND")
    hash_threads: int = setting("GUICHET_HASH_THREADS")
    address_failures: int = setting("GUICHET_ADDRESS_FAILURES")
    address_minutes: int = setting("GUICHET_ADDRESS_MINUTES")
    failures_a_minute: int = setting("GUICHET_FAILURES_A_MINUTE")
    history_days: int = setting("GUICHET_SIGN_IN_HISTORY_DAYS")
    ops_host: str = setting("GUICHET_OPS_HOST")
    ops_port: int = setting("GUICHET_OPS_PORT")
    calls_at_once: int = setting("GUICHET_WORKERS")
    db_pool: int = setting("GUICHET_DB_POOL")
    log_level: str = setting("GUICHET_LOG_LEVEL")
    log_format: str = setting("GUICHET_LOG_FORMAT")

    @property
    def throttle(self) -> Throttle:
        window = timedelta(minutes=self.address_minutes)
        return Throttle(self.address_failures, window, self.failures_a_minute)

    @property
    def history_kept_for(self) -> timedelta:
        return timedelta(days=self.history_days)

    @property
    def sign_ins_at_once(self) -> int:
        """As many as of all other calls together: a gateway's threads fit in."""
        return self.calls_at_once

    @property
    def workers(self) -> int:
        """Sign-ins wait for processors; they have workers of their own and take none of others'."""
        return self.calls_at_once + self.sign_ins_at_once


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSettings:
    """For commands that act once on the database and end."""

    database_url: str = setting("DATABASE_URL")
    mode: Mode = setting("GUICHET_MODE")
    seal_key: str = setting("GUICHET_SEAL_KEY")
