"""What the gateway is told by its environment."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from servicekit.setting_kinds import Network, Quota
from servicekit.settings import Mode, SettingsError, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database_url: str = setting("DATABASE_URL")
    amqp_url: str = setting("AMQP_URL")
    mode: Mode = setting("GUICHET_MODE")
    public_url: str = setting("GUICHET_PUBLIC_URL")
    context_private_key: str = setting("GUICHET_CONTEXT_PRIVATE_KEY")
    vault_key: str = setting("GUICHET_VAULT_KEY")
    portal_client_secret: str = setting("GUICHET_PORTAL_CLIENT_SECRET")
    host: str = setting("GUICHET_HOST")
    port: int = setting("GUICHET_PORT")
    threads: int = setting("GUICHET_THREADS")
    trusted_proxies: tuple[Network, ...] = setting("GUICHET_TRUSTED_PROXIES")
    limit_address: Quota | None = setting("GUICHET_LIMIT_ADDRESS")
    limit_person: Quota | None = setting("GUICHET_LIMIT_PERSON")
    limit_client: Quota | None = setting("GUICHET_LIMIT_CLIENT")
    limit_staff: Quota | None = setting("GUICHET_LIMIT_STAFF")
    secret_warning_days: tuple[int, ...] = setting("GUICHET_SECRET_WARNING_DAYS")
    secret_of_leaver_days: int = setting("GUICHET_SECRET_OF_LEAVER_DAYS")
    ops_peers: dict[str, str] = setting("GUICHET_OPS_PEERS")
    db_pool: int = setting("GUICHET_DB_POOL")
    brand: str = setting("GUICHET_BRAND")
    log_level: str = setting("GUICHET_LOG_LEVEL")
    log_format: str = setting("GUICHET_LOG_FORMAT")

    def __post_init__(self) -> None:
        loopback = urlsplit(self.public_url).hostname in ("localhost", "127.0.0.1", "::1")
        if self.mode is Mode.PRODUCTION and not self.secure and not loopback:
            raise SettingsError("GUICHET_PUBLIC_URL: production is served by https")

    @property
    def issuer(self) -> str:
        return self.public_url

    @property
    def audience(self) -> str:
        """Whom our access tokens are for (RFC 9068): the REST face."""
        return f"{self.public_url}/api"

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationSettings:
    owner_database_url: str = setting("GUICHET_OWNER_DATABASE_URL")
    app_role: str | None = setting("GUICHET_APP_ROLE")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSettings:
    """For the commands that work on the database beside a running gateway."""

    database_url: str = setting("DATABASE_URL")
    vault_key: str = setting("GUICHET_VAULT_KEY")
