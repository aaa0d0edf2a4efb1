"""What identity's events say. The events themselves are declared in ``contracts.identity``."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from contracts.codes import CredentialKind, Language, Role, Section, StaffRole
from contracts.fields import (
    Choice,
    Email,
    Flag,
    Id,
    Instant,
    Login,
    Many,
    Strict,
    Table,
    Tenant,
    Text,
    Whole,
)


def roles_by_section(**options: Any) -> Table:
    """Roles by section, ``{"invoices": "visitor"}``."""
    return Table(keys=Choice(Section), values=Choice(Role), **options)


_SEALED = {"description": "Sealed with the installation's seal key; never in the clear on a wire."}
_MAILBOX = {"description": "Where its mail goes, whatever the reader's address has become since."}


class PersonRegisteredPayload(Strict):
    person_id = Id(required=True)
    login = Login(required=True)
    email = Email(required=True)
    given_name = Text(required=True)
    family_name = Text(required=True)
    language = Choice(Language, required=True)


class PersonChangedPayload(PersonRegisteredPayload):
    pass


class WelcomeLinkIssuedPayload(Strict):
    """A person may now set the first portal password. ``tenant`` is null for staff."""

    person_id = Id(required=True)
    tenant = Tenant(required=True, allow_none=True)
    login = Login(required=True)
    sealed_link = Text(maximum=1024, required=True, metadata=_SEALED)
    expires_at = Instant(required=True)


class TenantJoinedPayload(Strict):
    person_id = Id(required=True)
    tenant = Tenant(required=True)
    roles = roles_by_section(required=True)
    newly_registered = Flag(required=True)
    joined_at = Instant(required=True)
    invited = Flag(
        load_default=False, metadata={"description": "An invitation goes to him beside this."}
    )


class MembershipPayload(Strict):
    person_id = Id(required=True)
    tenant = Tenant(required=True)


class Leaving(StrEnum):
    """How somebody came to be no user of a tenant any more."""

    REMOVED = "removed"
    LEFT = "left"
    DECLINED = "declined"


class AcceptedPayload(MembershipPayload):
    """What a contract does to somebody who has never accepted it reaches nothing else of his."""

    accepted = Flag(
        load_default=True, metadata={"description": "He had accepted the contract, or it made him."}
    )


class TenantLeftPayload(AcceptedPayload):
    how = Choice(Leaving, load_default=Leaving.REMOVED)
    by_management = Flag(
        load_default=False,
        metadata={
            "description": "He was a user by multi-tenant management: one mail tells of all of it."
        },
    )


class SecondLoginEstablishedPayload(Strict):
    """A second login sees and changes all tenants of an organisation from now on. The link sets
    its first password; null where it has one from before."""

    management_id = Id(required=True)
    organisation_id = Id(required=True)
    organisation_name = Text(required=True)
    person_id = Id(required=True, metadata={"description": "Of the second login."})
    first_person_id = Id(required=True, metadata={"description": "Whose second login it is."})
    login = Login(required=True)
    sealed_link = Text(maximum=1024, required=True, allow_none=True, metadata=_SEALED)
    expires_at = Instant(required=True, allow_none=True)


class RolesChangedPayload(AcceptedPayload):
    roles = roles_by_section(
        load_default=None, allow_none=True, metadata={"description": "As they are now."}
    )


class UserChangedPayload(AcceptedPayload):
    """``names``, ``mobile``: what was changed; never to what."""

    names = Flag(required=True)
    mobile = Flag(required=True)


class UserInvitedPayload(MembershipPayload):
    """Somebody who has a login is asked to accept a contract. No inviter: the provider."""

    roles = roles_by_section(required=True)
    invited_by_name = Text(required=True, allow_none=True)
    sealed_link = Text(maximum=1024, required=True, metadata=_SEALED)
    expires_at = Instant(required=True)


class InvitationAnsweredPayload(MembershipPayload):
    """``name``: as the tenant may call him now."""

    accepted = Flag(required=True)
    name = Text(required=True)
    invited_by = Id(required=True, allow_none=True)


class MailChangeRequestedPayload(Strict):
    """For a word to the address he has: somebody signed in as him wants another one."""

    person_id = Id(required=True)
    login = Login(required=True)
    requested_at = Instant(required=True)
    not_me_link = Text(maximum=1024, load_default=None, allow_none=True, metadata=_SEALED)
    email = Email(load_default=None, allow_none=True, metadata=_MAILBOX)


class MailChangeLinkIssuedPayload(Strict):
    """For the new address, which whoever reads it there confirms."""

    person_id = Id(required=True)
    login = Login(required=True)
    new_email = Email(required=True)
    sealed_link = Text(maximum=1024, required=True, metadata=_SEALED)
    expires_at = Instant(required=True)


class IamUserStatePayload(MembershipPayload):
    iam_user_id = Id(required=True)
    user_name = Login(required=True)
    idle_days = Whole(
        load_default=None,
        allow_none=True,
        metadata={"description": "Disabled by the tenant's rule, after so many without a sign-in."},
    )


class ConsoleChangedPayload(Strict):
    """The technical console of a contract is closed to everybody, or open again."""

    tenant = Tenant(required=True)
    changed_at = Instant(required=True)


class TenantPeopleEstablishedPayload(Strict):
    tenant = Tenant(required=True)
    referent_id = Id(required=True)
    referent_login = Login(required=True)
    domain_owner_id = Id(required=True)
    domain_owner_login = Login(required=True)


class IamUserCreatedPayload(Strict):
    iam_user_id = Id(required=True)
    person_id = Id(required=True)
    tenant = Tenant(required=True)
    user_name = Login(required=True)
    sealed_link = Text(maximum=1024, required=True, metadata=_SEALED)
    expires_at = Instant(required=True)


class PasswordResetRequestedPayload(Strict):
    person_id = Id(required=True)
    credential = Choice(CredentialKind, required=True)
    tenant = Tenant(required=True, allow_none=True)
    user_name = Text(required=True)
    sealed_link = Text(maximum=1024, required=True, metadata=_SEALED)
    expires_at = Instant(required=True)
    email = Email(load_default=None, allow_none=True, metadata=_MAILBOX)


class PasswordSetPayload(Strict):
    person_id = Id(required=True)
    credential = Choice(CredentialKind, required=True)
    tenant = Tenant(required=True, allow_none=True)
    user_name = Text(required=True)
    set_at = Instant(required=True)
    not_me_link = Text(maximum=1024, load_default=None, allow_none=True, metadata=_SEALED)
    email = Email(load_default=None, allow_none=True, metadata=_MAILBOX)


class CredentialLockedPayload(Strict):
    person_id = Id(required=True)
    credential = Choice(CredentialKind, required=True)
    tenant = Tenant(required=True, allow_none=True)
    user_name = Text(required=True)
    locked_until = Instant(required=True)
    not_me_link = Text(maximum=1024, load_default=None, allow_none=True, metadata=_SEALED)
    email = Email(load_default=None, allow_none=True, metadata=_MAILBOX)


class FailedLoginResetPayload(Strict):
    person_id = Id(required=True)
    iam_user_id = Id(required=True)
    tenant = Tenant(required=True)
    user_name = Login(required=True)
    reset_by = Text(required=True, metadata={"description": "A login, for people to read."})
    reset_by_person_id = Id(load_default=None, allow_none=True)


class StaffAppointedPayload(Strict):
    person_id = Id(required=True)
    roles = Many(Choice(StaffRole), required=True)


class StaffAnnouncedPayload(Strict):
    """To whom it is told: ``person_id``, one of the operators."""

    person_id = Id(required=True)
    login = Login(required=True, metadata={"description": "Of who was appointed."})
    roles = Many(Choice(StaffRole), required=True)
    appointed_by_name = Text(required=True, metadata={"description": "For people to read."})
    appointed_at = Instant(required=True)
