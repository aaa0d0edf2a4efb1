"""My account: the language of pages and mails."""

from __future__ import annotations

from datetime import datetime

from contracts.codes import Language
from contracts.identity import PersonChanged
from identity.actions.callers import person_of
from identity.actions.read_people import account_of
from identity.domain.people import Account
from identity.store import persons
from servicekit.context import Context
from servicekit.db import EVERYONE, Database


def change_account(*, db: Database, context: Context, now: datetime, language: Language) -> Account:
    person_id = person_of(context)
    with db.write(context, tenant=EVERYONE) as tx:
        persons.change_language(tx, person_id=person_id, language=language)
        person = persons.get_person(tx, person_id=person_id)
        tx.record(
            "account:language:changed",
            target=person.login,
            details={"to": language.value},
            at=now,
        )
        tx.emit(
            PersonChanged,
            at=now,
            person_id=person_id,
            login=person.login,
            email=person.email,
            given_name=person.given_name,
            family_name=person.family_name,
            language=language,
        )
        return tx.answer(account_of(tx, person_id=person_id, now=now))
