"""My account: names, mobile number, and the language of pages and mails."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import Enum

from contracts.codes import Language
from contracts.identity import Account as ShownAccount
from contracts.identity import PersonChanged
from identity.actions.callers import person_of
from identity.actions.read_people import account_of
from identity.domain.people import Account, Person
from identity.store import iam_users, persons, users
from servicekit.context import Context
from servicekit.db import EVERYONE, Database, Tx
from servicekit.editions import demand_edition
from servicekit.pseudonyms import person_target


class Unchanged(Enum):
    """Of what may also be taken away."""

    UNCHANGED = "unchanged"


def change_account(
    *,
    db: Database,
    context: Context,
    now: datetime,
    language: Language | None = None,
    given_name: str | None = None,
    family_name: str | None = None,
    mobile: str | Unchanged | None = Unchanged.UNCHANGED,
    edition: str | None = None,
) -> Account:
    person_id = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        before = persons.get_person_to_change(tx, person_id=person_id)
        if edition is not None:
            present = account_of(tx, person_id=person_id, now=now)
            demand_edition(edition, shown_as=ShownAccount, present=present)
        after = replace(
            before,
            language=language or before.language,
            given_name=given_name or before.given_name,
            family_name=family_name or before.family_name,
            mobile=before.mobile if isinstance(mobile, Unchanged) else mobile,
        )
        if after != before:
            _change(tx, before=before, after=after, now=now)
        return tx.answer(account_of(tx, person_id=person_id, now=now))


def _change(tx: Tx, *, before: Person, after: Person, now: datetime) -> None:
    persons.change_person(tx, person=after)
    if after.full_name != before.full_name:
        users.change_own_keys(tx, person=after)
    if after.mobile != before.mobile:
        iam_users.change_own_mobile(
            tx, person_id=after.person_id, before=before.mobile, after=after.mobile
        )
    changed = [
        what
        for what in ("given_name", "family_name", "mobile", "language")
        if getattr(before, what) != getattr(after, what)
    ]
    tx.record(
        "account:language:changed" if changed == ["language"] else "account:data:changed",
        target=person_target(after.person_id),
        details={"to": after.language.value} if changed == ["language"] else {"changed": changed},
        at=now,
    )
    tell_changed(tx, person=after, now=now)


def tell_changed(tx: Tx, *, person: Person, now: datetime) -> None:
    tx.emit(
        PersonChanged,
        at=now,
        person_id=person.person_id,
        login=person.login,
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        language=person.language,
    )
