"""Where this application is, and who it is at Guichet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields


class SettingsMissingError(Exception):
    """The message names what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``url``: its own address; ``issuer``: Guichet's, as its discovery document says it;
    ``provider``: what people call the place where they have their login.
    """

    url: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    provider: str

    @property
    def callback(self) -> str:
        return f"{self.url}/callback"

    @property
    def after_sign_out(self) -> str:
        return f"{self.url}/signed-out"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """From VIGIE_URL, VIGIE_ISSUER, VIGIE_CLIENT_ID, VIGIE_CLIENT_SECRET and VIGIE_PROVIDER."""
    names = {one.name: f"VIGIE_{one.name.upper()}" for one in fields(Settings)}
    missing = [name for name in names.values() if not environ.get(name)]
    if missing:
        raise SettingsMissingError(f"missing: {', '.join(missing)}")
    return Settings(**{field: environ[name] for field, name in names.items()})
