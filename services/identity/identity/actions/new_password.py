"""A new password: is it good enough, and what follows when it takes the place of the old one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import CredentialKind, TenantCode
from contracts.identity import NotMe, PasswordSet
from identity.actions.chains import chains_of
from identity.actions.not_me_links import issue_not_me_link
from identity.clients.hashing import Hasher
from identity.clients.sealing import Sealer
from identity.domain.attempts import Method, PasswordAct, Visit
from identity.domain.passwords import PasswordRules, objections, refuse_password
from identity.store import credentials, links, policies, sign_ins
from identity.store.credentials import CredentialState
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.pseudonyms import credential_target


@dataclass(frozen=True, slots=True)
class PasswordBearer:
    """Whose password it is: the IAM user's of an API password, else the person's."""

    credential_id: UUID
    person_id: UUID
    user_name: str
    iam_user_id: UUID | None = None
    tenant: TenantCode | None = None

    @property
    def credential(self) -> CredentialKind:
        return CredentialKind.PORTAL if self.iam_user_id is None else CredentialKind.API


def examine(
    *,
    hasher: Hasher,
    rules: PasswordRules,
    password: str,
    user_name: str,
    names: Sequence[str],
    field: str = "password",
    more: Sequence[str] = (),
) -> None:
    """Refuse it with all that can be said without knowing an older one; ``more``: said already."""
    found = objections(
        rules,
        password=password,
        user_name=user_name,
        guessable=hasher.estimate(password, names=names),
    )
    if found or more:
        refuse_password(field=field, codes=[*found, *more])


def hashed_unless_used(
    *,
    db: Database,
    hasher: Hasher,
    context: Context,
    rules: PasswordRules,
    credential_id: UUID,
    password: str,
) -> tuple[list[str], str | None]:
    """Codes, or the new hash. For who has proved himself: else it would tell a stranger whether
    he has guessed.

    One hash each for the current one and ``history_count`` former ones, outside any transaction.
    """
    with db.read(tenant=EVERYONE, context=context) as tx:
        used = policies.get_used_hashes(tx, credential_id=credential_id, limit=rules.history_count)
    if used.current is not None and hasher.verify(used.current, password):
        return ["password-unchanged"], None
    if any(hasher.verify(hash, password) for hash in used.former):
        return [f"password-reused:{rules.history_count}"], None
    return [], hasher.hash(password)


def good_hash(
    *,
    db: Database,
    hasher: Hasher,
    context: Context,
    rules: PasswordRules,
    credential_id: UUID,
    password: str,
    user_name: str,
    names: Sequence[str],
) -> str:
    """Of a password against which nothing speaks, for who has proved himself otherwise."""
    with hasher.place():
        examine(hasher=hasher, rules=rules, password=password, user_name=user_name, names=names)
        used, hash = hashed_unless_used(
            db=db,
            hasher=hasher,
            context=context,
            rules=rules,
            credential_id=credential_id,
            password=password,
        )
    if hash is None:
        refuse_password(field="password", codes=used)
    return hash


def replace_password(
    tx: Tx, *, state: CredentialState, hash: str, rules: PasswordRules, now: datetime
) -> None:
    """The lock ends, and so does every other open link of the credential; the old password is
    kept where the policy refuses former ones."""
    credential_id = state.credential_id
    credentials.change_guard(tx, credential_id=credential_id, guard=state.guard.reset())
    credentials.change_password(tx, credential_id=credential_id, hash=hash, changed_at=now)
    policies.add_former_hash(
        tx, credential_id=credential_id, hash=state.hash, at=now, keep=rules.history_count
    )
    links.change_ended(tx, credential_id=credential_id, at=now)


def tell_password_set(
    tx: Tx,
    *,
    sealer: Sealer,
    bearer: PasswordBearer,
    act: PasswordAct,
    visit: Visit,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """History, trail, and the fact by which its bearer has a mail with "it was not me"."""
    sign_ins.add_sign_in(
        tx,
        at=now,
        method=Method.of(bearer.credential),
        outcome=act,
        person_id=bearer.person_id,
        iam_user_id=bearer.iam_user_id,
        visit=visit,
    )
    action = f"{bearer.credential}:{act.value.replace('-', ':')}"
    target = credential_target(person_id=bearer.person_id, iam_user_id=bearer.iam_user_id)
    for chain in chains_of(tx, person_id=bearer.person_id, tenant=bearer.tenant):
        tx.record(action, target=target, details=details, tenant=chain, at=now)
    not_me = issue_not_me_link(
        tx,
        sealer=sealer,
        credential_id=bearer.credential_id,
        person_id=bearer.person_id,
        about=NotMe.PASSWORD,
        now=now,
    )
    tx.emit(
        PasswordSet,
        at=now,
        person_id=bearer.person_id,
        credential=bearer.credential,
        tenant=bearer.tenant,
        user_name=bearer.user_name,
        set_at=now,
        not_me_link=not_me.sealed_link,
        email=not_me.email,
    )
