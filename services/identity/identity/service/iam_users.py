"""IAM users of a domain."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.read_people import (
    Page,
    list_iam_users,
)
from identity.actions.reset_failed_login import reset_failed_login
from identity.domain.people import (
    IamUser,
)
from identity.service.parts import Housed
from servicekit.rpc import Context, answers


class IamUsersCalls(Housed):
    @answers(calls.list_iam_users)
    def list_iam_users(self, context: Context, payload: dict[str, Any]) -> Page[IamUser]:
        return list_iam_users(**self.acting(context), **payload)

    @answers(calls.reset_failed_login)
    def reset_failed_login(self, context: Context, payload: dict[str, Any]) -> IamUser:
        return reset_failed_login(**self.acting(context), **payload)
