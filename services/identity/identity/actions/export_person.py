"""All that identity holds of a person, for himself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import FactorKind, Language, StaffRole
from identity.domain.impersonation import Grant
from identity.domain.person_files import (
    ExportedFactor,
    ExportedIamUser,
    ExportedLink,
    SignIn,
    TenantHeld,
)
from identity.domain.recoveries import RecoveryRow
from identity.store import (
    credentials,
    factors,
    impersonation_grants,
    person_files,
    recoveries,
    staff,
)
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx

_MOST = 1000
_MOST_SIGN_INS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedIdentity:
    person_id: UUID
    login: str
    email: str
    given_name: str
    family_name: str
    mobile: str | None
    language: Language
    registered_at: datetime
    password_changed_at: datetime | None
    staff_roles: Sequence[StaffRole]
    tenants: Sequence[TenantHeld]
    iam_users: Sequence[ExportedIamUser]
    factors: Sequence[ExportedFactor]
    links: Sequence[ExportedLink]
    sign_ins: Sequence[SignIn]
    recoveries: Sequence[RecoveryRow]
    impersonations: Sequence[Grant]


def export_person(*, db: Database, context: Context, person_id: UUID) -> ExportedIdentity:
    with db.read(tenant=EVERYONE, context=context) as tx:
        row = person_files.get_row(tx, person_id=person_id)
        credential = credentials.get_portal_credential(tx, person_id=person_id)
        return ExportedIdentity(
            person_id=person_id,
            login=row.login,
            email=row.email,
            given_name=row.given_name,
            family_name=row.family_name,
            mobile=row.mobile,
            language=row.language,
            registered_at=row.registered_at,
            password_changed_at=credential.changed_at,
            staff_roles=staff.list_roles(tx, person_id=person_id),
            tenants=person_files.list_tenants_held(tx, person_id=person_id, limit=_MOST),
            iam_users=person_files.list_exported_iam_users(tx, person_id=person_id, limit=_MOST),
            factors=tuple(_factors(tx, person_id=person_id)),
            links=person_files.list_links(tx, person_id=person_id, limit=_MOST),
            sign_ins=person_files.list_sign_ins(tx, person_id=person_id, limit=_MOST_SIGN_INS),
            recoveries=recoveries.list_rows_of(tx, person_id=person_id, limit=_MOST),
            impersonations=_impersonations(tx, person_id=person_id),
        )


def _impersonations(tx: Tx, *, person_id: UUID) -> list[Grant]:
    """By which he was seen; those by which one of staff looks are his work, not his data."""
    ids = impersonation_grants.list_ids_of_person(
        tx, person_id=person_id, looking=False, before=None, limit=_MOST
    )
    return impersonation_grants.list_grants(tx, grant_ids=ids)


def _factors(tx: Tx, *, person_id: UUID) -> Iterable[ExportedFactor]:
    held = factors.get_factors(tx, person_id=person_id)
    if held.totp is not None:
        yield ExportedFactor(FactorKind.TOTP.value, None, held.totp.enrolled_at)
    for passkey in held.passkeys:
        yield ExportedFactor(FactorKind.PASSKEY.value, passkey.name, passkey.enrolled_at)
    if held.recovery_codes_left:
        yield ExportedFactor(FactorKind.RECOVERY_CODE.value, None, None)
