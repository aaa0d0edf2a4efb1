"""What staff may read of one person, and what trails' readers call people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import CredentialKind, TenantCode
from contracts.identity import NameKind
from identity.domain.person_files import Lock, PersonFile
from identity.store import factors, iam_users, person_files, staff
from servicekit.audit import HOUSE
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.pseudonyms import iam_user_target, person_target

_MOST_TENANTS = 200
_MOST_SIGN_INS = 20


def get_person_file(
    *, db: Database, context: Context, now: datetime, person_id: UUID
) -> PersonFile:
    with db.read(tenant=EVERYONE, context=context) as tx:
        row = person_files.get_row(tx, person_id=person_id)
        held = person_files.list_tenants_held(tx, person_id=person_id, limit=_MOST_TENANTS)
        return PersonFile(
            person_id=person_id,
            login=row.login,
            email=row.email,
            given_name=row.given_name,
            family_name=row.family_name,
            mobile=row.mobile,
            language=row.language,
            enabled=row.enabled,
            registered_at=row.registered_at,
            disabled_at=row.disabled_at,
            staff_roles=staff.list_roles(tx, person_id=person_id),
            tenants=tuple(held),
            locks=tuple(_locks(tx, login=row.login, person_id=person_id, now=now)),
            factors=_factor_kinds(tx, person_id=person_id),
            sign_ins=tuple(
                person_files.list_sign_ins(tx, person_id=person_id, limit=_MOST_SIGN_INS)
            ),
        )


def _locks(tx: Tx, *, login: str, person_id: UUID, now: datetime) -> Iterable[Lock]:
    portal = person_files.find_portal_lock(tx, person_id=person_id)
    if portal is not None:
        guard = portal.guard.seen_at(now, portal.rule)
        yield Lock(
            credential=CredentialKind.PORTAL,
            tenant=None,
            user_name=login,
            password_set=portal.password_set,
            failed_logins=guard.failures(),
            locked_until=guard.locked_until,
        )
    own = iam_users.list_own_iam_users(tx, person_id=person_id, limit=_MOST_TENANTS)
    for user in (row.at(now) for row in own):
        yield Lock(
            credential=CredentialKind.API,
            tenant=user.tenant,
            user_name=user.user_name,
            password_set=user.api_password_set,
            failed_logins=user.failed_logins,
            locked_until=user.locked_until,
        )


def _factor_kinds(tx: Tx, *, person_id: UUID) -> tuple[str, ...]:
    return tuple(sorted(kind.value for kind in factors.get_factors(tx, person_id=person_id).kinds))


@dataclass(frozen=True, slots=True)
class NamedTarget:
    target: str
    kind: NameKind
    name: str


def name_people(
    *, db: Database, context: Context, chain: str, targets: Sequence[str]
) -> dict[str, list[NamedTarget]]:
    """What is not one of our pseudonyms, or means nobody any more, is left out."""
    tenant = None if chain == HOUSE else TenantCode(chain)
    person_ids = _ids(targets, "person:")
    iam_user_ids = _ids(targets, "iam-user:")
    with db.read(tenant=EVERYONE if tenant is None else tenant, context=context) as tx:
        namings = person_files.list_namings(tx, tenant=tenant, person_ids=person_ids)
        iam_names = person_files.list_iam_names(tx, iam_user_ids=iam_user_ids)
    people = [
        NamedTarget(person_target(one.person_id), *one.named(ours=tenant is None))
        for one in namings
    ]
    users = [
        NamedTarget(iam_user_target(iam_user_id), NameKind.IAM_USER, name)
        for iam_user_id, name in iam_names.items()
    ]
    return {"items": [*people, *users]}


def _ids(targets: Sequence[str], prefix: str) -> list[UUID]:
    found: list[UUID] = []
    for target in targets:
        if target.startswith(prefix):
            try:
                found.append(UUID(target.removeprefix(prefix)))
            except ValueError:
                continue
    return found
