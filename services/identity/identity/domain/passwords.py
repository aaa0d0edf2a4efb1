"""What a new password must satisfy. Policies are data; this is how one is applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby
from typing import NoReturn

from identity.domain.names import name_key
from servicekit.errors import Invalid


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """A nought among the numbers asks nothing. ``special_characters``: the only ones allowed."""

    minimum_length: int
    maximum_length: int
    character_classes: int
    not_user_name: bool
    special_characters: str | None = None
    identical_characters: int = 0
    history_count: int = 0
    minimum_age_minutes: int = 0
    validity_days: int = 0
    breached_refused: bool = False
    minimum_score: int = 0

    def expires_at(self, changed_at: datetime | None) -> datetime | None:
        """When a password set then expires; None where none does."""
        if changed_at is None or not self.validity_days:
            return None
        return changed_at + timedelta(days=self.validity_days)


@dataclass(frozen=True, slots=True)
class Guessable:
    """What an estimate says of a password: on the list of the commonest, and a score of 0 to 4."""

    breached: bool
    score: int


def strictest(policies: Iterable[PasswordRules]) -> PasswordRules:
    """What satisfies it satisfies each of them: one person has one portal password for all of his
    contracts."""
    return reduce(_stricter, policies)


def _stricter(one: PasswordRules, other: PasswordRules) -> PasswordRules:
    return PasswordRules(
        minimum_length=max(one.minimum_length, other.minimum_length),
        maximum_length=min(one.maximum_length, other.maximum_length),
        character_classes=max(one.character_classes, other.character_classes),
        not_user_name=one.not_user_name or other.not_user_name,
        special_characters=_in_both(one.special_characters, other.special_characters),
        identical_characters=_least_asked(one.identical_characters, other.identical_characters),
        history_count=max(one.history_count, other.history_count),
        minimum_age_minutes=max(one.minimum_age_minutes, other.minimum_age_minutes),
        validity_days=_least_asked(one.validity_days, other.validity_days),
        breached_refused=one.breached_refused or other.breached_refused,
        minimum_score=max(one.minimum_score, other.minimum_score),
    )


def _least_asked(one: int, other: int) -> int:
    """The lower of two limits, of which nought is none."""
    return min(one, other) if one and other else one or other


def _in_both(one: str | None, other: str | None) -> str | None:
    if one is None or other is None:
        return other if one is None else one
    return "".join(sorted(set(one) & set(other)))


def loosened(rules: PasswordRules, *, floor: PasswordRules) -> list[str]:
    """Names of the rules that ask less than the floor does."""
    together = _stricter(rules, floor)
    return [
        name
        for name in PasswordRules.__slots__
        if name not in ("maximum_length", "special_characters")
        and getattr(together, name) != getattr(rules, name)
    ]


def character_classes(password: str) -> int:
    """How many of upper case, lower case, digit and anything else occur."""
    return sum(
        (
            any(char.isupper() for char in password),
            any(char.islower() for char in password),
            any(char.isdecimal() for char in password),
            any(not char.isalnum() for char in password),
        )
    )


def objections(
    rules: PasswordRules,
    *,
    password: str,
    user_name: str,
    guessable: Guessable = Guessable(breached=False, score=4),
) -> list[str]:
    """Codes of all that is wrong with it: ``code`` or ``code:limit``."""
    return [
        *_about_length(rules, password),
        *_about_characters(rules, password),
        *_about_names(rules, password, user_name),
        *_about_guessing(rules, guessable),
    ]


def _about_length(rules: PasswordRules, password: str) -> list[str]:
    found = []
    if len(password) < rules.minimum_length:
        found.append(f"password-too-short:{rules.minimum_length}")
    if len(password) > rules.maximum_length:
        found.append(f"password-too-long:{rules.maximum_length}")
    return found


def _about_characters(rules: PasswordRules, password: str) -> list[str]:
    found = []
    if character_classes(password) < rules.character_classes:
        found.append(f"password-classes:{rules.character_classes}")
    allowed = rules.special_characters
    if allowed is not None and any(not c.isalnum() and c not in allowed for c in password):
        found.append(f"password-special-characters:{' '.join(allowed)}")
    most = rules.identical_characters
    if most and longest_run(password) > most:
        found.append(f"password-identical-characters:{most}")
    return found


def longest_run(password: str) -> int:
    """Of one character after itself, in whatever case."""
    runs = (sum(1 for _ in run) for _, run in groupby(password.casefold()))
    return max(runs, default=0)


def _about_names(rules: PasswordRules, password: str, user_name: str) -> list[str]:
    """The name itself or with more around it, in any case, forwards or backwards."""
    if not rules.not_user_name:
        return []
    given, name = name_key(password), name_key(user_name)
    if given in (name, name[::-1]):
        return ["password-is-user-name"]
    if name in given or name[::-1] in given:
        return ["password-contains-user-name"]
    return []


def _about_guessing(rules: PasswordRules, guessable: Guessable) -> list[str]:
    """One that is on the list is guessable too: said once."""
    if rules.breached_refused and guessable.breached:
        return ["password-breached"]
    return ["password-too-guessable"] if guessable.score < rules.minimum_score else []


def too_young(rules: PasswordRules, *, changed_at: datetime | None, now: datetime) -> list[str]:
    """Of a person's own change alone: who has a link has lost his password or never had one."""
    least = timedelta(minutes=rules.minimum_age_minutes)
    if changed_at is None or now - changed_at >= least:
        return []
    return [f"password-too-young:{rules.minimum_age_minutes}"]


def refuse_password(*, field: str, codes: Sequence[str]) -> NoReturn:
    raise Invalid("password-refused", {"fields": {field: list(codes)}})
