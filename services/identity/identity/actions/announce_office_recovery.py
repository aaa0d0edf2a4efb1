"""Staff decide on an office of a tenant: who manages its users is told, and the holder."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.codes import Office, TenantCode
from contracts.identity import OfficeRecoveryAnnounced
from contracts.tenancy import OfficeRecoveryState
from identity.domain.impersonation import MOST_TOLD
from identity.store import impersonation_grants
from servicekit.context import Context
from servicekit.db import Database


def announce_office_recovery(
    *,
    db: Database,
    context: Context,
    now: datetime,
    event_id: UUID,
    tenant: TenantCode,
    office: Office,
    recovery_id: UUID,
    state: OfficeRecoveryState,
    holder_id: UUID,
    successor_name: str,
    takes_effect_at: datetime | None,
) -> None:
    """One mail each; the holder also where he manages nothing (any more)."""
    with db.write(context, tenant=tenant) as tx:
        if not tx.once(event_id):
            return
        managers = impersonation_grants.list_people_to_tell(tx, tenant=tenant, limit=MOST_TOLD)
        for person_id in sorted({*managers, holder_id}):
            tx.emit(
                OfficeRecoveryAnnounced,
                at=now,
                person_id=person_id,
                tenant=tenant,
                office=office,
                recovery_id=recovery_id,
                state=state.value,
                is_holder=person_id == holder_id,
                successor_name=successor_name,
                takes_effect_at=takes_effect_at,
            )
