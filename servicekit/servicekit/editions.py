"""Two people change the same thing: the second one is told, instead of undoing the first unseen.

An edition names what somebody has read: the hash of its representation, which the gateway shows as
``ETag`` and takes back by ``If-Match``. The service compares it with what is there now, in the
transaction that changes it, after the row is locked: nothing comes between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from servicekit.canonical import canonical_hash
from servicekit.errors import Conflict

CHANGED_MEANWHILE = "changed-meanwhile"
_DIGITS = 32


def edition_of(representation: Mapping[str, Any]) -> str:
    """``representation`` holds JSON values, as a call answers them."""
    return canonical_hash(representation)[:_DIGITS]


def demand_edition(edition: str | None, *, shown_as: type[Schema], present: Any) -> None:
    """Raises Conflict("changed-meanwhile") where ``present`` is not what was read.

    ``shown_as`` is the response of the call that was read; None as edition asks for nothing.
    """
    if edition is not None and edition != edition_of(shown_as().dump(present)):
        raise Conflict(CHANGED_MEANWHILE)
