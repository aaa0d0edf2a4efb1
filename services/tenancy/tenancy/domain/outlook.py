"""What would happen if a dated act were asked for today.

Each act has one pure function ``foresee_*(facts of the contract, what is asked, today)``. The read
call shows its outlook; the action that applies it calls ``demanded()`` on the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from servicekit.errors import Conflict


@dataclass(frozen=True, slots=True)
class OutlookRefusal:
    """``rule`` names the rule, ``code`` is the refusal of the act itself.

    ``details`` are JSON values: they go into the sentence of the code and over the wire.
    """

    rule: str
    code: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text_key(self) -> str:
        """Of the sentence that states the rule."""
        return f"rule-{self.rule}"


@dataclass(frozen=True, slots=True)
class OutlookChange:
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """``from_on``: the day it takes effect. ``earliest_on``: where it is refused, the first day on
    which it may be asked; None where no day alone would allow it."""

    act: str
    from_on: date | None = None
    refusal: OutlookRefusal | None = None
    earliest_on: date | None = None
    possible_now: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    changes: tuple[OutlookChange, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.refusal is None

    def demanded(self) -> Outlook:
        """The same where it is allowed.

        Raises Conflict with the refusal's code, whose details name the rule, the earliest day and
        what is possible now.
        """
        if self.refusal is None:
            return self
        earliest = None if self.earliest_on is None else self.earliest_on.isoformat()
        raise Conflict(
            self.refusal.code,
            {
                **self.refusal.details,
                "rule": self.refusal.rule,
                "earliest": earliest,
                "possible_now": list(self.possible_now),
            },
        )


def refused(
    *,
    act: str,
    rule: str,
    code: str,
    details: Mapping[str, Any] | None = None,
    earliest_on: date | None = None,
    possible_now: tuple[str, ...] = (),
) -> Outlook:
    """Not now: nothing would change and nobody would be told."""
    return Outlook(
        act=act,
        refusal=OutlookRefusal(rule, code, dict(details or {})),
        earliest_on=earliest_on,
        possible_now=possible_now,
    )
