"""When a person may be erased, and what stands for him afterwards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.codes import Office, StaffRole, TenantCode
from contracts.identity import ErasureState
from servicekit.errors import Conflict

GRACE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Tie:
    """What keeps a person in one tenant."""

    tenant: TenantCode
    offices: tuple[Office, ...]
    last_user_manager: bool


@dataclass(frozen=True, slots=True)
class Erasure:
    state: ErasureState
    requested_at: datetime | None
    due_at: datetime | None
    by_staff: bool
    hindrances: tuple[str, ...] = ()


NO_ERASURE = Erasure(ErasureState.NONE, None, None, by_staff=False)


def hindrances(
    *, staff: Collection[StaffRole], ties: Sequence[Tie], second_login: bool = False
) -> tuple[str, ...]:
    """Codes with what they are about: an office is handed over, a manager named, a role given up
    first, because nobody else would be left to do it; a second login is ended by sales."""
    return (
        *(("staff-member",) if staff else ()),
        *(("second-login-open",) if second_login else ()),
        *(f"office-held:{tie.tenant}" for tie in ties if tie.offices),
        *(
            f"last-user-manager:{tie.tenant}"
            for tie in ties
            if tie.last_user_manager and not tie.offices
        ),
    )


def check_free(found: Sequence[str]) -> None:
    if found:
        code, _, _ = found[0].partition(":")
        details: dict[str, Any] = {"hindrances": list(found)}
        tenants = [one.partition(":")[2] for one in found if one.startswith(f"{code}:")]
        raise Conflict(code, {**details, "tenants": tenants})


def pseudonym(person_id: UUID) -> str:
    """A login of nobody: the end of the id, which is chance, not the time he was registered."""
    return f"erased-{person_id.hex[-12:]}"


def pseudonym_email(person_id: UUID) -> str:
    return f"{pseudonym(person_id)}@erased.invalid"
