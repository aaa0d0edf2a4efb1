"""What a new password must satisfy. Policies are data; this is how one is applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from identity.domain.names import name_key
from servicekit.errors import Invalid


@dataclass(frozen=True, slots=True)
class PasswordRules:
    minimum_length: int
    maximum_length: int
    character_classes: int
    not_user_name: bool


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


def objections(rules: PasswordRules, *, password: str, user_name: str) -> list[str]:
    """Codes of all that is wrong with it: ``code`` or ``code:limit``."""
    found = []
    if len(password) < rules.minimum_length:
        found.append(f"password-too-short:{rules.minimum_length}")
    if len(password) > rules.maximum_length:
        found.append(f"password-too-long:{rules.maximum_length}")
    if character_classes(password) < rules.character_classes:
        found.append(f"password-classes:{rules.character_classes}")
    if rules.not_user_name and _is_name(password, user_name):
        found.append("password-is-user-name")
    return found


def _is_name(password: str, user_name: str) -> bool:
    """The name itself, in any case, forwards or backwards."""
    given, name = name_key(password), name_key(user_name)
    return given in (name, name[::-1])


def check_new_password(
    rules: PasswordRules, *, password: str, user_name: str, field: str = "password"
) -> None:
    found = objections(rules, password=password, user_name=user_name)
    if found:
        refuse_password(field=field, codes=found)


def refuse_password(*, field: str, codes: list[str]) -> NoReturn:
    raise Invalid("password-refused", {"fields": {field: codes}})
