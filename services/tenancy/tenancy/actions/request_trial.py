"""Anybody asks for a free trial (FAQ, "Tester notre offre"): a link goes to the mailbox he names.

Whoever asks learns nothing: who is turned away is told the same as who is not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from contracts.tenancy import TrialRequested, TrialRequestExpired
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.due import DueItem
from servicekit.ids import new_id
from tenancy.clients.sealing import Sealer
from tenancy.domain.people import Contact
from tenancy.domain.trial_requests import LIFETIME, TrialRequest, source_of
from tenancy.store import trial_requests

FORGET = "trial:forget-request"  # the kind of due work

_log = structlog.get_logger(__name__)


def request_trial(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    organisation_name: str,
    contact: Contact,
    address: str | None,
) -> dict[str, Any]:
    request = TrialRequest(
        request_id=new_id(),
        organisation_name=organisation_name,
        contact=contact,
        source=source_of(address),
        requested_at=now,
        expires_at=now + LIFETIME,
    )
    with db.write(context, tenant=EVERYONE) as tx:
        asked = trial_requests.count_asked(tx, email=contact.email, source=request.source)
        if asked.is_enough:
            _log.warning("trial-request-turned-away", of_everybody=asked.of_everybody)
            return {}
        token = sealer.fresh_token()
        trial_requests.add_trial_request(tx, request=request, token_hash=token.hash)
        key = str(request.request_id)
        tx.schedule(FORGET, due_at=request.expires_at, key=key, payload={})
        tx.emit(
            TrialRequested,
            at=now,
            request_id=request.request_id,
            email=contact.email,
            language=contact.language,
            sealed_link=token.sealed,
            expires_at=request.expires_at,
        )
    return {}


def forget_trial_request(*, db: Database, item: DueItem) -> None:
    """Its link has ended: who asked, and the mail that told him, are kept no longer."""
    with db.write(item.context, tenant=EVERYONE) as tx:
        if tx.settle(item):
            request_id = UUID(item.key)
            trial_requests.remove_trial_request(tx, request_id=request_id)
            tx.emit(TrialRequestExpired, at=item.now, request_id=request_id)
