"""The link by which somebody says that it was not he who did what a mail tells him."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from contracts.identity import LinkPurpose, NotMe
from identity.actions.links import IssuedLink, issue_link
from identity.clients.sealing import Sealer
from identity.domain.names import name_key
from identity.store import persons
from servicekit.db import Tx


def issue_not_me_link(
    tx: Tx, *, sealer: Sealer, credential_id: UUID, person_id: UUID, about: NotMe, now: datetime
) -> IssuedLink:
    """To be mailed to the person's present address; ``credential_id``: what it makes worthless.

    One of a kind is open for a mailbox: whoever changes the address and then the password ends no
    link that the former mailbox has, and the address goes back to it.
    """
    email = persons.get_person(tx, person_id=person_id).email
    mailbox = hashlib.sha256(name_key(email).encode()).hexdigest()[:16]
    return issue_link(
        tx,
        sealer=sealer,
        credential_id=credential_id,
        purpose=LinkPurpose.NOT_ME,
        topic=f"{about.value}@{mailbox}",
        payload={"email": email},
        now=now,
    )
