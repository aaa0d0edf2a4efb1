"""A list is bounded, ordered and paged by cursor."""

from __future__ import annotations

from contracts.fields import Strict, Text, Whole


class PageRequest(Strict):
    limit = Whole(minimum=1, maximum=200, load_default=50, metadata={"description": "Page size."})
    cursor = Text(
        maximum=512,
        load_default=None,
        allow_none=True,
        metadata={"description": "Opaque; ``next_cursor`` of the page before."},
    )


class Page(Strict):
    """Base of the answers of lists: each adds ``items``."""

    next_cursor = Text(
        maximum=512,
        allow_none=True,
        load_default=None,
        metadata={"description": "Absent or null on the last page."},
    )
