"""It was not me: the use of the link that mails about locks, passwords and factors carry.

What it does is what its bearer wants at that moment: every session ends, the password opens
nothing any more, and the way back in goes to his mailbox. After a mere lock nothing has happened
yet: then it only offers the way to a new password.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.codes import CredentialKind, TenantCode
from contracts.identity import LinkPurpose, LoginDisowned, NotMe
from identity.actions.chains import chains_of
from identity.actions.change_account import tell_changed
from identity.actions.change_mail import put_email
from identity.actions.drop_factors import drop_recent_factors
from identity.actions.forgotten_password import send_reset_link
from identity.actions.pseudonyms import credential_target
from identity.actions.read_link import read_link
from identity.clients.sealing import Sealer
from identity.domain.attempts import Method, PasswordAct, Visit
from identity.domain.links import Link
from identity.domain.names import name_key
from identity.domain.throttle import Doorstep
from identity.store import credentials, links, persons, sign_ins
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound


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
            drop_recent_factors(tx, person_id=link.person_id, now=now)
        # The credential first, then its links: in the order of whoever issues one meanwhile.
        credentials.get_state(tx, credential_id=link.credential_id)
        if not links.change_used(tx, link_id=link.link_id, at=now):
            raise NotFound("link-not-usable")
        if blocks:
            _block(tx, link=link, now=now)
        _remember(tx, link=link, visit=visit, now=now)
        bearer = credentials.find_bearer(tx, credential_id=link.credential_id)
        if bearer is not None:
            send_reset_link(tx, sealer=sealer, bearer=bearer, now=now)
        return tx.answer(Disowned(link.credential, link.user_name, link.tenant, blocks))


def _block(tx: Tx, *, link: Link, now: datetime) -> None:
    _give_address_back(tx, link=link, now=now)
    credentials.remove_password(tx, credential_id=link.credential_id)
    links.change_all_ended(tx, person_id=link.person_id, at=now)
    tx.emit(
        LoginDisowned,
        at=now,
        person_id=link.person_id,
        credential=link.credential,
        tenant=link.tenant,
        disowned_at=now,
    )


def _give_address_back(tx: Tx, *, link: Link, now: datetime) -> None:
    """To the mailbox that this link was sent to: else the way back in would go to the thief."""
    before = persons.get_person_to_change(tx, person_id=link.person_id)
    after = replace(before, email=link.payload["email"])
    if name_key(after.email) != name_key(before.email):
        put_email(tx, before=before, after=after)
        tell_changed(tx, person=after, now=now)


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
