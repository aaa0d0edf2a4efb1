"""What every answer says of its transport, where the installation is served by https."""

from __future__ import annotations

STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")
