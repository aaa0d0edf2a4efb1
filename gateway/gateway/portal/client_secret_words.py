"""How long a client's secret still opens, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext, ngettext

_SOON = timedelta(days=30)


def secret_state(secret: dict[str, Any], now: datetime) -> tuple[str, str]:
    if secret["expires_at"] is None:
        return gettext("Valid"), "good"
    left = datetime.fromisoformat(secret["expires_at"]) - now
    if left > _SOON:
        return gettext("Valid"), "good"
    days = max(0, left.days)
    return ngettext("Ends in %(num)s day", "Ends in %(num)s days", days), "warn"
