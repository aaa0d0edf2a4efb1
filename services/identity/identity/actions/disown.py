"""It was not me: the use of the link that mails about locks, passwords and factors carry.

What it does is what its bearer wants at that moment: every session ends, the password opens
nothing any more, and the way back in goes to his mailbox. After a mere lock nothing has happened
yet: then it only offers the way to a new password.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.codes import CredentialKind, TenantCode
from contracts.identity import LinkPurpose, LoginDisowned, NotMe
from identity.actions.chains import chains_of
from identity.actions.change_account import tell_changed
from identity.actions.change_mail import take_email_back
from identity.actions.drop_factors import drop_recent_factors
from identity.actions.forgotten_password import send_reset_link
from identity.actions.read_link import read_link
from identity.actions.request_erasure import stop_own_erasure
from identity.clients.sealing import Sealer
from identity.domain.attempts import Method, PasswordAct, Visit
from identity.domain.links import LIFETIMES, Link
from identity.domain.names import name_key
from identity.domain.throttle import Doorstep
from identity.store import credentials, links, persons, sign_ins
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict, NotFound
from servicekit.pseudonyms import credential_target


@dataclass(frozen=True, slots=True)
class Disowned:
    credential: CredentialKind
    user_name: str
    tenant: TenantCode | None
    blocked: bool


def disown(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    doorstep: Doorstep,
    token: str,
    visit: Visit,
) -> Disowned:
    link = read_link(
        db=db,
        now=now,
        token=token,
        purposes={LinkPurpose.NOT_ME},
        context=context,
        doorstep=doorstep,
    )
    with db.write(context, tenant=EVERYONE) as tx:
        blocks = link.about is not NotMe.LOCKED
        if blocks:  # before the credential: in the order of whoever changes factors meanwhile
            stop_own_erasure(tx, person_id=link.person_id, now=now)
            drop_recent_factors(tx, person_id=link.person_id, now=now)
            credentials.lock_all(tx, person_id=link.person_id)
        # The credential first, then its links: in the order of whoever issues one meanwhile.
        credentials.get_state(tx, credential_id=link.credential_id)
        if not links.change_used(tx, link_id=link.link_id, at=now):
            raise NotFound("link-not-usable")
        if blocks:
            _block(tx, link=link, now=now)
        _remember(tx, link=link, visit=visit, now=now)
        bearer = credentials.find_bearer(tx, credential_id=link.credential_id)
        if bearer is not None:
            # A lock has proved nothing: what then goes out, goes to his address of today.
            email = link.payload["email"] if blocks else None
            send_reset_link(tx, sealer=sealer, bearer=bearer, now=now, email=email)
        return tx.answer(Disowned(link.credential, link.user_name, link.tenant, blocks))


def _block(tx: Tx, *, link: Link, now: datetime) -> None:
    taken_back = _give_address_back(tx, link=link, now=now)
    links.change_not_me_ended(
        tx, person_id=link.person_id, at=now, mailbox=link.mailbox, later_than=link.link_id
    )
    credentials.remove_password(tx, credential_id=link.credential_id)
    _drop_recent_passwords(tx, link=link, taken_back=taken_back, now=now)
    links.change_all_ended(tx, person_id=link.person_id, at=now)
    tx.emit(
        LoginDisowned,
        at=now,
        person_id=link.person_id,
        credential=link.credential,
        tenant=link.tenant,
        disowned_at=now,
    )


def _drop_recent_passwords(tx: Tx, *, link: Link, taken_back: bool, now: datetime) -> None:
    """Who was in the portal could set API passwords; who changed the address, all of them."""
    if taken_back or link.credential is CredentialKind.PORTAL:
        credentials.remove_recent_passwords(
            tx,
            person_id=link.person_id,
            since=now - LIFETIMES[LinkPurpose.NOT_ME],
            api_only=not taken_back,
        )


def _give_address_back(tx: Tx, *, link: Link, now: datetime) -> bool:
    """To the mailbox that this link was sent to: else the way back in would go to the thief.
    Whether it was another one."""
    before = persons.get_person_to_change(tx, person_id=link.person_id)
    after = replace(before, email=link.payload["email"])
    changed = name_key(after.email) != name_key(before.email)
    if changed:
        with suppress(Conflict):  # somebody else bears it by now: blocking does not wait for it
            take_email_back(tx, before=before, after=after)
            tell_changed(tx, person=after, now=now)
    return changed


def _remember(tx: Tx, *, link: Link, visit: Visit, now: datetime) -> None:
    sign_ins.add_sign_in(
        tx,
        at=now,
        method=Method.of(link.credential),
        outcome=PasswordAct.DISOWNED,
        person_id=link.person_id,
        iam_user_id=link.iam_user_id,
        visit=visit,
        domain=link.tenant,
    )
    target = credential_target(person_id=link.person_id, iam_user_id=link.iam_user_id)
    for chain in chains_of(tx, person_id=link.person_id, tenant=link.tenant):
        tx.record(
            f"{link.credential}:password:disowned",
            target=target,
            details={"about": str(link.about)},
            tenant=chain,
            at=now,
        )
