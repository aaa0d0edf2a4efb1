"""Notifications: what was sent, when, to whom, and sending it again."""

from __future__ import annotations

from enum import StrEnum

from contracts.audit import declare_audit, declare_house_audit, declare_looks
from contracts.codes import Role, Section, StaffRole
from contracts.declare import Contract, Effect, Refusal, get, post
from contracts.fields import Choice, Id, Instant, Many, Part, Strict, Tenant, Text, Whole
from contracts.paging import Page, PageRequest
from contracts.rights import gateway_only, in_tenant

NOTIFICATIONS = Contract("notifications")

list_audit_entries, verify_audit_chain = declare_audit(NOTIFICATIONS)
list_house_entries, verify_house_chain = declare_house_audit(NOTIFICATIONS)
list_looks, list_own_looks = declare_looks(NOTIFICATIONS)


class MailStatus(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"


class Mail(Strict):
    mail_id = Id(required=True)
    tenant = Tenant(required=True, allow_none=True)
    template = Text(required=True, maximum=64)
    language = Text(required=True, maximum=2)
    recipient = Text(required=True)
    subject = Text(required=True)
    status = Choice(MailStatus, required=True)
    attempts = Whole(required=True)
    created_at = Instant(required=True)
    sent_at = Instant(required=True, allow_none=True)
    last_error = Text(required=True, allow_none=True, maximum=500)


class ListMails(PageRequest):
    tenant = Tenant(required=True)


class Mails(Page):
    items = Many(Part(Mail), maximum=200, required=True)


class ResendMail(Strict):
    tenant = Tenant(required=True)
    mail_id = Id(required=True)


list_mails = NOTIFICATIONS.call(
    "list_mails",
    request=ListMails,
    response=Mails,
    right=in_tenant(
        "mails.read",
        Section.USERS,
        Role.MANAGER,
        staff=(StaffRole.SUPPORT, StaffRole.OPERATOR, StaffRole.AUDITOR),
    ),
    effect=Effect.READ,
    summary="The tenant's mails with their delivery state, newest first.",
    route=get("/tenants/{tenant}/mails"),
)

resend_mail = NOTIFICATIONS.call(
    "resend_mail",
    request=ResendMail,
    response=Mail,
    right=in_tenant(
        "mails.write",
        Section.USERS,
        Role.MANAGER,
        staff=(StaffRole.SUPPORT, StaffRole.OPERATOR),
    ),
    effect=Effect.WRITE,
    summary="Send a mail again to the same recipient; a one-time link in it stays the same link.",
    refusals=(Refusal("NotFound", "mail-unknown"), Refusal("Conflict", "mail-pending")),
    route=post("/tenants/{tenant}/mails/{mail_id}/resend", 202),
)


class ExportPerson(Strict):
    person_id = Id(required=True)


class ExportedMail(Strict):
    tenant = Tenant(required=True, allow_none=True)
    template = Text(required=True, maximum=64)
    recipient = Text(required=True)
    subject = Text(required=True)
    status = Choice(MailStatus, required=True)
    created_at = Instant(required=True)
    sent_at = Instant(required=True, allow_none=True)


class ExportedMails(Strict):
    mails = Many(
        Part(ExportedMail), maximum=5000, required=True, metadata={"description": "Newest first."}
    )


export_person = NOTIFICATIONS.call(
    "export_person",
    request=ExportPerson,
    response=ExportedMails,
    right=gateway_only(),
    effect=Effect.READ,
    summary="Which mails were sent to a person, for himself.",
    deadline=30.0,
)
