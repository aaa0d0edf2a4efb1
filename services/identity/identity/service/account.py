"""What a person holds, and one's own account."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.change_account import change_account
from identity.actions.change_password import change_password
from identity.actions.read_people import (
    get_account,
    get_person,
    resolve_rights,
)
from identity.actions.reset_failed_login import reset_own_failed_login
from identity.domain.people import (
    Account,
    IamUser,
    Person,
    Rights,
)
from identity.service.parts import Housed, with_visit
from servicekit.rpc import Context, answers


class AccountCalls(Housed):
    @answers(calls.resolve_rights)
    def resolve_rights(self, context: Context, payload: dict[str, Any]) -> Rights:
        return resolve_rights(db=self.house.db, context=context, **payload)

    @answers(calls.get_person)
    def get_person(self, context: Context, payload: dict[str, Any]) -> Person:
        return get_person(db=self.house.db, context=context, **payload)

    @answers(calls.get_account)
    def get_account(self, context: Context, payload: dict[str, Any]) -> Account:
        return get_account(**self.acting(context))

    @answers(calls.change_account)
    def change_account(self, context: Context, payload: dict[str, Any]) -> Account:
        return change_account(**self.acting(context), **payload)

    @answers(calls.change_password)
    def change_password(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return change_password(
            **self.proving(context), sealer=self.house.sealer, **with_visit(payload)
        )

    @answers(calls.reset_own_failed_login)
    def reset_own_failed_login(self, context: Context, payload: dict[str, Any]) -> IamUser:
        return reset_own_failed_login(**self.acting(context), **payload)
