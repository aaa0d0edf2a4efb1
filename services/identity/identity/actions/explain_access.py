"""May this user do that here, why, and who could let him: by the decision of the real check."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.codes import Office, Role, Section, StaffRole, TenantCode
from contracts.declare import Call
from contracts.explaining import Explanation, GrantPath, Reason, explain
from contracts.registry import CALLS
from contracts.rights import Audience, Caller, CallerKind
from identity.domain.access import path_out, reasons_against
from identity.domain.people import User
from identity.domain.roles import CONSOLE_SECTIONS, Roles
from identity.store import rights, users
from identity.store.rights import Grantor
from servicekit.context import Context
from servicekit.db import Database, Tx
from servicekit.errors import NotFound

_MOST = 10  # who could let him; a word to one of them is enough


@dataclass(frozen=True, slots=True)
class ExplainedAccess:
    act: str
    allowed: bool
    code: str | None
    section: Section | None
    role: Role | None
    offices: tuple[Office, ...]
    staff: tuple[StaffRole, ...]
    held_role: Role | None
    held_offices: tuple[Office, ...]
    disabled_at: datetime | None
    login_closed: bool
    iam_user_disabled: bool
    console_closed: bool
    reasons: tuple[Reason, ...]
    step_up: bool
    second_factor_required: bool
    path: GrantPath | None
    grantors: tuple[Grantor, ...]


def explain_access(
    *, db: Database, context: Context, tenant: TenantCode, person_id: UUID, act: str
) -> ExplainedAccess:
    """As a user of the tenant: whatever staff roles he may have are not its business."""
    call = CALLS.get(act)
    if call is None or call.right.audience is not Audience.TENANT:
        raise NotFound("act-unknown")
    with db.read(tenant=tenant, context=context) as tx:
        user = users.get_user(tx, tenant=tenant, person_id=person_id)
        held = rights.find_rights(tx, tenant=tenant, person_id=person_id)
        shut = rights.get_shut(tx, tenant=tenant, person_id=person_id)
        roles = {} if held is None else held.roles
        offices = () if held is None else held.offices
        found = explain(call, _as_caller(call, user=user, roles=roles, offices=offices))
        kept = explain(call, _as_caller(call, user=user, roles=user.roles, offices=user.offices))
        reasons = reasons_against(
            allowed=found.allowed,
            allowed_by_kept=kept.allowed,
            section=found.section,
            login_closed=shut.login_closed,
            user_disabled=user.disabled_at is not None,
            iam_user_disabled=shut.iam_user_disabled,
            console_closed=shut.console_closed,
        )
        path = path_out(found.path, reasons=reasons)
        grantors = _grantors(tx, tenant=tenant, found=found, path=path)
    return ExplainedAccess(
        act=act,
        allowed=found.allowed,
        code=found.code,
        section=found.section,
        role=found.role,
        offices=found.offices,
        staff=found.staff,
        held_role=None if found.section is None else roles.get(found.section),
        held_offices=user.offices,
        disabled_at=user.disabled_at,
        login_closed=shut.login_closed,
        iam_user_disabled=shut.iam_user_disabled,
        console_closed=shut.console_closed and found.section in CONSOLE_SECTIONS,
        reasons=reasons,
        step_up=found.step_up,
        second_factor_required=held is not None and held.second_factor_required,
        path=path,
        grantors=tuple(grantors),
    )


def _as_caller(call: Call, *, user: User, roles: Roles, offices: Collection[Office]) -> Caller:
    """At the portal, whose tokens carry every scope."""
    return Caller(
        kind=CallerKind.PERSON,
        subject=str(user.person_id),
        scopes=frozenset({call.right.scope}),
        tenant=user.tenant,
        roles=roles,
        offices=frozenset(offices),
        tenants=frozenset({user.tenant}),
    )


def _grantors(
    tx: Tx, *, tenant: TenantCode, found: Explanation, path: GrantPath | None
) -> list[Grantor]:
    if path is GrantPath.OFFICE_HOLDER:
        return rights.list_holders(tx, tenant=tenant, offices=found.offices)
    if path is GrantPath.USERS_MANAGER and found.section and found.role:
        return rights.list_grantors(
            tx, tenant=tenant, section=found.section, role=found.role, limit=_MOST
        )
    return []
