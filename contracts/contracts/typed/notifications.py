"""Typed client of notifications. Made by ``python -m contracts.generate``."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

from contracts import notifications as calls
from contracts.typed.calling import Dispatch, given

MailStatus = Literal["pending", "sent", "dead"]


class AuditEntry(TypedDict):
    sequence: int
    at: str
    actor_kind: str
    actor: str
    act: str | None
    action: str
    target: str
    details: dict[str, Any | None]
    reason: str | None
    call_id: str
    previous_hash: str
    hash: str
    actor_name: NotRequired[str | None]
    act_name: NotRequired[str | None]
    target_name: NotRequired[str | None]


class AuditEntries(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[AuditEntry]


class AuditVerification(TypedDict):
    entries: int
    head: str | None
    verified: bool
    broken_at: int | None
    next_after: NotRequired[int | None]


class Look(TypedDict):
    sequence: int
    at: str
    call: str
    operator: str
    operator_name: NotRequired[str | None]


class Looks(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Look]


class Mail(TypedDict):
    mail_id: str
    tenant: str | None
    template: str
    language: str
    recipient: str
    subject: str
    status: MailStatus
    attempts: int
    created_at: str
    sent_at: str | None
    last_error: str | None


class Mails(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Mail]


class ExportedMail(TypedDict):
    tenant: str | None
    template: str
    recipient: str
    subject: str
    status: MailStatus
    created_at: str
    sent_at: str | None


class ExportedMails(TypedDict):
    mails: list[ExportedMail]


class NotificationsClient:
    """Notifications: what was sent, when, to whom, and sending it again."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch

    def list_audit_entries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        grant: str | None = None,
    ) -> AuditEntries:
        """The tenant's audit trail in notifications, oldest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant=grant)
        return cast(AuditEntries, self._dispatch(calls.list_audit_entries, payload))

    def verify_audit_chain(self, *, tenant: str, after: int | None = None) -> AuditVerification:
        """Recompute the hash chain of the tenant's trail in notifications."""
        payload = given(tenant=tenant, after=after)
        return cast(AuditVerification, self._dispatch(calls.verify_audit_chain, payload))

    def list_house_entries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AuditEntries:
        """The installation's own audit trail in notifications, oldest first."""
        payload = given(limit=limit, cursor=cursor)
        return cast(AuditEntries, self._dispatch(calls.list_house_entries, payload))

    def verify_house_chain(self, *, after: int | None = None) -> AuditVerification:
        """Recompute the hash chain of the installation's trail in notifications."""
        payload = given(after=after)
        return cast(AuditVerification, self._dispatch(calls.verify_house_chain, payload))

    def list_looks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        grant_id: str,
    ) -> Looks:
        """What staff looked at in notifications by one grant, oldest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant_id=grant_id)
        return cast(Looks, self._dispatch(calls.list_looks, payload))

    def list_own_looks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
        grant_id: str,
    ) -> Looks:
        """What staff looked at in notifications as oneself, by one grant."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant, grant_id=grant_id)
        return cast(Looks, self._dispatch(calls.list_own_looks, payload))

    def list_mails(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str,
    ) -> Mails:
        """The tenant's mails with their delivery state, newest first."""
        payload = given(limit=limit, cursor=cursor, tenant=tenant)
        return cast(Mails, self._dispatch(calls.list_mails, payload))

    def resend_mail(self, *, tenant: str, mail_id: str) -> Mail:
        """Send a mail again to the same recipient; a one-time link in it stays the same link."""
        payload = given(tenant=tenant, mail_id=mail_id)
        return cast(Mail, self._dispatch(calls.resend_mail, payload))

    def export_person(self, *, person_id: str) -> ExportedMails:
        """Which mails were sent to a person, for himself."""
        payload = given(person_id=person_id)
        return cast(ExportedMails, self._dispatch(calls.export_person, payload))
