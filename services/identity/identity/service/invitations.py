"""Accepting a contract, leaving it, and another e-mail address."""

from __future__ import annotations

from typing import Any

from contracts import identity as calls
from identity.actions.answer_invitation import (
    AnsweredInvitation,
    accept_invitation,
    answer_invitation,
    list_own_invitations,
)
from identity.actions.change_mail import (
    MailWasChanged,
    confirm_mail_change,
    request_mail_change,
)
from identity.actions.remove_user import leave_tenant
from identity.domain.people import Invitation
from identity.service.parts import Housed
from servicekit.rpc import Context, answers


class InvitationsCalls(Housed):
    @answers(calls.list_own_invitations)
    def list_own_invitations(
        self, context: Context, payload: dict[str, Any]
    ) -> dict[str, list[Invitation]]:
        return {"items": list_own_invitations(db=self.house.db, context=context, **payload)}

    @answers(calls.accept_invitation)
    def accept_invitation(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return accept_invitation(**self.acting(context), **payload)

    @answers(calls.answer_invitation)
    def answer_invitation(self, context: Context, payload: dict[str, Any]) -> AnsweredInvitation:
        return answer_invitation(**self.acting(context), **payload)

    @answers(calls.leave_tenant)
    def leave_tenant(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return leave_tenant(**self.acting(context), **payload)

    @answers(calls.request_mail_change)
    def request_mail_change(self, context: Context, payload: dict[str, Any]) -> dict[str, str]:
        return request_mail_change(**self.acting(context), sealer=self.house.sealer, **payload)

    @answers(calls.confirm_mail_change)
    def confirm_mail_change(self, context: Context, payload: dict[str, Any]) -> MailWasChanged:
        return confirm_mail_change(**self.acting(context), **payload)
