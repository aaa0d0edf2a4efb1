"""Who acts, as a person."""

from __future__ import annotations

from uuid import UUID

from contracts.rights import CallerKind
from servicekit.context import Context
from servicekit.errors import Forbidden


def person_of(context: Context) -> UUID:
    """The person behind the call; clients and services hold no office and are not of staff."""
    caller = context.caller
    if caller.kind is not CallerKind.PERSON:
        raise Forbidden("person-only")
    return UUID(caller.subject)
