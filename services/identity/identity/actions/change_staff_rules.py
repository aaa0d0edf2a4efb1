"""What the provider demands of its own people at sign-in."""

from __future__ import annotations

from datetime import datetime

from contracts.identity import PolicyPart, SecondFactorRuleChanged, StaffRules
from identity.actions.change_policies import tell_readers
from identity.store import factor_guards
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.editions import demand_edition


def get_staff_rules(*, db: Database, context: Context) -> dict[str, bool]:
    with db.read(tenant=EVERYONE, context=context) as tx:
        return {"second_factor_required": factor_guards.get_staff_rule(tx)}


def change_staff_rules(
    *,
    db: Database,
    context: Context,
    now: datetime,
    second_factor_required: bool,
    edition: str | None = None,
) -> dict[str, bool]:
    """In force at once, also for who is signed in."""
    rules = {"second_factor_required": second_factor_required}
    with db.write(context, tenant=EVERYONE) as tx:
        if edition is not None:
            held = factor_guards.get_staff_rule_to_change(tx)
            present = {"second_factor_required": held}
            demand_edition(edition, shown_as=StaffRules, present=present)
        if factor_guards.change_staff_rule(tx, second_factor_required=second_factor_required):
            tx.record("staff:rules:changed", target="staff", details=rules, at=now)
            tx.emit(SecondFactorRuleChanged, at=now, changed_at=now, tenant=None)
            tell_readers(tx, context=context, tenant=None, part=PolicyPart.STAFF, now=now)
        return tx.answer(rules)
