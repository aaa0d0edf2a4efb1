"""The link by which somebody says that it was not he who did what a mail tells him."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.identity import LinkPurpose, NotMe
from identity.actions.links import issue_link
from identity.clients.sealing import Sealer
from identity.domain.links import mailbox_of
from identity.domain.names import name_key
from identity.store import persons
from servicekit.db import Tx


@dataclass(frozen=True, slots=True)
class NotMeLink:
    sealed_link: str = field(repr=False)
    email: str  # the mailbox that it is for, and no other


def issue_not_me_link(
    tx: Tx, *, sealer: Sealer, credential_id: UUID, person_id: UUID, about: NotMe, now: datetime
) -> NotMeLink:
    """To be mailed to the person's present address; ``credential_id``: what it makes worthless.

    One of a kind is open for a mailbox: whoever changes the address and then the password ends no
    link that the former mailbox has, and the address goes back to it.
    """
    email = persons.get_person(tx, person_id=person_id).email
    link = issue_link(
        tx,
        sealer=sealer,
        credential_id=credential_id,
        purpose=LinkPurpose.NOT_ME,
        topic=f"{about.value}@{mailbox_of(name_key(email))}",
        payload={"email": email},
        now=now,
    )
    return NotMeLink(link.sealed_link, email)
