"""IAM users of a domain."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.change_api_password import change_api_password
from identity.actions.change_iam_user import (
    disable_iam_user,
    enable_iam_user,
    request_own_api_password_link,
    send_console_welcome_again,
)
from identity.actions.read_people import (
    Page,
    list_iam_users,
)
from identity.actions.reset_failed_login import reset_failed_login
from identity.domain.people import (
    IamUser,
)
from identity.service.parts import Housed, with_visit
from servicekit.rpc import Context, answers


class IamUsersCalls(Housed):
    @answers(calls.list_iam_users)
    def list_iam_users(self, context: Context, payload: dict[str, Any]) -> Page[IamUser]:
        return list_iam_users(**self.acting(context), **payload)

    @answers(calls.reset_failed_login)
    def reset_failed_login(self, context: Context, payload: dict[str, Any]) -> IamUser:
        return reset_failed_login(**self.acting(context), **payload)

    @answers(calls.disable_iam_user)
    def disable_iam_user(self, context: Context, payload: dict[str, Any]) -> IamUser:
        return disable_iam_user(**self.acting(context), **payload)

    @answers(calls.enable_iam_user)
    def enable_iam_user(self, context: Context, payload: dict[str, Any]) -> IamUser:
        return enable_iam_user(**self.acting(context), **payload)

    @answers(calls.send_console_welcome_again)
    def send_console_welcome_again(
        self, context: Context, payload: dict[str, Any]
    ) -> dict[str, str]:
        return send_console_welcome_again(
            **self.acting(context), sealer=self.house.sealer, **payload
        )

    @answers(calls.request_own_api_password_link)
    def request_own_api_password_link(
        self, context: Context, payload: dict[str, Any]
    ) -> dict[str, str]:
        return request_own_api_password_link(
            **self.acting(context), sealer=self.house.sealer, **payload
        )

    @answers(calls.change_api_password)
    def change_api_password(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return change_api_password(
            **self.entering(context), sealer=self.house.sealer, **with_visit(payload)
        )
