"""Policies as data: which numbers are possible, and what a tenant may make of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import timedelta
from typing import Any, TypeVar

from contracts.codes import CredentialKind
from identity.domain.passwords import PasswordRules, loosened
from servicekit.errors import Invalid

# Whatever the policies of a person's contracts ask of his portal password, one can satisfy them
# all: the shortest length asked is never above the longest allowed (Cloudstore: 8 at least).
_RANGES = {
    CredentialKind.PORTAL: {
        "minimum_length": (8, 64),
        "maximum_length": (64, 256),
        "character_classes": (1, 4),
    },
    CredentialKind.API: {
        "minimum_length": (6, 32),
        "maximum_length": (32, 256),
        "character_classes": (2, 4),
    },
}
_LOCK = ("failure_limit", "window_minutes", "lock_minutes")
# One portal password serves all contracts of a person: these are the installation's alone.
_INSTALLATION_ALONE = ("maximum_length", "special_characters", *_LOCK)
_NOT_IN_NOTICE = frozenset("@#%&<>\\$^*")


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """Rules of one kind of password, and of its lock. A tenant's of the portal leaves to the
    installation what is NULL here."""

    kind: CredentialKind
    minimum_length: int
    maximum_length: int | None
    character_classes: int
    special_characters: str | None
    not_user_name: bool
    identical_characters: int
    history_count: int
    minimum_age_minutes: int
    validity_days: int
    breached_refused: bool
    minimum_score: int
    failure_limit: int | None
    window_minutes: int | None
    lock_minutes: int | None
    version: int = 0
    own: bool = True  # false: a tenant's that is the installation's

    @property
    def rules(self) -> PasswordRules:
        known = {one.name: getattr(self, one.name) for one in fields(PasswordRules)}
        return PasswordRules(**{**known, "maximum_length": self.maximum_length or 256})


@dataclass(frozen=True, slots=True)
class InstallationEntryRules:
    idle_minutes: int
    show_last_sign_in: bool
    notice: str | None
    version: int = 0


@dataclass(frozen=True, slots=True)
class EntryRules:
    second_factor_required: bool
    idle_minutes: int
    disable_idle_days: int
    show_last_sign_in: bool
    notice: str | None
    version: int = 0
    own: bool = True


def of_tenant(policy: PasswordPolicy) -> PasswordPolicy:
    """A tenant's own, without what is the installation's alone."""
    if policy.kind is CredentialKind.API:
        return policy
    alone: dict[str, Any] = dict.fromkeys(_INSTALLATION_ALONE)
    return replace(policy, **alone)


def seen_policy(own: PasswordPolicy | None, installation: PasswordPolicy) -> PasswordPolicy:
    """A tenant's as people read it: what it leaves to the installation stands in it too."""
    if own is None:
        return replace(installation, version=0, own=False)
    if own.kind is CredentialKind.API:
        return own
    alone = {name: getattr(installation, name) for name in _INSTALLATION_ALONE}
    return replace(own, **alone)


def seen_rules(own: EntryRules | None, installation: InstallationEntryRules) -> EntryRules:
    if own is not None:
        return own
    return EntryRules(
        second_factor_required=False,
        idle_minutes=installation.idle_minutes,
        disable_idle_days=0,
        show_last_sign_in=installation.show_last_sign_in,
        notice=installation.notice,
        version=0,
        own=False,
    )


Rules = TypeVar("Rules", PasswordPolicy, EntryRules, InstallationEntryRules)


def differences(before: Rules, after: Rules) -> dict[str, dict[str, Any]]:
    """For the trail: what was changed, as it was and as it is; nothing where it is the same."""
    was, is_now = asdict(before), asdict(after)
    changed = [key for key in was if key != "version" and was[key] != is_now[key]]
    if not changed:
        return {}
    return {
        "before": {key: was[key] for key in changed},
        "after": {key: is_now[key] for key in changed},
    }


def check_installation_policy(policy: PasswordPolicy) -> None:
    """The number of another kind of password, or none where one is needed, is refused by field."""
    faults = _out_of_range(policy)
    for name in ("maximum_length", *_LOCK):
        if getattr(policy, name) is None:
            faults[name] = ["required"]
    _refuse(faults)


def check_tenant_policy(policy: PasswordPolicy, *, installation: PasswordPolicy) -> None:
    """Of the API password within the ranges; of the portal's nothing below the installation's."""
    if policy.kind is CredentialKind.API:
        check_installation_policy(policy)
        return
    faults = _out_of_range(policy)
    for name in loosened(policy.rules, floor=installation.rules):
        faults.setdefault(name, [f"policy-below-installation:{_said(installation, name)}"])
    _refuse(faults)


def _said(policy: PasswordPolicy, name: str) -> str:
    value = getattr(policy, name)
    return "✓" if value is True else str(value)


def _out_of_range(policy: PasswordPolicy) -> dict[str, list[str]]:
    faults = {}
    for name, (least, most) in _RANGES[policy.kind].items():
        value = getattr(policy, name)
        if value is not None and not least <= value <= most:
            faults[name] = [f"range:{least}:{most}"]
    special = policy.special_characters
    if special is not None and any(char.isalnum() or char.isspace() for char in special):
        faults["special_characters"] = ["special-characters"]
    return faults


def check_notice(notice: str | None) -> None:
    if notice is not None and set(notice) & _NOT_IN_NOTICE:
        _refuse({"notice": ["notice-characters"]})


def check_idle_days(days: int, *, kept_for: timedelta) -> None:
    """Who is idle is read in the history of sign-ins: it reaches further back than the rule."""
    most = kept_for.days - 1
    if days > most:
        _refuse({"disable_idle_days": [f"range:0:{most}"]})


def _refuse(faults: dict[str, list[str]]) -> None:
    if faults:
        raise Invalid("policy-refused", {"fields": faults})
