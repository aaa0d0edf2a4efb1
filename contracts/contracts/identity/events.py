"""What identity tells: facts, past tense, ids."""

from __future__ import annotations

from contracts.identity.contract import IDENTITY
from contracts.identity.facts import (
    AcceptedPayload,
    ConsoleChangedPayload,
    CredentialLockedPayload,
    FailedLoginResetPayload,
    IamUserCreatedPayload,
    IamUserStatePayload,
    InvitationAnsweredPayload,
    MailChangeLinkIssuedPayload,
    MailChangeRequestedPayload,
    PasswordResetRequestedPayload,
    PasswordSetPayload,
    PersonChangedPayload,
    PersonRegisteredPayload,
    RolesChangedPayload,
    SecondLoginEstablishedPayload,
    StaffAnnouncedPayload,
    StaffAppointedPayload,
    TenantJoinedPayload,
    TenantLeftPayload,
    TenantPeopleEstablishedPayload,
    UserChangedPayload,
    UserInvitedPayload,
    WelcomeLinkIssuedPayload,
)
from contracts.identity.facts import Leaving as Leaving

PersonRegistered = IDENTITY.event(
    "PersonRegistered", payload=PersonRegisteredPayload, heard_by=("notifications", "tenancy")
)
PersonChanged = IDENTITY.event(
    "PersonChanged", payload=PersonChangedPayload, heard_by=("notifications", "tenancy")
)
WelcomeLinkIssued = IDENTITY.event(
    "WelcomeLinkIssued", payload=WelcomeLinkIssuedPayload, heard_by=("notifications",)
)
TenantJoined = IDENTITY.event(
    "TenantJoined", payload=TenantJoinedPayload, heard_by=("notifications", "gateway", "tenancy")
)
RolesChanged = IDENTITY.event(
    "RolesChanged", payload=RolesChangedPayload, heard_by=("gateway", "notifications")
)
UserChanged = IDENTITY.event("UserChanged", payload=UserChangedPayload, heard_by=("notifications",))
TenantLeft = IDENTITY.event(
    "TenantLeft", payload=TenantLeftPayload, heard_by=("notifications", "gateway", "tenancy")
)
UserInvited = IDENTITY.event("UserInvited", payload=UserInvitedPayload, heard_by=("notifications",))
InvitationAnswered = IDENTITY.event(
    "InvitationAnswered", payload=InvitationAnsweredPayload, heard_by=("notifications", "tenancy")
)
UserDisabled = IDENTITY.event(
    "UserDisabled", payload=AcceptedPayload, heard_by=("notifications", "gateway", "tenancy")
)
UserEnabled = IDENTITY.event(
    "UserEnabled", payload=AcceptedPayload, heard_by=("notifications", "gateway", "tenancy")
)
TenantPeopleEstablished = IDENTITY.event(
    "TenantPeopleEstablished", payload=TenantPeopleEstablishedPayload, heard_by=("tenancy",)
)
ConsoleClosed = IDENTITY.event(
    "ConsoleClosed", payload=ConsoleChangedPayload, heard_by=("gateway",)
)
ConsoleReopened = IDENTITY.event(
    "ConsoleReopened", payload=ConsoleChangedPayload, heard_by=("gateway",)
)
SecondLoginEstablished = IDENTITY.event(
    "SecondLoginEstablished",
    payload=SecondLoginEstablishedPayload,
    heard_by=("tenancy", "notifications"),
)
IamUserCreated = IDENTITY.event(
    "IamUserCreated", payload=IamUserCreatedPayload, heard_by=("notifications",)
)
IamUserDisabled = IDENTITY.event(
    "IamUserDisabled", payload=IamUserStatePayload, heard_by=("notifications", "gateway")
)
IamUserEnabled = IDENTITY.event(
    "IamUserEnabled", payload=IamUserStatePayload, heard_by=("notifications", "gateway")
)
MailChangeRequested = IDENTITY.event(
    "MailChangeRequested", payload=MailChangeRequestedPayload, heard_by=("notifications",)
)
MailChangeLinkIssued = IDENTITY.event(
    "MailChangeLinkIssued", payload=MailChangeLinkIssuedPayload, heard_by=("notifications",)
)
PasswordResetRequested = IDENTITY.event(
    "PasswordResetRequested", payload=PasswordResetRequestedPayload, heard_by=("notifications",)
)
PasswordSet = IDENTITY.event(
    "PasswordSet", payload=PasswordSetPayload, heard_by=("notifications", "gateway")
)
CredentialLocked = IDENTITY.event(
    "CredentialLocked", payload=CredentialLockedPayload, heard_by=("notifications",)
)
FailedLoginReset = IDENTITY.event(
    "FailedLoginReset", payload=FailedLoginResetPayload, heard_by=("notifications",)
)
StaffAnnounced = IDENTITY.event(
    "StaffAnnounced", payload=StaffAnnouncedPayload, heard_by=("notifications",)
)
StaffAppointed = IDENTITY.event(
    "StaffAppointed", payload=StaffAppointedPayload, heard_by=("gateway", "notifications")
)
