"""What every act on an impersonation grant leaves: its entries, its mails, its deadline."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import TenantCode
from contracts.declare import Event
from contracts.identity import ImpersonationGranted
from identity.domain.impersonation import MOST_TOLD, Grant, GrantRow
from identity.store import impersonation_grants
from servicekit.db import Tx
from servicekit.pseudonyms import person_target

RUN_OUT = "impersonation.run-out"


def record_impersonation(tx: Tx, what: str, *, grant: GrantRow, now: datetime) -> None:
    """In the tenant's trail; of acts that are not the tenant's own, in the installation's too."""
    own: set[TenantCode | None] = set() if tx.tenant == grant.tenant else {None}
    for chain in {grant.tenant, *own}:
        tx.record(
            f"impersonation:grant:{what}",
            target=person_target(grant.as_person_id),
            details={
                "grant": grant.grant_id,
                "operator": person_target(grant.operator_id),
                "minutes": grant.minutes,
            },
            tenant=chain,
            at=now,
        )


def schedule_run_out(tx: Tx, *, grant: GrantRow) -> None:
    """Again with a later moment, it is that moment."""
    until = grant.until
    if until is None:
        raise ValueError("a grant that waits, or is in force, has an end")
    key = str(grant.grant_id)
    tx.schedule(RUN_OUT, due_at=until, key=key, payload={"grant_id": key})


def tell(tx: Tx, *, event: Event, grant: Grant, now: datetime) -> None:
    """Each manager of users, the referent, and who is seen."""
    if grant.ends_at is None:
        raise ValueError("only what is in force is told")
    told = impersonation_grants.list_people_to_tell(tx, tenant=grant.tenant, limit=MOST_TOLD)
    for person_id in sorted({*told, grant.as_person_id}):
        if event is ImpersonationGranted and person_id == grant.given_by:
            continue
        tx.emit(
            event,
            at=now,
            grant_id=grant.grant_id,
            tenant=grant.tenant,
            person_id=person_id,
            is_seen=person_id == grant.as_person_id,
            operator_name=grant.operator_name,
            as_name=grant.as_name,
            reason=grant.reason,
            by_staff=grant.given_by is None,
            ends_at=grant.ends_at,
        )
