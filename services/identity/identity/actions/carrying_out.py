"""What each kind of recovery act needs, and does."""

from __future__ import annotations

from datetime import datetime

from contracts.identity import LinkPurpose, MailChangeLinkIssued, RecoveryKind
from identity.actions.close_login import open_login
from identity.actions.drop_factors import drop_factors
from identity.actions.links import issue_link
from identity.actions.registering import check_not_reserved
from identity.actions.request_erasure import check_may_be_erased, start_erasure
from identity.clients.sealing import Sealer
from identity.domain.names import name_key
from identity.domain.person_files import PersonRow
from identity.domain.recoveries import RecoveryRow
from identity.store import credentials, factors, person_files, persons
from servicekit.db import Tx
from servicekit.errors import Conflict


def check_fit(
    tx: Tx, *, kind: RecoveryKind, row: PersonRow, new_email: str | None, now: datetime
) -> None:
    """Raises Conflict where there is nothing to recover, or something stands against it."""
    if row.erased_at is not None:
        raise Conflict("person-erased")
    match kind:
        case RecoveryKind.RESET_FACTORS:
            if not factors.get_factors(tx, person_id=row.person_id).count:
                raise Conflict("no-factors")
        case RecoveryKind.CHANGE_EMAIL:
            key = name_key(new_email or "")
            if persons.find_by_email(tx, email_key=key) is not None:
                raise Conflict("email-taken")
            check_not_reserved(tx, email=new_email or "", now=now, but_for=row.person_id)
        case RecoveryKind.ENABLE_PERSON:
            if row.enabled:
                raise Conflict("person-enabled")
        case RecoveryKind.ERASE_PERSON:
            check_may_be_erased(tx, person_id=row.person_id)


def carry_out(tx: Tx, *, sealer: Sealer, recovery: RecoveryRow, now: datetime) -> None:
    person_id = recovery.person_id
    match recovery.kind:
        case RecoveryKind.RESET_FACTORS:
            drop_factors(tx, sealer=sealer, person_id=person_id, now=now)
        case RecoveryKind.CHANGE_EMAIL:
            _mail_the_new_address(tx, sealer=sealer, recovery=recovery, now=now)
        case RecoveryKind.ENABLE_PERSON:
            open_login(tx, person_id=person_id, now=now)
        case RecoveryKind.ERASE_PERSON:
            start_erasure(tx, person_id=person_id, by_staff=True, now=now)


def _mail_the_new_address(tx: Tx, *, sealer: Sealer, recovery: RecoveryRow, now: datetime) -> None:
    """The link proves that he reads the new mailbox: only then is it his."""
    assert recovery.new_email is not None
    row = person_files.get_row(tx, person_id=recovery.person_id)
    credential = credentials.get_portal_credential(tx, person_id=recovery.person_id)
    link = issue_link(
        tx,
        sealer=sealer,
        credential_id=credential.credential_id,
        purpose=LinkPurpose.MAIL_CHANGE,
        now=now,
        payload={"new_email": recovery.new_email, "by_staff": True},
    )
    tx.emit(
        MailChangeLinkIssued,
        at=now,
        person_id=row.person_id,
        login=row.login,
        new_email=recovery.new_email,
        sealed_link=link.sealed_link,
        expires_at=link.expires_at,
    )
