"""Users of a tenant."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.change_roles import change_roles
from identity.actions.change_user import change_user
from identity.actions.disable_user import disable_user, enable_user
from identity.actions.explain_access import ExplainedAccess, explain_access
from identity.actions.invite_user import invite_user
from identity.actions.read_people import (
    Page,
    get_user,
    list_users,
)
from identity.actions.remove_user import remove_user
from identity.actions.send_welcome import send_welcome_again
from identity.domain.people import (
    NewPerson,
    User,
)
from identity.service.parts import Housed
from servicekit.rpc import Context, answers


class UsersCalls(Housed):
    @answers(calls.list_users)
    def list_users(self, context: Context, payload: dict[str, Any]) -> Page[User]:
        return list_users(db=self.house.db, context=context, **payload)

    @answers(calls.get_user)
    def get_user(self, context: Context, payload: dict[str, Any]) -> User:
        return get_user(db=self.house.db, context=context, **payload)

    @answers(calls.explain_access)
    def explain_access(self, context: Context, payload: dict[str, Any]) -> ExplainedAccess:
        return explain_access(db=self.house.db, context=context, **payload)

    @answers(calls.change_user)
    def change_user(self, context: Context, payload: dict[str, Any]) -> User:
        return change_user(**self.acting(context), **payload)

    @answers(calls.disable_user)
    def disable_user(self, context: Context, payload: dict[str, Any]) -> User:
        return disable_user(**self.acting(context), **payload)

    @answers(calls.enable_user)
    def enable_user(self, context: Context, payload: dict[str, Any]) -> User:
        return enable_user(**self.acting(context), **payload)

    @answers(calls.invite_user)
    def invite_user(self, context: Context, payload: dict[str, Any]) -> User:
        tenant, roles = payload.pop("tenant"), payload.pop("roles")
        return invite_user(
            **self.acting(context),
            sealer=self.house.sealer,
            tenant=tenant,
            roles=roles,
            new=NewPerson(**payload),
        )

    @answers(calls.change_roles)
    def change_roles(self, context: Context, payload: dict[str, Any]) -> User:
        return change_roles(**self.acting(context), sealer=self.house.sealer, **payload)

    @answers(calls.remove_user)
    def remove_user(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return remove_user(**self.acting(context), **payload)

    @answers(calls.send_welcome_again)
    def send_welcome_again(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return send_welcome_again(**self.acting(context), sealer=self.house.sealer, **payload)
