"""What a refused password leaves behind: trail, event and mail, moments after the answer.

They follow from a note, behind the stranger's back, so that a refusal costs the same statements
for every name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import CredentialLocked, NotMe
from identity.actions.attempts import Attempt, Settled
from identity.actions.chains import chains_of
from identity.actions.not_me_links import issue_not_me_link
from identity.clients.sealing import Sealer
from identity.domain.attempts import Method, Visit
from identity.store import credentials, sign_ins
from identity.store.credentials import CredentialBearer
from servicekit.db import EVERYONE, Database, Tx
from servicekit.due import DueItem
from servicekit.pseudonyms import credential_target

REFUSED = "password:refused"  # kind of due work


def leave_note(
    tx: Tx,
    *,
    key: UUID,
    action: str,
    details: Mapping[str, str],
    made: Attempt,
    settled: Settled,
    now: datetime,
) -> None:
    """``action`` and ``details`` go into the trail, with the reason."""
    tx.schedule(
        REFUSED,
        due_at=now,
        key=str(key),
        payload={
            "action": action,
            "details": {**details, "reason": settled.outcome.value},
            "credential_id": str(made.candidate.credential_id),
            "locked_until": settled.locked_until and settled.locked_until.isoformat(),
        },
    )


def note_wrong_password(
    tx: Tx, *, method: Method, made: Attempt, settled: Settled, visit: Visit, now: datetime
) -> None:
    """Of who was asked for a present password and entered nowhere: history, trail and mail."""
    known = made.candidate
    sign_in_id = sign_ins.add_sign_in(
        tx,
        at=now,
        method=method,
        outcome=settled.outcome,
        person_id=known.person_id,
        iam_user_id=known.iam_user_id,
        visit=visit,
    )
    leave_note(
        tx,
        key=sign_in_id,
        action=f"{method.source}:password:refused",
        details={},
        made=made,
        settled=settled,
        now=now,
    )


def note_refusal(*, db: Database, sealer: Sealer, item: DueItem) -> None:
    """A name nobody bears stands in the history alone."""
    note, at = item.payload, item.due_at
    with db.write(item.context, tenant=item.tenant or EVERYONE) as tx:
        if not tx.settle(item):
            return
        bearer = credentials.find_bearer(tx, credential_id=UUID(note["credential_id"]))
        if bearer is None:
            return
        chains = chains_of(tx, person_id=bearer.person_id, tenant=item.tenant)
        for chain in chains:
            tx.record(
                note["action"],
                target=_target(bearer),
                details=note["details"],
                tenant=chain,
                at=at,
            )
        if note["locked_until"] is not None:
            _tell_locked(tx, sealer=sealer, bearer=bearer, chains=chains, note=note, at=at)


def _tell_locked(
    tx: Tx,
    *,
    sealer: Sealer,
    bearer: CredentialBearer,
    chains: list[TenantCode | None],
    note: Mapping[str, Any],
    at: datetime,
) -> None:
    until = note["locked_until"]
    for chain in chains:
        tx.record(
            f"{bearer.credential}:login:locked",
            target=_target(bearer),
            details={"until": until},
            tenant=chain,
            at=at,
        )
    link = issue_not_me_link(
        tx,
        sealer=sealer,
        credential_id=bearer.credential_id,
        person_id=bearer.person_id,
        about=NotMe.LOCKED,
        now=at,
    )
    tx.emit(
        CredentialLocked,
        at=at,
        person_id=bearer.person_id,
        credential=bearer.credential,
        tenant=bearer.tenant,
        user_name=bearer.user_name,
        locked_until=datetime.fromisoformat(until),
        not_me_link=link.sealed_link,
        email=link.email,
    )


def _target(bearer: CredentialBearer) -> str:
    return credential_target(person_id=bearer.person_id, iam_user_id=bearer.iam_user_id)
