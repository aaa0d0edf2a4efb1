"""Somebody who is signed in gives his password again, before a sensitive act."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from identity.actions.attempts import Attempt, Pause, Settled, attempt, settle
from identity.actions.chains import chains_of
from identity.actions.note_refusal import note_wrong_password
from identity.clients.hashing import Hasher
from identity.domain.attempts import Method, Outcome, Visit
from identity.store import candidates, factors
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Forbidden
from servicekit.pseudonyms import person_target


def prove_password(
    *,
    db: Database,
    hasher: Hasher,
    context: Context,
    now: datetime,
    pause: Pause,
    person_id: UUID,
    iam_user_id: UUID | None,
    password: str,
    visit: Visit,
) -> dict[str, str]:
    """The portal password, or the API password of this IAM user of his. Guessing counts as at the
    door. An accepted proof is no sign-in: it stands in the trail, not in the history.
    """
    with hasher.place():
        made = attempt(
            db=db,
            hasher=hasher,
            context=context,
            now=now,
            pause=pause,
            scope=EVERYONE,
            find=_finder(person_id, iam_user_id),
            password=password,
        )
    with db.write(context, tenant=EVERYONE) as tx:
        settled = settle(tx, made=made, now=now)
        _tell(tx, made=made, settled=settled, visit=visit, now=now)
    if settled.outcome is not Outcome.ACCEPTED:
        raise Forbidden("current-password-wrong")
    return {}


def list_factor_kinds(*, db: Database, context: Context, person_id: UUID) -> dict[str, Any]:
    with db.read(tenant=EVERYONE, context=context) as tx:
        known = factors.get_factors(tx, person_id=person_id)
    return {"factors": sorted(known.kinds)}


def _finder(person_id: UUID, iam_user_id: UUID | None) -> Any:
    if iam_user_id is None:
        return partial(candidates.get_candidate_by_person, person_id=person_id)
    return partial(
        candidates.get_candidate_by_iam_user, person_id=person_id, iam_user_id=iam_user_id
    )


def _tell(tx: Tx, *, made: Attempt, settled: Settled, visit: Visit, now: datetime) -> None:
    known = made.candidate
    method = Method.PORTAL if known.iam_user_id is None else Method.API
    if settled.outcome is Outcome.ACCEPTED:
        assert known.person_id is not None
        target = person_target(known.person_id)
        for chain in chains_of(tx, person_id=known.person_id, tenant=known.tenant):
            tx.record(f"{method.source}:password:proved", target=target, tenant=chain, at=now)
        return
    note_wrong_password(tx, method=method, made=made, settled=settled, visit=visit, now=now)
