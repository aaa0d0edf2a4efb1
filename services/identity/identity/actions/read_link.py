"""What a one-time link is for. Mail scanners open links: reading changes nothing."""

from __future__ import annotations

from datetime import datetime

from identity.domain.links import Link, token_hash
from identity.store import links
from servicekit.db import EVERYONE, Database
from servicekit.errors import NotFound


def read_link(*, db: Database, now: datetime, token: str) -> Link:
    with db.read(tenant=EVERYONE) as tx:
        link = links.find_link(tx, token_hash=token_hash(token))
    if link is None or not link.usable(now):
        raise NotFound("link-not-usable")
    return link
