"""Forgotten password: the same answer, by the same work, whether or not there is such a user."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import CredentialKind
from contracts.identity import LinkPurpose, PasswordResetRequested
from identity.actions.chains import chains_of
from identity.actions.links import issue_link
from identity.actions.sign_in import scope_of
from identity.clients.sealing import Sealer
from identity.domain.names import mobile_key, name_key
from identity.store import credentials, links
from servicekit.context import Context
from servicekit.db import EVERYONE, Database
from servicekit.due import DueItem
from servicekit.ids import new_id

RESET = "password-reset:requested"  # kind of due work
_AGAIN_AFTER = timedelta(seconds=60)  # asking again sooner sends no second mail


def request_password_reset(
    *,
    db: Database,
    context: Context,
    now: datetime,
    credential: CredentialKind,
    identifier: str,
    domain: str | None,
) -> dict[str, str]:
    """One statement looks, one leaves a note; the mail follows from the note."""
    scope, code = scope_of(domain or "") if credential is CredentialKind.API else (EVERYONE, "")
    with db.write(context, tenant=scope) as tx:
        if credential is CredentialKind.PORTAL:
            found = credentials.find_portal_credential_id(tx, identifier_key=name_key(identifier))
        else:
            found = credentials.find_api_credential_id(
                tx,
                domain=code,
                identifier_key=name_key(identifier),
                mobile=mobile_key(identifier),
            )
        tx.schedule(
            RESET,
            due_at=now,
            key=str(new_id()),
            payload={"credential_id": None if found is None else str(found)},
        )
    return {}


def issue_reset_link(*, db: Database, sealer: Sealer, item: DueItem) -> None:
    credential_id = item.payload["credential_id"]
    now = item.due_at
    with db.write(item.context, tenant=item.tenant or EVERYONE) as tx:
        if not tx.settle(item) or credential_id is None:
            return
        bearer = credentials.find_bearer(tx, credential_id=UUID(credential_id))
        if bearer is None:
            return
        open_since = links.find_issued_at(
            tx, credential_id=bearer.credential_id, purpose=LinkPurpose.RESET
        )
        if open_since is not None and now - open_since < _AGAIN_AFTER:
            return
        link = issue_link(
            tx,
            sealer=sealer,
            credential_id=bearer.credential_id,
            purpose=LinkPurpose.RESET,
            now=now,
        )
        for chain in chains_of(tx, person_id=bearer.person_id, tenant=bearer.tenant):
            tx.record(
                f"{bearer.credential}:password:reset-requested",
                target=bearer.user_name,
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
        )
