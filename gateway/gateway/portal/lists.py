"""Lists page by cursor: what to ask for, and the links to the other pages."""

from __future__ import annotations

import re
from typing import Any

from flask import request, url_for

PAGE_SIZE = 50
_WHOLE = re.compile(r"[0-9]{1,18}")  # Python refuses to read thousands of digits


def asked_page() -> dict[str, Any]:
    return {"limit": PAGE_SIZE, "cursor": request.args.get("cursor") or None}


def page_links(answer: dict[str, Any], endpoint: str, **values: Any) -> dict[str, str | None]:
    """``first`` only away from the first page, ``next`` only where there is one."""
    later = answer.get("next_cursor")
    return {
        "first": url_for(endpoint, **values) if request.args.get("cursor") else None,
        "next": url_for(endpoint, **values, cursor=later) if later else None,
    }


def whole(text: str) -> int | str | None:
    """A number as the calls want it; what is none is left to be refused by name."""
    stripped = text.strip()
    if not stripped:
        return None
    return int(stripped) if _WHOLE.fullmatch(stripped) else stripped
