"""Policies, entry rules, and passwords that have expired."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.change_entry_rules import (
    change_entry_rules,
    change_installation_entry_rules,
    get_entry_rules,
    get_installation_entry_rules,
)
from identity.actions.change_policies import (
    change_installation_policy,
    change_password_policy,
    drop_password_policy,
    get_installation_policy,
    get_password_policy,
)
from identity.actions.replace_expired import (
    ExpiredPassword,
    read_expired_password,
    replace_expired_password,
)
from identity.domain.policies import EntryRules, InstallationEntryRules, PasswordPolicy
from identity.service.parts import Housed, with_visit
from servicekit.rpc import Context, answers


class PoliciesCalls(Housed):
    @answers(calls.get_password_policy)
    def get_password_policy(self, context: Context, payload: dict[str, Any]) -> PasswordPolicy:
        return get_password_policy(db=self.house.db, context=context, **payload)

    @answers(calls.change_password_policy)
    def change_password_policy(self, context: Context, payload: dict[str, Any]) -> PasswordPolicy:
        return change_password_policy(**self.acting(context), **payload)

    @answers(calls.drop_password_policy)
    def drop_password_policy(self, context: Context, payload: dict[str, Any]) -> PasswordPolicy:
        return drop_password_policy(**self.acting(context), **payload)

    @answers(calls.get_installation_policy)
    def get_installation_policy(self, context: Context, payload: dict[str, Any]) -> PasswordPolicy:
        return get_installation_policy(db=self.house.db, context=context, **payload)

    @answers(calls.change_installation_policy)
    def change_installation_policy(
        self, context: Context, payload: dict[str, Any]
    ) -> PasswordPolicy:
        return change_installation_policy(**self.acting(context), **payload)

    @answers(calls.get_entry_rules)
    def get_entry_rules(self, context: Context, payload: dict[str, Any]) -> EntryRules:
        return get_entry_rules(db=self.house.db, context=context, **payload)

    @answers(calls.change_entry_rules)
    def change_entry_rules(self, context: Context, payload: dict[str, Any]) -> EntryRules:
        return change_entry_rules(
            **self.acting(context), kept_for=self.house.settings.history_kept_for, **payload
        )

    @answers(calls.get_installation_entry_rules)
    def get_installation_entry_rules(
        self, context: Context, payload: dict[str, Any]
    ) -> InstallationEntryRules:
        return get_installation_entry_rules(db=self.house.db, context=context)

    @answers(calls.change_installation_entry_rules)
    def change_installation_entry_rules(
        self, context: Context, payload: dict[str, Any]
    ) -> InstallationEntryRules:
        return change_installation_entry_rules(**self.acting(context), **payload)

    @answers(calls.read_expired_password)
    def read_expired_password(self, context: Context, payload: dict[str, Any]) -> ExpiredPassword:
        return read_expired_password(**self.acting(context), **payload)

    @answers(calls.replace_expired_password)
    def replace_expired_password(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return replace_expired_password(
            **self.acting(context),
            hasher=self.house.hasher,
            sealer=self.house.sealer,
            **with_visit(payload),
        )
