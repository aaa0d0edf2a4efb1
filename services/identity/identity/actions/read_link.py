"""What a one-time link is for. Mail scanners open links: reading changes nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from contracts.codes import TenantCode
from contracts.identity import LinkPurpose
from identity.domain.links import Link, token_hash
from identity.store import invitations, links
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound

_ANY = frozenset(LinkPurpose)


def read_link(
    *, db: Database, now: datetime, token: str, purposes: Collection[LinkPurpose] = _ANY
) -> Link:
    """``purposes``: what it may be for here. A link for one thing opens no other."""
    with db.read(tenant=EVERYONE) as tx:
        link = links.find_link(tx, token_hash=token_hash(token))
        if link is None or link.purpose not in purposes or not link.usable(now):
            raise NotFound("link-not-usable")
        return _with_invitation(tx, link) if link.purpose is LinkPurpose.INVITATION else link


def _with_invitation(tx: Tx, link: Link) -> Link:
    tenant = TenantCode(link.topic)
    invitation = invitations.find_invitation(tx, tenant=tenant, person_id=link.person_id)
    if invitation is None:
        raise NotFound("link-not-usable")
    return replace(link, tenant=tenant, invitation=invitation)
