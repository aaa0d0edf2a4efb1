"""Another e-mail address: asked for by the person, confirmed by who reads the new mailbox."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.identity import LinkPurpose, MailChangeLinkIssued, MailChangeRequested, NotMe
from identity.actions.callers import person_of
from identity.actions.chains import chains_of
from identity.actions.change_account import tell_changed
from identity.actions.links import issue_link
from identity.actions.not_me_links import issue_not_me_link
from identity.actions.read_link import read_link
from identity.actions.registering import check_not_reserved
from identity.clients.sealing import Sealer
from identity.domain.links import Link, check_mail_changes, mailbox_of
from identity.domain.names import name_key
from identity.domain.people import Person
from identity.store import credentials, iam_users, links, persons, users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict, NotFound
from servicekit.pseudonyms import person_target

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MailWasChanged:
    person_id: UUID
    user_name: str
    email: str


def request_mail_change(
    *, db: Database, sealer: Sealer, context: Context, now: datetime, email: str
) -> dict[str, str]:
    """Whose the address is, is not asked here: the answer and the work are the same for each.
    Only a few links a day go to mailboxes that nobody has confirmed yet."""
    person_id = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        person = persons.get_person(tx, person_id=person_id)
        credential_id = credentials.get_portal_credential(tx, person_id=person_id).credential_id
        credentials.get_state(tx, credential_id=credential_id)
        asked = links.count_issued(
            tx, credential_id=credential_id, purpose=LinkPurpose.MAIL_CHANGE, since=now - _DAY
        )
        check_mail_changes(asked)
        link = issue_link(
            tx,
            sealer=sealer,
            credential_id=credential_id,
            purpose=LinkPurpose.MAIL_CHANGE,
            payload={"new_email": email},
            now=now,
        )
        _tell_requested(tx, sealer=sealer, person=person, credential_id=credential_id, now=now)
        tx.emit(
            MailChangeLinkIssued,
            at=now,
            person_id=person_id,
            login=person.login,
            new_email=email,
            sealed_link=link.sealed_link,
            expires_at=link.expires_at,
        )
        return tx.answer({})


def _tell_requested(
    tx: Tx, *, sealer: Sealer, person: Person, credential_id: UUID, now: datetime
) -> None:
    """With a link for the present address, by which it can be taken back later, too."""
    _record(tx, "account:mail:change-requested", person_id=person.person_id, now=now)
    not_me = issue_not_me_link(
        tx,
        sealer=sealer,
        credential_id=credential_id,
        person_id=person.person_id,
        about=NotMe.MAIL,
        now=now,
    )
    tx.emit(
        MailChangeRequested,
        at=now,
        person_id=person.person_id,
        login=person.login,
        requested_at=now,
        not_me_link=not_me.sealed_link,
        email=not_me.email,
    )


def confirm_mail_change(
    *, db: Database, context: Context, now: datetime, token: str
) -> MailWasChanged:
    """Links that were mailed to the address before end. Of two people who confirm one address the
    first has it; the other's link stays, should the first give the address up."""
    link = read_link(db=db, now=now, token=token, purposes={LinkPurpose.MAIL_CHANGE})
    with db.write(context, tenant=EVERYONE) as tx:
        credentials.get_state(tx, credential_id=link.credential_id)
        if not links.change_used(tx, link_id=link.link_id, at=now):
            raise NotFound("link-not-usable")
        before = persons.get_person_to_change(tx, person_id=link.person_id)
        after = replace(before, email=_new_email(link))
        check_not_reserved(tx, email=after.email, now=now, but_for=after.person_id)
        put_email(tx, before=before, after=after)
        links.change_all_ended(tx, person_id=after.person_id, at=now)
        if link.by_staff:  # the mailbox before is lost: whoever has it must not take this back
            mailbox = mailbox_of(name_key(after.email))
            links.change_not_me_ended(tx, person_id=after.person_id, at=now, mailbox=mailbox)
        _record(tx, "account:mail:changed", person_id=after.person_id, now=now)
        tell_changed(tx, person=after, now=now)
        return tx.answer(MailWasChanged(after.person_id, after.login, after.email))


def _new_email(link: Link) -> str:
    if link.new_email is None:
        raise LookupError("a link to change an address names none")
    return link.new_email


def put_email(tx: Tx, *, before: Person, after: Person) -> None:
    """Wherever it stands: Conflict("email-taken") where it is somebody else's."""
    _put_on_person(tx, after=after)
    _put_on_iam_users(tx, before=before, after=after)


def take_email_back(tx: Tx, *, before: Person, after: Person) -> None:
    """Conflict("email-taken"), and nothing changed, where another person bears it; an IAM user who
    bears it in some domain stands in nobody's way."""
    _put_on_person(tx, after=after)
    with suppress(Conflict):
        _put_on_iam_users(tx, before=before, after=after)


def _put_on_person(tx: Tx, *, after: Person) -> None:
    persons.change_email(
        tx, person_id=after.person_id, email=after.email, email_key=name_key(after.email)
    )
    users.change_own_keys(tx, person=after)


def _put_on_iam_users(tx: Tx, *, before: Person, after: Person) -> None:
    iam_users.change_email(
        tx,
        person_id=after.person_id,
        before_key=name_key(before.email),
        email=after.email,
        email_key=name_key(after.email),
    )


def _record(tx: Tx, action: str, *, person_id: UUID, now: datetime) -> None:
    for chain in chains_of(tx, person_id=person_id, tenant=None):
        tx.record(action, target=person_target(person_id), tenant=chain, at=now)
