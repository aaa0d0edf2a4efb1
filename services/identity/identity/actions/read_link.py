"""What a one-time link is for. Mail scanners open links: reading changes nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from contracts.codes import TenantCode
from contracts.identity import LinkPurpose
from identity.domain.links import Link, token_hash
from identity.domain.throttle import Doorstep, turn_away
from identity.store import guesses, invitations, links
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound
from servicekit.ids import new_id

_ANY = frozenset(LinkPurpose)


def read_link(
    *,
    db: Database,
    now: datetime,
    token: str,
    purposes: Collection[LinkPurpose] = _ANY,
    context: Context | None = None,
    doorstep: Doorstep | None = None,
) -> Link:
    """``purposes``: what it may be for here. A link for one thing opens no other.

    ``doorstep``: with the context, where a stranger asks first. Who has brought too many tokens
    that were never issued must wait, whatever he brings next.
    """
    with db.read(tenant=EVERYONE, context=context) as tx:
        if doorstep is not None:
            turn_away(doorstep, guesses.get_pressure(tx, doorstep=doorstep))
        link = links.find_link(tx, token_hash=token_hash(token))
        if link is not None and link.purpose in purposes and link.usable(now):
            return _with_invitation(tx, link) if link.purpose is LinkPurpose.INVITATION else link
    if link is None and context is not None and doorstep is not None:
        with db.write(context, tenant=EVERYONE) as tx:
            guesses.add_guess(tx, guess_id=new_id(), doorstep=doorstep)
    raise NotFound("link-not-usable")


def _with_invitation(tx: Tx, link: Link) -> Link:
    tenant = TenantCode(link.topic)
    invitation = invitations.find_invitation(tx, tenant=tenant, person_id=link.person_id)
    if invitation is None:
        raise NotFound("link-not-usable")
    return replace(link, tenant=tenant, invitation=invitation)
