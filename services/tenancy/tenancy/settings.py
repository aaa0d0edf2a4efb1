"""What tenancy reads from the environment, once, at start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from servicekit.settings import Mode, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database_url: str = setting("DATABASE_URL")
    amqp_url: str = setting("AMQP_URL")
    mode: Mode = setting("GUICHET_MODE")
    region: str = setting("GUICHET_REGION")
    handover_cooling_hours: int = setting("GUICHET_HANDOVER_COOLING_HOURS")
    office_recovery_hours: int = setting("GUICHET_OFFICE_RECOVERY_HOURS")
    context_public_key: str = setting("GUICHET_CONTEXT_PUBLIC_KEY")
    seal_key: str = setting("GUICHET_SEAL_KEY")
    ops_host: str = setting("GUICHET_OPS_HOST")
    ops_port: int = setting("GUICHET_OPS_PORT")
    workers: int = setting("GUICHET_WORKERS")
    db_pool: int = setting("GUICHET_DB_POOL")
    log_level: str = setting("GUICHET_LOG_LEVEL")
    log_format: str = setting("GUICHET_LOG_FORMAT")

    @property
    def cooling_off(self) -> timedelta:
        """Between the acceptance of a handover and its effect."""
        return timedelta(hours=self.handover_cooling_hours)

    @property
    def recovery_delay(self) -> timedelta:
        """Between the approval of an office's recovery and its effect."""
        return timedelta(hours=self.office_recovery_hours)
