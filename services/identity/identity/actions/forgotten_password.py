"""Forgotten password: the same answer, by the same work, whether or not there is such a user."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import CredentialKind, TenantCode
from contracts.identity import LinkPurpose, PasswordResetRequested
from identity.actions.chains import chains_of
from identity.actions.doors import scope_of
from identity.actions.links import issue_link
from identity.clients.sealing import Sealer
from identity.domain.attempts import Method, PasswordAct, Visit, decoy_name
from identity.domain.names import mobile_key, name_key
from identity.domain.throttle import Doorstep, turn_away
from identity.store import credentials, guesses, links, sign_ins
from identity.store.credentials import CredentialBearer
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.due import DueItem
from servicekit.ids import new_id
from servicekit.pseudonyms import credential_target

RESET = "password-reset:requested"  # kind of due work
# Asking again sooner sends no second mail: a stranger who keeps asking leaves the link just
# mailed usable, and the mailbox in peace.
_AGAIN_AFTER = timedelta(minutes=15)


def request_password_reset(
    *,
    db: Database,
    context: Context,
    now: datetime,
    credential: CredentialKind,
    identifier: str,
    domain: str | None,
    visit: Visit,
    doorstep: Doorstep,
) -> dict[str, str]:
    """One statement looks, one leaves a note; the mail follows from the note. Each time counts
    for the address that asks.

    One note of a credential at a time, of a decoy where nobody bears the name: asking a thousand
    times leaves no more work than asking once. Decoys serve all domains, so the note is nobody's.
    """
    with db.write(context, tenant=EVERYONE) as tx:
        guesses.hold_doorstep(tx, doorstep=doorstep)
        turn_away(doorstep, guesses.get_pressure(tx, doorstep=doorstep))
        guesses.add_guess(tx, guess_id=new_id(), doorstep=doorstep)
        found = str(_find(tx, credential=credential, identifier=identifier, domain=domain))
        note = {"credential_id": found, "address": visit.address, "device": visit.device}
        tx.schedule(RESET, due_at=now, key=found, payload=note)
    return {}


def _find(tx: Tx, *, credential: CredentialKind, identifier: str, domain: str | None) -> UUID:
    """In one statement; a decoy where nobody bears the name."""
    if credential is CredentialKind.PORTAL:
        return credentials.get_portal_credential_id(
            tx, identifier_key=name_key(identifier), decoy=decoy_name(identifier)
        )
    _, code = scope_of(domain or "")
    return credentials.get_api_credential_id(
        tx,
        domain=code,
        identifier_key=name_key(identifier),
        mobile=mobile_key(identifier),
        decoy=decoy_name(code, identifier),
    )


def issue_reset_link(*, db: Database, sealer: Sealer, item: DueItem) -> None:
    """The runner takes the note off afterwards, in a moment that is as short for a decoy: who
    asks again meanwhile waits for nothing that only a known name brings. Twice is like once."""
    note, now = item.payload, item.due_at
    if note["credential_id"] is None:  # left by a version that had no decoys here
        return
    credential_id = UUID(note["credential_id"])
    with db.write(item.context, tenant=EVERYONE) as tx:
        bearer = credentials.find_bearer(tx, credential_id=credential_id)
        if bearer is None:
            return
        credentials.get_state(tx, credential_id=credential_id)  # one at a time
        _remember(tx, bearer=bearer, visit=Visit(note.get("address"), note.get("device")), now=now)
        open_since = links.find_issued_at(
            tx, credential_id=credential_id, purpose=LinkPurpose.RESET
        )
        if open_since is None or now - open_since >= _AGAIN_AFTER:
            send_reset_link(tx, sealer=sealer, bearer=bearer, now=now)


def _remember(tx: Tx, *, bearer: CredentialBearer, visit: Visit, now: datetime) -> None:
    sign_ins.add_sign_in(
        tx,
        at=now,
        method=Method.of(bearer.credential),
        outcome=PasswordAct.RESET_REQUESTED,
        person_id=bearer.person_id,
        iam_user_id=bearer.iam_user_id,
        visit=visit,
    )


def send_reset_link(
    tx: Tx,
    *,
    sealer: Sealer,
    bearer: CredentialBearer,
    now: datetime,
    email: str | None = None,
    asked_by: TenantCode | None = None,
) -> None:
    """``email``: a mailbox that has proved to be his, where it may not be his address.
    ``asked_by``: the domain that sends it to its user, for whom it counts."""
    link = issue_link(
        tx,
        sealer=sealer,
        credential_id=bearer.credential_id,
        purpose=LinkPurpose.RESET,
        payload=None if asked_by is None else {"tenant": asked_by},
        now=now,
    )
    for chain in chains_of(tx, person_id=bearer.person_id, tenant=bearer.tenant):
        tx.record(
            f"{bearer.credential}:password:reset-requested",
            target=credential_target(person_id=bearer.person_id, iam_user_id=bearer.iam_user_id),
            tenant=chain,
            at=now,
        )
    tx.emit(
        PasswordResetRequested,
        at=now,
        person_id=bearer.person_id,
        credential=bearer.credential,
        tenant=bearer.tenant,
        user_name=bearer.user_name,
        sealed_link=link.sealed_link,
        expires_at=link.expires_at,
        email=email or bearer.email,
    )
