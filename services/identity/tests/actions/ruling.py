"""Rules as an administrator sets them, and what is due because of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest

from contracts.codes import CredentialKind, TenantCode
from identity.actions.answer_invitation import accept_invitation
from identity.actions.change_entry_rules import (
    change_entry_rules,
    get_entry_rules,
)
from identity.actions.change_password import change_password
from identity.actions.change_policies import (
    change_installation_policy,
    change_password_policy,
    get_installation_policy,
    get_password_policy,
)
from identity.actions.watch_policies import WATCH, look
from identity.domain.attempts import Visit
from identity.domain.policies import EntryRules, PasswordPolicy
from servicekit.due import DueRunner
from servicekit.due_store import DueItem
from servicekit.errors import Invalid

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0005678")
PORTAL, API = CredentialKind.PORTAL, CredentialKind.API
GOOD, GOOD_API = "Sesame-2026!", "open7sesame"
VISIT = Visit(address="192.0.2.7", device="Firefox")
YEAR = timedelta(days=365)


def policy(counter: Any, kind: CredentialKind, tenant: TenantCode = TENANT) -> PasswordPolicy:
    context = counter.person(counter.person_id(), tenant=tenant)
    return get_password_policy(db=counter.db, context=context, tenant=tenant, kind=kind)


def change_policy(
    counter: Any,
    kind: CredentialKind,
    *,
    tenant: TenantCode = TENANT,
    version: int | None = None,
    **changes: Any,
) -> PasswordPolicy:
    before = asdict(policy(counter, kind, tenant))
    seen = before.pop("version")
    del before["own"]
    return change_password_policy(
        db=counter.db,
        context=counter.person(counter.person_id(), tenant=tenant),
        now=counter.now,
        tenant=tenant,
        version=seen if version is None else version,
        **{**before, **changes},
    )


def change_house(counter: Any, kind: CredentialKind, **changes: Any) -> PasswordPolicy:
    context = counter.person(counter.person_id())
    before = asdict(get_installation_policy(db=counter.db, context=context, kind=kind))
    del before["own"]
    return change_installation_policy(
        db=counter.db, context=context, now=counter.now, **{**before, **changes}
    )


def change_entry(
    counter: Any, *, tenant: TenantCode = TENANT, kept_for: timedelta = YEAR, **changes: Any
) -> EntryRules:
    context = counter.person(counter.person_id(), tenant=tenant)
    before = asdict(get_entry_rules(db=counter.db, context=context, tenant=tenant))
    del before["own"]
    return change_entry_rules(
        db=counter.db,
        context=context,
        now=counter.now,
        kept_for=kept_for,
        tenant=tenant,
        **{**before, **changes},
    )


def change_own(counter: Any, current: str, new: str) -> None:
    change_password(
        db=counter.db,
        hasher=counter.hasher,
        sealer=counter.sealer,
        context=counter.person(counter.person_id()),
        now=counter.now,
        pause=lambda _: None,
        current_password=current,
        new_password=new,
        visit=VISIT,
    )


def accept(counter: Any, tenant: TenantCode) -> None:
    accept_invitation(
        db=counter.db,
        context=counter.person(counter.person_id(), tenant=tenant),
        now=counter.now,
        tenant=tenant,
    )


def objections(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Invalid) as refused:
        act()
    fields: dict[str, list[str]] = refused.value.details["fields"]
    return next(iter(fields.values()))


def watch(counter: Any, *, kept_for: timedelta = YEAR) -> None:
    """Let what is due happen, day after day, up to now."""

    def run(item: DueItem) -> None:
        look(db=counter.db, item=item, kept_for=kept_for)

    runner = DueRunner(counter.db, counter.clock, {WATCH: run})
    while runner.step():
        pass
    assert runner.counts().dead == 0


def api_reset(counter: Any, password: str) -> None:
    counter.forget_password(API, "John.Doe", TENANT)
    counter.do_what_is_due()
    counter.set_password(counter.token("PasswordResetRequested"), password)
