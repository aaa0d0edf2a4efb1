"""Identity and Access Management: an IAM user is disabled, enabled, sent his link again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from contracts.codes import Office, TenantCode
from contracts.declare import Event
from contracts.identity import IamUserDisabled, IamUserEnabled, LinkPurpose
from identity.actions.callers import person_id_of_caller, person_of
from identity.actions.forgotten_password import send_reset_link
from identity.actions.registering import tell_created
from identity.clients.sealing import Sealer
from identity.domain.links import check_password_links
from identity.domain.people import IamUser, IamUserRow
from identity.domain.roles import check_no_office, check_not_oneself
from identity.store import credentials, iam_users, links, tenants
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import NotFound
from servicekit.pseudonyms import iam_user_target

_DAY = timedelta(days=1)


def disable_iam_user(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, iam_user_id: UUID
) -> IamUser:
    """No way opens the domain's console to him; the rest of the contract stays open."""
    caller = person_id_of_caller(context)
    with db.write(context, tenant=tenant) as tx:
        tenants.lock_tenant(tx, tenant=tenant)  # nobody becomes domain owner meanwhile
        user = iam_users.get_iam_user(tx, tenant=tenant, iam_user_id=iam_user_id)
        check_not_oneself(caller=caller, person_id=user.person_id)
        check_no_office([Office.DOMAIN_OWNER] if user.is_domain_owner else [])
        if user.disabled_at is not None:
            return tx.answer(user.at(now))
        iam_users.change_disabled(tx, tenant=tenant, iam_user_id=iam_user_id, at=now, by=caller)
        return tx.answer(_told(tx, user=user, event=IamUserDisabled, act="disabled", now=now))


def enable_iam_user(
    *, db: Database, context: Context, now: datetime, tenant: TenantCode, iam_user_id: UUID
) -> IamUser:
    with db.write(context, tenant=tenant) as tx:
        user = iam_users.get_iam_user(tx, tenant=tenant, iam_user_id=iam_user_id)
        if user.disabled_at is None:
            return tx.answer(user.at(now))
        iam_users.change_enabled(tx, tenant=tenant, iam_user_id=iam_user_id, at=now)
        return tx.answer(_told(tx, user=user, event=IamUserEnabled, act="enabled", now=now))


def _told(tx: Tx, *, user: IamUserRow, event: Event, act: str, now: datetime) -> IamUser:
    tx.record(f"iam:user:{act}", target=iam_user_target(user.iam_user_id), at=now)
    tx.emit(
        event,
        at=now,
        person_id=user.person_id,
        tenant=user.tenant,
        iam_user_id=user.iam_user_id,
        user_name=user.user_name,
    )
    found = iam_users.get_iam_user(tx, tenant=user.tenant, iam_user_id=user.iam_user_id)
    return found.at(now)


def send_console_welcome_again(
    *,
    db: Database,
    sealer: Sealer,
    context: Context,
    now: datetime,
    tenant: TenantCode,
    iam_user_id: UUID,
) -> dict[str, str]:
    """The welcome to the console; to who has an API password, the link that sets another."""
    with db.write(context, tenant=tenant) as tx:
        user = iam_users.get_iam_user(tx, tenant=tenant, iam_user_id=iam_user_id)
        _send_link(tx, sealer=sealer, user=user, now=now)
        return tx.answer({})


def request_own_api_password_link(
    *, db: Database, sealer: Sealer, context: Context, now: datetime, iam_user_id: UUID
) -> dict[str, str]:
    """To one's own mailbox, for one's own IAM user; the portal password has no part in it."""
    with db.write(context, tenant=EVERYONE) as tx:
        tenant = iam_users.find_domain_of_own(
            tx, person_id=person_of(context), iam_user_id=iam_user_id
        )
        if tenant is None:
            raise NotFound("iam-user-unknown")
        user = iam_users.get_iam_user(tx, tenant=tenant, iam_user_id=iam_user_id)
        _send_link(tx, sealer=sealer, user=user, now=now)
        return tx.answer({})


def _send_link(tx: Tx, *, sealer: Sealer, user: IamUserRow, now: datetime) -> None:
    purpose = LinkPurpose.RESET if user.api_password_set else LinkPurpose.CONSOLE_WELCOME
    credentials.get_state(tx, credential_id=user.credential_id)  # orders two counts at once
    sent = links.count_issued_by(
        tx,
        credential_id=user.credential_id,
        purpose=purpose,
        tenant=user.tenant,
        since=now - _DAY,
    )
    check_password_links(sent)
    if not user.api_password_set:
        tell_created(
            tx,
            sealer=sealer,
            tenant=user.tenant,
            person_id=user.person_id,
            user_name=user.user_name,
            iam_user_id=user.iam_user_id,
            credential_id=user.credential_id,
            now=now,
        )
        return
    bearer = credentials.find_bearer(tx, credential_id=user.credential_id)
    assert bearer is not None
    send_reset_link(tx, sealer=sealer, bearer=bearer, now=now, asked_by=user.tenant)
