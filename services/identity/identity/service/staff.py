"""The provider's people."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.appoint_staff import appoint_staff
from identity.actions.change_staff import change_staff_roles, dismiss_staff, get_staff_member
from identity.actions.read_people import (
    Page,
    list_staff,
)
from identity.domain.people import (
    NewPerson,
    StaffMember,
)
from identity.service.parts import Housed
from servicekit.rpc import Context, answers


class StaffCalls(Housed):
    @answers(calls.appoint_staff)
    def appoint_staff(self, context: Context, payload: dict[str, Any]) -> StaffMember:
        roles = payload.pop("roles")
        return appoint_staff(
            **self.acting(context),
            sealer=self.house.sealer,
            roles=roles,
            new=NewPerson(**payload),
        )

    @answers(calls.get_staff_member)
    def get_staff_member(self, context: Context, payload: dict[str, Any]) -> StaffMember:
        return get_staff_member(db=self.house.db, context=context, **payload)

    @answers(calls.change_staff_roles)
    def change_staff_roles(self, context: Context, payload: dict[str, Any]) -> StaffMember:
        return change_staff_roles(**self.acting(context), **payload)

    @answers(calls.dismiss_staff)
    def dismiss_staff(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return dismiss_staff(**self.acting(context), **payload)

    @answers(calls.list_staff)
    def list_staff(self, context: Context, payload: dict[str, Any]) -> Page[StaffMember]:
        return list_staff(db=self.house.db, context=context, **payload)
