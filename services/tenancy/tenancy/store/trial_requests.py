"""Requests of strangers for a trial, as long as their links live. Of nobody's tenant yet."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.codes import Language, TenantCode
from servicekit.db import Tx
from servicekit.errors import Conflict, NotFound
from tenancy.domain.people import Contact, email_key
from tenancy.domain.trial_requests import Asked, TrialRequest

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('tenancy.trial_requests', 0))"
_COUNT = """
    SELECT (SELECT count(*) FROM trial_requests WHERE email_key = %(email_key)s) AS of_mailbox,
           (SELECT count(*) FROM trial_requests WHERE source = %(source)s) AS of_source,
           (SELECT count(*) FROM trial_requests) AS of_everybody
"""
_ADD = """
    INSERT INTO trial_requests (request_id, token_hash, email_key, source, organisation_name,
                                contact, requested_at, expires_at)
    VALUES (%(request_id)s, %(token_hash)s, %(email_key)s, %(source)s, %(organisation_name)s,
            %(contact)s, %(requested_at)s, %(expires_at)s)
"""
_GET = """
    SELECT request_id, organisation_name, contact, source, requested_at, expires_at,
           opened_tenant
      FROM trial_requests
     WHERE token_hash = %(token_hash)s
"""
_CHANGE_TENANT = """
    UPDATE trial_requests SET opened_tenant = %(tenant)s WHERE request_id = %(request_id)s
"""
_REMOVE = "DELETE FROM trial_requests WHERE request_id = %(request_id)s"
# Whoever comes second at one moment waits here, and then finds the first.
_ADD_MAILBOX = """
    INSERT INTO trial_mailboxes AS known (email_hash, started_on)
    VALUES (%(email_hash)s, %(started_on)s)
    ON CONFLICT (email_hash) DO UPDATE SET started_on = excluded.started_on
     WHERE known.started_on <= %(last_free_day)s
"""


@dataclass(frozen=True, slots=True)
class _Row:
    request_id: UUID
    organisation_name: str
    contact: dict[str, Any]
    source: str
    requested_at: datetime
    expires_at: datetime
    opened_tenant: TenantCode | None

    def request(self) -> TrialRequest:
        contact = {**self.contact, "language": Language(self.contact["language"])}
        return TrialRequest(
            request_id=self.request_id,
            organisation_name=self.organisation_name,
            contact=Contact(**contact),
            source=self.source,
            requested_at=self.requested_at,
            expires_at=self.expires_at,
            opened_tenant=self.opened_tenant,
        )


def count_asked(tx: Tx, *, email: str, source: str) -> Asked:
    """One after another, so that many at once are not each the last that passes."""
    tx.run(_LOCK, {})
    counted = tx.row(_COUNT, {"email_key": email_key(email), "source": source}, Asked)
    assert counted is not None
    return counted


def add_trial_request(tx: Tx, *, request: TrialRequest, token_hash: bytes) -> None:
    tx.run(
        _ADD,
        {
            "request_id": request.request_id,
            "token_hash": token_hash,
            "email_key": email_key(request.contact.email),
            "source": request.source,
            "organisation_name": request.organisation_name,
            "contact": asdict(request.contact),
            "requested_at": request.requested_at,
            "expires_at": request.expires_at,
        },
    )


def get_trial_request(tx: Tx, *, token_hash: bytes, lock: bool = False) -> TrialRequest:
    sql = _GET + " FOR UPDATE" if lock else _GET
    found = tx.row(sql, {"token_hash": token_hash}, _Row)
    if found is None:
        raise NotFound("link-not-usable")
    return found.request()


def change_to_confirmed(tx: Tx, *, request_id: UUID, tenant: TenantCode) -> None:
    tx.run(_CHANGE_TENANT, {"request_id": request_id, "tenant": tenant})


def remove_trial_request(tx: Tx, *, request_id: UUID) -> None:
    tx.run(_REMOVE, {"request_id": request_id})


def add_mailbox(tx: Tx, *, email_hash: bytes, started_on: date, last_free_day: date) -> None:
    """Raises Conflict ``trial-already`` where the mailbox began one after ``last_free_day``."""
    added = tx.run(
        _ADD_MAILBOX,
        {"email_hash": email_hash, "started_on": started_on, "last_free_day": last_free_day},
    )
    if not added:
        raise Conflict("trial-already")
