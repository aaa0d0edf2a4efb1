"""``ETag``, ``If-None-Match`` and ``If-Match`` (RFC 9110, section 13)."""

from __future__ import annotations

import re

from flask import Request, Response

from contracts.declare import Call, Effect
from contracts.fields import Edition
from gateway.api.refused import Refused
from servicekit.editions import CHANGED_MEANWHILE

_ANY = "*"
_GZIPPED = "-gzip"  # another representation, so another tag: the same edition
_TAG = re.compile(rf'"(?P<edition>[0-9a-f]{{32}})(?:{_GZIPPED})?"')
_CONDITIONS = ("If-Match", "If-Unmodified-Since")


def edition_field(call: Call) -> str | None:
    """The field of the request that comes by ``If-Match``."""
    declared = call.request._declared_fields.items()
    return next((name for name, field in declared if isinstance(field, Edition)), None)


def is_demanded(call: Call, field: str) -> bool:
    declared = call.request._declared_fields[field]
    return isinstance(declared, Edition) and declared.demanded


def expected_edition(request: Request, call: Call, field: str) -> str | None:
    """None where any will do. A tag that we never gave fits nothing that is there."""
    given = request.headers.get("If-Match")
    if given is None:
        if is_demanded(call, field):
            raise Refused(428, "precondition-required")
        return None
    if given.strip() == _ANY:
        return None
    match = _TAG.fullmatch(given.strip())
    if match is None:
        raise Refused(412, CHANGED_MEANWHILE)
    return match["edition"]


def refuse_conditions(request: Request, call: Call) -> None:
    """Whoever sets a condition must not believe that it was looked at where it was not."""
    if call.effect is not Effect.READ and any(name in request.headers for name in _CONDITIONS):
        raise Refused(400, "precondition-unsupported")


def is_known(request: Request, edition: str) -> bool:
    """Whether ``If-None-Match`` names it: weak or strong, packed or not."""
    asked = request.if_none_match
    tags = {tag.removesuffix(_GZIPPED) for tag in asked.as_set(include_weak=True)}
    return asked.star_tag or edition in {tag.removeprefix('W/"').strip('"') for tag in tags}


def set_tag(response: Response, edition: str) -> None:
    packed = response.headers.get("Content-Encoding") == "gzip"
    response.headers["ETag"] = f'"{edition}{_GZIPPED if packed else ""}"'
