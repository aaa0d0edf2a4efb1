"""In whose name the provider itself writes."""

from __future__ import annotations

from dataclasses import replace

from servicekit.context import Context, deadline_in, system_context

_SECONDS = 5.0


def acting(act: str) -> Context:
    context = system_context(service="gateway", call=f"gateway.{act}")
    return replace(context, deadline=deadline_in(_SECONDS))
