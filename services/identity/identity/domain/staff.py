"""The provider's own people: who may change whose roles, and who must always remain."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from contracts.codes import StaffRole
from servicekit.errors import Conflict, Forbidden

KEEPERS = frozenset({StaffRole.SUPPORT, StaffRole.OPERATOR})


def check_not_own(*, actor: UUID | None, person_id: UUID) -> None:
    """Nobody makes himself more, or less, than another has made him."""
    if actor == person_id:
        raise Forbidden("own-staff-roles")


def check_operator_remains(
    *, operators: Collection[UUID], person_id: UUID, after: Collection[StaffRole]
) -> None:
    """``operators`` who can sign in, before the change: without one nobody appoints anybody."""
    if person_id in operators and StaffRole.OPERATOR not in after and set(operators) == {person_id}:
        raise Conflict("last-operator")


def check_may_act_on(
    *, actor: UUID | None, held: Collection[StaffRole], person_id: UUID, of: Collection[StaffRole]
) -> None:
    """Closing or opening a login, or giving access back: never one's own, and that of staff only
    by an operator: support must not become an operator by taking his login over."""
    if actor == person_id:
        raise Forbidden("own-login")
    if of and StaffRole.OPERATOR not in held:
        raise Forbidden("operator-needed")
