"""Policies are read and changed: by a tenant for itself, by the operator for the installation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import CredentialKind, TenantCode
from contracts.identity import PasswordPolicy as ShownPolicy
from contracts.identity import PolicyChanged, PolicyPart
from identity.actions.callers import name_of_caller
from identity.actions.watch_policies import watch_installation, watch_tenant
from identity.domain.policies import (
    PasswordPolicy,
    check_installation_policy,
    check_tenant_policy,
    differences,
    of_tenant,
    seen_policy,
)
from identity.store import policies, staff
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.editions import demand_edition
from servicekit.errors import Conflict

_INSTALLATION = "installation"


def get_password_policy(
    *, db: Database, context: Context, tenant: TenantCode, kind: CredentialKind
) -> PasswordPolicy:
    with db.read(tenant=tenant, context=context) as tx:
        return _view(tx, tenant=tenant, kind=kind)


def change_password_policy(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    version: int,
    edition: str | None = None,
    **asked: Any,
) -> PasswordPolicy:
    """``edition``: what was read over REST; with ``version``, both must be what is there."""
    wanted = of_tenant(PasswordPolicy(**asked))
    kind = wanted.kind

    def change(tx: Tx, before: PasswordPolicy) -> bool:
        demand_edition(edition, shown_as=ShownPolicy, present=before)
        installation = policies.get_installation_policy(tx, kind=kind)
        check_tenant_policy(wanted, installation=installation)
        return policies.change_tenant_policy(tx, tenant=tenant, policy=wanted, version=version)

    return _changed(db, context, now, tenant=tenant, kind=kind, change=change)


def drop_password_policy(
    *,
    db: Database,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    kind: CredentialKind,
    version: int,
    edition: str | None = None,
) -> PasswordPolicy:
    """The installation's holds again, and nothing changes where it does already."""

    def drop(tx: Tx, before: PasswordPolicy) -> bool:
        demand_edition(edition, shown_as=ShownPolicy, present=before)
        if not before.own:
            return True
        return policies.remove_tenant_policy(tx, tenant=tenant, kind=kind, version=version)

    return _changed(db, context, now, tenant=tenant, kind=kind, change=drop)


def _changed(
    db: Database,
    context: Context,
    now: datetime,
    *,
    tenant: TenantCode,
    kind: CredentialKind,
    change: Callable[[Tx, PasswordPolicy], bool],
) -> PasswordPolicy:
    with db.write(context, tenant=tenant) as tx:
        before = _view(tx, tenant=tenant, kind=kind)
        if not change(tx, before):
            raise Conflict("changed-meanwhile")
        after = _view(tx, tenant=tenant, kind=kind)
        tell_changed(
            tx,
            context=context,
            tenant=tenant,
            part=PolicyPart(kind.value),
            changes=differences(before, after),
            now=now,
        )
        watch_tenant(tx, tenant=tenant, now=now)
        return tx.answer(after)


def _view(tx: Tx, *, tenant: TenantCode, kind: CredentialKind) -> PasswordPolicy:
    installation = policies.get_installation_policy(tx, kind=kind)
    own = policies.find_tenant_policy(tx, tenant=tenant, kind=kind)
    return seen_policy(own, installation)


def get_installation_policy(
    *, db: Database, context: Context, kind: CredentialKind
) -> PasswordPolicy:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return policies.get_installation_policy(tx, kind=kind)


def change_installation_policy(
    *,
    db: Database,
    context: Context,
    now: datetime,
    version: int,
    edition: str | None = None,
    **asked: Any,
) -> PasswordPolicy:
    """Locks and expiry follow at once; what else it asks, at everybody's next new password."""
    wanted = PasswordPolicy(**asked)
    check_installation_policy(wanted)
    with db.write(context, tenant=EVERYONE) as tx:
        before = policies.get_installation_policy(tx, kind=wanted.kind)
        demand_edition(edition, shown_as=ShownPolicy, present=before)
        if not policies.change_installation_policy(tx, policy=wanted, version=version):
            raise Conflict("changed-meanwhile")
        after = policies.get_installation_policy(tx, kind=wanted.kind)
        tell_changed(
            tx,
            context=context,
            tenant=None,
            part=PolicyPart(wanted.kind.value),
            changes=differences(before, after),
            now=now,
        )
        watch_installation(tx, now=now)
        return tx.answer(after)


def tell_changed(
    tx: Tx,
    *,
    context: Context,
    tenant: TenantCode | None,
    part: PolicyPart,
    changes: Mapping[str, Any],
    now: datetime,
) -> None:
    """In the trail with before and after, and to the tenant's referent, or the operators where the
    rules are the installation's; no word of no change."""
    if not changes:
        return
    tx.record(
        "policies:entry:changed" if part is PolicyPart.ENTRY else "policies:password:changed",
        target=tenant or _INSTALLATION,
        details={"part": part.value, **changes},
        at=now,
    )
    tell_readers(tx, context=context, tenant=tenant, part=part, now=now)


def tell_readers(
    tx: Tx, *, context: Context, tenant: TenantCode | None, part: PolicyPart, now: datetime
) -> None:
    """A mail each."""
    if tenant is None:
        readers: list[UUID | None] = [*staff.list_operators_to_tell(tx)] or [None]
    else:
        readers = [policies.find_referent(tx, tenant=tenant)]
    changed_by_name = name_of_caller(tx, context=context)
    for person_id in readers:
        tx.emit(
            PolicyChanged,
            at=now,
            tenant=tenant,
            person_id=person_id,
            part=part,
            changed_by_name=changed_by_name,
            changed_at=now,
        )
