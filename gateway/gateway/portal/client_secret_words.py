"""How long a client's secret or keys still open, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext, ngettext

_SOON = timedelta(days=30)


def secret_state(secret: dict[str, Any], now: datetime) -> tuple[str, str]:
    return _state(secret["expires_at"], now)


def keys_state(client: dict[str, Any], now: datetime) -> tuple[str, str]:
    return _state(client.get("keys_expire_at"), now)


def _state(expires_at: str | None, now: datetime) -> tuple[str, str]:
    if expires_at is None:
        return gettext("Valid"), "good"
    left = datetime.fromisoformat(expires_at) - now
    if left <= timedelta(0):
        return gettext("Ended"), "danger"
    if left > _SOON:
        return gettext("Valid"), "good"
    days = max(0, left.days)
    return ngettext("Ends in %(num)s day", "Ends in %(num)s days", days), "warn"
