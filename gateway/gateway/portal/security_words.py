"""Security rules in words, for who reads them and for who changes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, ngettext


def lock_rule(policy: Mapping[str, Any]) -> str:
    return gettext(
        "locked for %(lock)s minutes after %(limit)s wrong tries within %(window)s minutes",
        lock=policy["lock_minutes"],
        limit=policy["failure_limit"],
        window=policy["window_minutes"],
    )


def entry_rules(rules: Mapping[str, Any]) -> list[str]:
    """``rules``: of a contract, or of the installation, which has fewer."""
    idle = rules["idle_minutes"]
    said = [
        ngettext(
            "a session ends after %(num)s minute without an act",
            "a session ends after %(num)s minutes without an act",
            idle,
        )
    ]
    if rules.get("second_factor_required"):
        said.append(gettext("a second factor is required"))
    days = rules.get("disable_idle_days")
    if days:
        said.append(
            ngettext(
                "IAM users are disabled after %(num)s day without a sign-in",
                "IAM users are disabled after %(num)s days without a sign-in",
                days,
            )
        )
    if rules["show_last_sign_in"]:
        said.append(gettext("the last sign-in is shown to who signs in"))
    if rules["notice"]:
        said.append(gettext("who signs in reads: %(notice)s", notice=rules["notice"]))
    return said


def score_names() -> list[tuple[str, str]]:
    """zxcvbn's scores, by what they hold off."""
    return [
        ("0", gettext("0: any")),
        ("1", gettext("1: not among the first thousand guesses")),
        ("2", gettext("2: holds off guessing at the door")),
        ("3", gettext("3: holds off guessing without the door's lock")),
        ("4", gettext("4: holds off guessing at a stolen, hashed password")),
    ]
