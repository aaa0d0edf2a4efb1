"""What identity tells of locks that staff opened, and of logins that somebody else had used."""

from __future__ import annotations

from contracts.codes import CredentialKind
from contracts.fields import Choice, Flag, Id, Instant, Login, Strict, Tenant
from contracts.identity.contract import IDENTITY


class PortalLoginUnlockedPayload(Strict):
    person_id = Id(required=True)
    user_name = Login(required=True)
    was_locked = Flag(required=True)


class LoginDisownedPayload(Strict):
    """ "It was not me": the password opens nothing any more, and every session must end."""

    person_id = Id(required=True)
    credential = Choice(CredentialKind, required=True)
    tenant = Tenant(required=True, allow_none=True)
    disowned_at = Instant(required=True)


PortalLoginUnlocked = IDENTITY.event(
    "PortalLoginUnlocked", payload=PortalLoginUnlockedPayload, heard_by=("notifications",)
)
LoginDisowned = IDENTITY.event("LoginDisowned", payload=LoginDisownedPayload, heard_by=("gateway",))
