"""A person becomes known, is welcomed, joins a tenant: steps of several journeys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import TenantCode
from contracts.identity import (
    IamUserCreated,
    LinkPurpose,
    PersonRegistered,
    TenantJoined,
    UserInvited,
    WelcomeLinkIssued,
)
from identity.actions.links import issue_link
from identity.clients.sealing import Sealer
from identity.domain.links import LIFETIMES, check_invitations, mailbox_of
from identity.domain.names import (
    login_stem,
    name_key,
    numbered_logins,
)
from identity.domain.people import NewPerson, Person
from identity.domain.roles import Roles, opens_console
from identity.store import credentials, iam_users, links, persons, users
from servicekit.db import Tx
from servicekit.errors import Conflict
from servicekit.ids import new_id
from servicekit.pseudonyms import iam_user_target, person_target

_DAY = timedelta(days=1)


def register(tx: Tx, *, new: NewPerson, now: datetime) -> tuple[Person, bool]:
    """The person with this e-mail, and whether he is new. A login he has already stays his.

    Conflict("login-taken") when a login is asked for that somebody else bears;
    Conflict("email-taken") where somebody may take the address back.
    """
    email_key = name_key(new.email)
    known = persons.find_by_email(tx, email_key=email_key)
    if known is not None:
        return known, False
    check_not_reserved(tx, email=new.email, now=now)
    stem = None if new.login else _stem(new)
    for number, login in _logins(tx, new=new, stem=stem):
        person = _person(new, login=login)
        if persons.add_person(
            tx,
            person=person,
            login_key=name_key(login),
            login_stem=stem,
            login_number=number,
            email_key=email_key,
            registered_at=now,
        ):
            _tell_registered(tx, person=person, now=now)
            return person, True
        # Somebody else was faster: with the e-mail, then it is the same person; or with the login.
        known = persons.find_by_email(tx, email_key=email_key)
        if known is not None:
            return known, False
    raise Conflict("login-taken")


def register_second(tx: Tx, *, first: Person, now: datetime) -> Person:
    """A second login of somebody: by his names, at his address, with a login and a password of its
    own. He is locked, and has none."""
    new = NewPerson(
        email=first.email,
        given_name=first.given_name,
        family_name=first.family_name,
        language=first.language,
    )
    stem = _stem(new)
    for number, login in _logins(tx, new=new, stem=stem):
        person = _person(new, login=login)
        if persons.add_person(
            tx,
            person=person,
            login_key=name_key(login),
            login_stem=stem,
            login_number=number,
            email_key=name_key(new.email),
            registered_at=now,
            second_of=first.person_id,
        ):
            _tell_registered(tx, person=person, now=now)
            return person
    raise Conflict("login-taken")


def is_free(tx: Tx, *, email: str, now: datetime) -> bool:
    """Whether ``register`` has a person for it, or may make one."""
    key = name_key(email)
    if persons.find_by_email(tx, email_key=key) is not None:
        return True
    return not links.is_reserved(tx, mailbox=mailbox_of(key), now=now)


def check_not_reserved(tx: Tx, *, email: str, now: datetime, but_for: UUID | None = None) -> None:
    """Who lost an address to somebody else has a week to take it back: until then it is nobody's.
    Refused like an address that somebody bears."""
    mailbox = mailbox_of(name_key(email))
    if links.is_reserved(tx, mailbox=mailbox, now=now, but_for=but_for):
        raise Conflict("email-taken")


def _stem(new: NewPerson) -> str:
    return login_stem(given_name=new.given_name, family_name=new.family_name, email=new.email)


def _logins(tx: Tx, *, new: NewPerson, stem: str | None) -> Iterator[tuple[int | None, str]]:
    """The one asked for, or those made from the name, from the first that seems free."""
    if new.login is not None or stem is None:
        return iter([(None, new.login or "")])
    first = persons.find_last_login_number(tx, stem=stem) + 1
    return numbered_logins(stem, first=first)


def _person(new: NewPerson, *, login: str) -> Person:
    return Person(
        person_id=new_id(),
        login=login,
        email=new.email,
        given_name=new.given_name,
        family_name=new.family_name,
        mobile=new.mobile,
        language=new.language,
        enabled=True,
    )


def _tell_registered(tx: Tx, *, person: Person, now: datetime) -> None:
    credentials.add_portal_credential(tx, credential_id=new_id(), person_id=person.person_id)
    tx.emit(
        PersonRegistered,
        at=now,
        person_id=person.person_id,
        login=person.login,
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        language=person.language,
    )


def welcome(
    tx: Tx, *, sealer: Sealer, person: Person, tenant: TenantCode | None, now: datetime
) -> bool:
    """Send the link that sets the first portal password; False to somebody who has one."""
    credential = credentials.get_portal_credential(tx, person_id=person.person_id)
    if credential.hash is not None:
        return False
    credential_id, purpose = credential.credential_id, LinkPurpose.WELCOME
    if tenant is not None:
        _check_sent(tx, credential_id=credential_id, purpose=purpose, tenant=tenant, now=now)
    link = issue_link(
        tx,
        sealer=sealer,
        credential_id=credential_id,
        purpose=purpose,
        payload=None if tenant is None else {"tenant": tenant},
        now=now,
    )
    tx.emit(
        WelcomeLinkIssued,
        at=now,
        person_id=person.person_id,
        tenant=tenant,
        login=person.login,
        sealed_link=link.sealed_link,
        expires_at=link.expires_at,
    )
    tx.record(
        "links:welcome:sent",
        target=person_target(person.person_id),
        details={"purpose": "welcome"},
        at=now,
    )
    return True


def _check_sent(
    tx: Tx, *, credential_id: UUID, purpose: LinkPurpose, tenant: TenantCode, now: datetime
) -> None:
    credentials.get_state(tx, credential_id=credential_id)  # its lock orders two counts at once
    sent = links.count_issued_by(
        tx, credential_id=credential_id, purpose=purpose, tenant=tenant, since=now - _DAY
    )
    check_invitations(sent)


def join(
    tx: Tx,
    *,
    sealer: Sealer,
    tenant: TenantCode,
    person: Person,
    typed: NewPerson,
    newly_registered: bool,
    roles: Roles,
    invited_by: Person | None,
    now: datetime,
    accepts: bool = False,
) -> bool:
    """Make the person a user of the tenant; False where he is one already.

    Somebody who had a login before is shown as ``typed`` until he accepts: to know an e-mail
    must not be enough to learn whose it is. No ``invited_by``: the provider. ``accepts``: it is
    his own doing, so that nobody asks him.
    """
    asked = not newly_registered and not accepts
    purpose = LinkPurpose.INVITATION if asked else LinkPurpose.WELCOME
    inviter_id, inviter = _named(invited_by)
    joined = users.add_user(
        tx,
        tenant=tenant,
        person=person,
        typed=typed if asked else None,
        at=now,
        invited_until=None if accepts else now + LIFETIMES[purpose],
        invited_by=inviter_id,
    )
    if not joined:
        return False
    users.change_roles(tx, tenant=tenant, person_id=person.person_id, roles=roles)
    tell_joined(
        tx, tenant=tenant, person=person, roles=roles, new=newly_registered, asked=asked, now=now
    )
    welcome(tx, sealer=sealer, person=person, tenant=tenant, now=now)
    if asked:
        send_invitation(
            tx,
            sealer=sealer,
            tenant=tenant,
            person_id=person.person_id,
            roles=roles,
            invited_by_name=inviter,
            now=now,
        )
    return True


def _named(inviter: Person | None) -> tuple[UUID | None, str | None]:
    return (None, None) if inviter is None else (inviter.person_id, inviter.full_name)


def tell_joined(
    tx: Tx,
    *,
    tenant: TenantCode,
    person: Person,
    roles: Roles,
    new: bool,
    asked: bool,
    now: datetime,
) -> None:
    tx.emit(
        TenantJoined,
        at=now,
        person_id=person.person_id,
        tenant=tenant,
        roles=roles,
        newly_registered=new,
        joined_at=now,
        invited=asked,
    )


def send_invitation(
    tx: Tx,
    *,
    sealer: Sealer,
    tenant: TenantCode,
    person_id: UUID,
    roles: Roles,
    invited_by_name: str | None,
    now: datetime,
) -> None:
    """The link by which somebody who has a login accepts the contract, or declines it."""
    credential = credentials.get_portal_credential(tx, person_id=person_id)
    credential_id, purpose = credential.credential_id, LinkPurpose.INVITATION
    _check_sent(tx, credential_id=credential_id, purpose=purpose, tenant=tenant, now=now)
    link = issue_link(
        tx,
        sealer=sealer,
        credential_id=credential_id,
        purpose=purpose,
        topic=tenant,
        now=now,
    )
    tx.emit(
        UserInvited,
        at=now,
        person_id=person_id,
        tenant=tenant,
        roles=roles,
        invited_by_name=invited_by_name,
        sealed_link=link.sealed_link,
        expires_at=link.expires_at,
    )


def provide_iam_user(
    tx: Tx,
    *,
    sealer: Sealer,
    tenant: TenantCode,
    person: Person,
    roles: Roles,
    mobile: str | None,
    now: datetime,
) -> bool:
    """Give the person an IAM user in the domain if his roles open the console and he has none.

    False, and nothing done, where another user of the domain bears the mobile number.
    """
    person_id = person.person_id
    if not opens_console(roles):
        return True
    if iam_users.find_iam_user_id(tx, tenant=tenant, person_id=person_id) is not None:
        return True
    iam_user_id = _add_iam_user(tx, tenant=tenant, person=person, mobile=mobile, now=now)
    if iam_user_id is None:
        return False
    credential_id = new_id()
    credentials.add_api_credential(
        tx, credential_id=credential_id, person_id=person_id, iam_user_id=iam_user_id
    )
    tell_created(
        tx,
        sealer=sealer,
        tenant=tenant,
        person_id=person_id,
        user_name=person.login,
        iam_user_id=iam_user_id,
        credential_id=credential_id,
        now=now,
    )
    return True


def _add_iam_user(
    tx: Tx, *, tenant: TenantCode, person: Person, mobile: str | None, now: datetime
) -> UUID | None:
    """His id; None where another user of the domain bears the mobile number."""
    iam_user_id = new_id()
    added = iam_users.add_iam_user(
        tx,
        iam_user_id=iam_user_id,
        tenant=tenant,
        person=person,
        user_name_key=name_key(person.login),
        email_key=name_key(person.email),
        mobile=mobile,
        at=now,
    )
    return iam_user_id if added else None


def tell_created(
    tx: Tx,
    *,
    sealer: Sealer,
    tenant: TenantCode,
    person_id: UUID,
    user_name: str,
    iam_user_id: UUID,
    credential_id: UUID,
    now: datetime,
) -> None:
    """With the link that sets the API password; to tell it again is to mail it again."""
    link = issue_link(
        tx,
        sealer=sealer,
        credential_id=credential_id,
        purpose=LinkPurpose.CONSOLE_WELCOME,
        payload={"tenant": tenant},
        now=now,
    )
    tx.emit(
        IamUserCreated,
        at=now,
        iam_user_id=iam_user_id,
        person_id=person_id,
        tenant=tenant,
        user_name=user_name,
        sealed_link=link.sealed_link,
        expires_at=link.expires_at,
    )
    tx.record(
        "links:welcome:sent",
        target=iam_user_target(iam_user_id),
        details={"purpose": "console_welcome"},
        tenant=tenant,
        at=now,
    )
