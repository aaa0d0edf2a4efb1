"""Once a day, where a rule asks for it: idle IAM users are disabled, and who has a password that
expires soon is told.

One piece of due work per tenant with such a rule, and one for the installation's own. It takes a
bounded number at a time and comes again at once while there are more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from contracts.codes import CredentialKind, TenantCode
from contracts.identity import IamUserDisabled, PasswordExpiryApproached
from identity.domain.expiry import EVERY, ExpiryWindow
from identity.store import iam_users, policies
from identity.store.policies import Expiring
from servicekit.db import EVERYONE, Database, Tx
from servicekit.due import DueItem
from servicekit.pseudonyms import iam_user_target

WATCH = "policies:watch"  # kind of due work
_INSTALLATION = "installation"
_AT_ONCE = 200

_log = structlog.get_logger(__name__)


def watch_tenant(tx: Tx, *, tenant: TenantCode, now: datetime) -> None:
    """Look at once, then daily; no more where no rule of the tenant's asks for it."""
    entry = policies.find_entry_rules(tx, tenant=tenant)
    if _validities(tx, tenant=tenant) or (entry is not None and entry.disable_idle_days):
        tx.schedule(WATCH, due_at=now, key=tenant, payload={})
    else:
        tx.unschedule(WATCH, tenant)


def watch_installation(tx: Tx, *, now: datetime) -> None:
    if _validities(tx, tenant=None):
        tx.schedule(WATCH, due_at=now, key=_INSTALLATION, payload={})
    else:
        tx.unschedule(WATCH, _INSTALLATION)


def look(*, db: Database, item: DueItem, kept_for: timedelta) -> None:
    """``kept_for``: how long the history of sign-ins is kept."""
    with db.write(item.context, tenant=item.tenant or EVERYONE) as tx:
        if not tx.settle(item):
            return
        more = _tell_expiring(tx, tenant=item.tenant, now=item.now)
        if item.tenant is not None:
            more |= _disable_idle(tx, tenant=item.tenant, now=item.now, kept_for=kept_for)
        due_at = item.now if more else item.now + EVERY
        tx.schedule(WATCH, due_at=due_at, key=item.key, payload={})


def _validities(tx: Tx, *, tenant: TenantCode | None) -> dict[CredentialKind, int]:
    """By kind, where passwords expire by this tenant's own policy, or by the installation's."""
    found = {}
    for kind in CredentialKind:
        policy = (
            policies.get_installation_policy(tx, kind=kind)
            if tenant is None
            else policies.find_tenant_policy(tx, tenant=tenant, kind=kind)
        )
        if policy is not None and policy.validity_days:
            found[kind] = policy.validity_days
    return found


def _tell_expiring(tx: Tx, *, tenant: TenantCode | None, now: datetime) -> bool:
    """Whether there may be more."""
    more = False
    for kind, days in _validities(tx, tenant=tenant).items():
        window = ExpiryWindow(days, now)
        soon = (
            policies.list_expiring(tx, kind=kind, window=window, limit=_AT_ONCE)
            if tenant is None
            else policies.list_expiring_in_tenant(
                tx, tenant=tenant, kind=kind, window=window, limit=_AT_ONCE
            )
        )
        for one in soon:
            _tell(tx, one=one, now=now)
        if soon:
            policies.change_told(tx, told=soon)
        more |= len(soon) == _AT_ONCE
    return more


def _tell(tx: Tx, *, one: Expiring, now: datetime) -> None:
    tx.emit(
        PasswordExpiryApproached,
        at=now,
        person_id=one.person_id,
        credential=one.credential,
        tenant=one.tenant,
        user_name=one.user_name,
        expires_at=one.expires_at,
    )


def _disable_idle(tx: Tx, *, tenant: TenantCode, now: datetime, kept_for: timedelta) -> bool:
    """Whether there may be more. A history shorter than the rule would make everybody idle."""
    rules = policies.find_entry_rules(tx, tenant=tenant)
    idle_for = timedelta(days=rules.disable_idle_days) if rules is not None else timedelta()
    if not idle_for:
        return False
    if kept_for <= idle_for:
        _log.warning("idle-users-unknown", tenant=tenant, kept_days=kept_for.days)
        return False
    idle = policies.list_idle_iam_users(tx, tenant=tenant, since=now - idle_for, limit=_AT_ONCE)
    for user in idle:
        iam_users.change_disabled(tx, tenant=tenant, iam_user_id=user.iam_user_id, at=now, by=None)
        details = {"reason": "idle", "days": idle_for.days}
        target = iam_user_target(user.iam_user_id)
        tx.record("iam:user:disabled", target=target, details=details, at=now)
        tx.emit(
            IamUserDisabled,
            at=now,
            person_id=user.person_id,
            tenant=tenant,
            iam_user_id=user.iam_user_id,
            user_name=user.user_name,
            idle_days=idle_for.days,
        )
    return len(idle) == _AT_ONCE
