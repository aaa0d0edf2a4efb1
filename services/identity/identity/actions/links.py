"""Issuing a one-time link, whatever for. The newer one ends the older of its purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.identity import LinkPurpose
from identity.clients.sealing import Sealer
from identity.domain.links import LIFETIMES
from identity.store import credentials, links
from servicekit.db import Tx
from servicekit.ids import new_id


@dataclass(frozen=True, slots=True)
class IssuedLink:
    sealed_link: str = field(repr=False)
    expires_at: datetime


def issue_link(
    tx: Tx,
    *,
    sealer: Sealer,
    credential_id: UUID,
    purpose: LinkPurpose,
    now: datetime,
    topic: str = "",
    payload: Mapping[str, Any] | None = None,
) -> IssuedLink:
    """``topic``: what of several open links of one purpose this one is about."""
    credentials.get_state(tx, credential_id=credential_id)  # its lock orders two issues at once
    token = sealer.fresh_token()
    expires_at = now + LIFETIMES[purpose]
    links.change_ended(tx, credential_id=credential_id, at=now, purpose=purpose, topic=topic)
    links.add_link(
        tx,
        link_id=new_id(),
        token_hash=token.hash,
        purpose=purpose,
        credential_id=credential_id,
        issued_at=now,
        expires_at=expires_at,
        topic=topic,
        payload=payload,
    )
    return IssuedLink(token.sealed, expires_at)
