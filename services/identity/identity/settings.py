"""What identity reads from the environment, once, at start."""

from __future__ import annotations

from dataclasses import dataclass

from servicekit.settings import Mode, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database_url: str = setting("DATABASE_URL")
    amqp_url: str = setting("AMQP_URL")
    mode: Mode = setting("GUICHET_MODE")
    context_public_key: str = setting("GUICHET_CONTEXT_PUBLIC_KEY")
    seal_key: str = setting("GUICHET_SEAL_KEY")
    hash_threads: int = setting("GUICHET_HASH_THREADS")
    ops_host: str = setting("GUICHET_OPS_HOST")
    ops_port: int = setting("GUICHET_OPS_PORT")
    workers: int = setting("GUICHET_WORKERS")
    db_pool: int = setting("GUICHET_DB_POOL")
    log_level: str = setting("GUICHET_LOG_LEVEL")
    log_format: str = setting("GUICHET_LOG_FORMAT")

    @property
    def sign_ins_at_once(self) -> int:
        """A quarter of the workers is kept for other calls, however many people sign in."""
        return max(1, self.workers * 3 // 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSettings:
    """For commands that act once on the database and end."""

    database_url: str = setting("DATABASE_URL")
    mode: Mode = setting("GUICHET_MODE")
    seal_key: str = setting("GUICHET_SEAL_KEY")
