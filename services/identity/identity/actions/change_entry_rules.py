"""How one enters, read and changed: a tenant's rules, and the installation's for the portal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts.codes import TenantCode
from contracts.identity import (
    EntryRulesView,
    HouseEntryRules,
    PolicyPart,
    SecondFactorRuleChanged,
)
from identity.actions.change_policies import tell_changed
from identity.actions.watch_policies import watch_tenant
from identity.domain.policies import (
    EntryRules,
    InstallationEntryRules,
    check_idle_days,
    check_notice,
    differences,
    seen_rules,
)
from identity.store import policies
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.editions import demand_edition
from servicekit.errors import Conflict


def get_entry_rules(*, db: Database, context: Context, tenant: TenantCode) -> EntryRules:
    with db.read(tenant=tenant, context=context) as tx:
        return _view(tx, tenant=tenant)


def change_entry_rules(
    *,
    db: Database,
    context: Context,
    now: datetime,
    kept_for: timedelta,
    tenant: TenantCode,
    version: int,
    edition: str | None = None,
    **asked: Any,
) -> EntryRules:
    """``kept_for``: how long the history of sign-ins is kept."""
    wanted = EntryRules(**asked)
    check_notice(wanted.notice)
    check_idle_days(wanted.disable_idle_days, kept_for=kept_for)
    with db.write(context, tenant=tenant) as tx:
        before = _view(tx, tenant=tenant)
        demand_edition(edition, shown_as=EntryRulesView, present=before)
        if not policies.change_entry_rules(tx, tenant=tenant, rules=wanted, version=version):
            raise Conflict("changed-meanwhile")
        after = _view(tx, tenant=tenant)
        if after.second_factor_required != before.second_factor_required:
            tx.emit(SecondFactorRuleChanged, at=now, tenant=tenant, changed_at=now)
        tell_changed(
            tx,
            context=context,
            tenant=tenant,
            part=PolicyPart.ENTRY,
            changes=differences(before, after),
            now=now,
        )
        watch_tenant(tx, tenant=tenant, now=now)
        return tx.answer(after)


def _view(tx: Tx, *, tenant: TenantCode) -> EntryRules:
    own = policies.find_entry_rules(tx, tenant=tenant)
    return seen_rules(own, policies.get_installation_entry_rules(tx))


def get_installation_entry_rules(*, db: Database, context: Context) -> InstallationEntryRules:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return policies.get_installation_entry_rules(tx)


def change_installation_entry_rules(
    *,
    db: Database,
    context: Context,
    now: datetime,
    version: int,
    edition: str | None = None,
    **asked: Any,
) -> InstallationEntryRules:
    wanted = InstallationEntryRules(**asked)
    check_notice(wanted.notice)
    with db.write(context, tenant=EVERYONE) as tx:
        before = policies.get_installation_entry_rules(tx)
        demand_edition(edition, shown_as=HouseEntryRules, present=before)
        if not policies.change_installation_entry_rules(tx, rules=wanted, version=version):
            raise Conflict("changed-meanwhile")
        after = policies.get_installation_entry_rules(tx)
        tell_changed(
            tx,
            context=context,
            tenant=None,
            part=PolicyPart.ENTRY,
            changes=differences(before, after),
            now=now,
        )
        return tx.answer(after)
