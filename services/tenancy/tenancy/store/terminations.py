"""Forced closings, and the certificates of contracts that have ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import TenantCode
from contracts.tenancy import ForcedClosingState
from servicekit.db import Tx
from servicekit.errors import Conflict, NotFound
from tenancy.domain.terminations import Certificate, ForcedClosing

_CLOSINGS = """
    SELECT closing_id, tenant, state, reason, proposed_by, proposed_at, expires_at, decided_by,
           decided_at
      FROM forced_closings
"""
_GET_CLOSING = _CLOSINGS + "WHERE tenant = %(tenant)s AND closing_id = %(closing_id)s FOR UPDATE"
_FIND_OPEN = _CLOSINGS + "WHERE tenant = %(tenant)s AND state = 'proposed'"
_ADD_CLOSING = """
    INSERT INTO forced_closings (closing_id, tenant, state, reason, proposed_by, proposed_at,
                                 expires_at)
    VALUES (%(closing_id)s, %(tenant)s, %(state)s, %(reason)s, %(proposed_by)s, %(proposed_at)s,
            %(expires_at)s)
"""
_CHANGE_CLOSING = """
    UPDATE forced_closings
       SET state = %(state)s, decided_by = %(decided_by)s, decided_at = %(decided_at)s
     WHERE tenant = %(tenant)s AND closing_id = %(closing_id)s
"""
_CHANGE_OPEN = """
    UPDATE forced_closings
       SET state = %(state)s, decided_at = %(decided_at)s
     WHERE tenant = %(tenant)s AND state = 'proposed'
"""
_FIND_CERTIFICATE = """
    SELECT tenant, name, organisation_name, opened_at, draining_since, terminated_at, forced,
           inventory_at, remaining
      FROM certificates
     WHERE tenant = %(tenant)s
"""
_ADD_CERTIFICATE = """
    INSERT INTO certificates (tenant, name, organisation_name, opened_at, draining_since,
                              terminated_at, forced, inventory_at, remaining)
    VALUES (%(tenant)s, %(name)s, %(organisation_name)s, %(opened_at)s, %(draining_since)s,
            %(terminated_at)s, %(forced)s, %(inventory_at)s, %(remaining)s)
"""


def get_forced_closing_to_change(tx: Tx, *, tenant: TenantCode, closing_id: UUID) -> ForcedClosing:
    params = {"tenant": tenant, "closing_id": closing_id}
    found = tx.row(_GET_CLOSING, params, ForcedClosing)
    if found is None:
        raise NotFound("forced-closing-unknown")
    return found


def find_open_forced_closing(tx: Tx, *, tenant: TenantCode) -> ForcedClosing | None:
    return tx.row(_FIND_OPEN, {"tenant": tenant}, ForcedClosing)


def add_forced_closing(tx: Tx, *, closing: ForcedClosing) -> None:
    """One at a time waits for its second hand: Conflict ``forced-closing-open``."""
    with tx.unless(constraint="forced_closings_one_open", error=Conflict("forced-closing-open")):
        tx.run(
            _ADD_CLOSING,
            {
                "closing_id": closing.closing_id,
                "tenant": closing.tenant,
                "state": closing.state,
                "reason": closing.reason,
                "proposed_by": closing.proposed_by,
                "proposed_at": closing.proposed_at,
                "expires_at": closing.expires_at,
            },
        )


def change_forced_closing(tx: Tx, *, closing: ForcedClosing) -> None:
    tx.run(
        _CHANGE_CLOSING,
        {
            "tenant": closing.tenant,
            "closing_id": closing.closing_id,
            "state": closing.state,
            "decided_by": closing.decided_by,
            "decided_at": closing.decided_at,
        },
    )


def change_open_forced_closing(
    tx: Tx, *, tenant: TenantCode, state: ForcedClosingState, at: datetime
) -> bool:
    """The one that waits, if any, by nobody's hand."""
    return tx.run(_CHANGE_OPEN, {"tenant": tenant, "state": state, "decided_at": at}) > 0


def find_certificate(tx: Tx, *, tenant: TenantCode) -> Certificate | None:
    return tx.row(_FIND_CERTIFICATE, {"tenant": tenant}, Certificate)


def add_certificate(tx: Tx, *, certificate: Certificate) -> None:
    tx.run(
        _ADD_CERTIFICATE,
        {
            "tenant": certificate.tenant,
            "name": certificate.name,
            "organisation_name": certificate.organisation_name,
            "opened_at": certificate.opened_at,
            "draining_since": certificate.draining_since,
            "terminated_at": certificate.terminated_at,
            "forced": certificate.forced,
            "inventory_at": certificate.inventory_at,
            "remaining": certificate.remaining,
        },
    )
