"""What staff ask of all people, and erasing one, reads no large table from end to end either."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from services.identity.tests.actions.staffing import acting, appoint
from services.identity.tests.store.test_plans import Plans, crowd  # noqa: F401 - a fixture

from contracts.codes import StaffRole
from identity.actions.close_login import disable_person, enable_person
from identity.actions.erase_person import erase_person
from identity.actions.export_person import export_person
from identity.actions.find_persons import find_persons
from identity.actions.read_person_file import get_person_file, name_people
from identity.actions.request_erasure import ERASE, get_erasure, request_erasure
from servicekit.db import EVERYONE
from servicekit.due import DueRunner

pytestmark = pytest.mark.servers


def test_no_statement_of_staff_reads_a_large_table_from_end_to_end(
    crowd: Any,  # noqa: F811
    person: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    john = crowd
    bob = appoint(john, person("Bob", "Help"), StaffRole.SUPPORT)
    other = UUID(john.rows("SELECT md5('p7')::uuid::text AS id")[0]["id"])
    leaving = UUID(john.rows("SELECT md5('p8')::uuid::text AS id")[0]["id"])
    with john.db.write(john.gateway(), tenant=EVERYONE) as tx:
        tx.run("DELETE FROM offices WHERE person_id = %(id)s", {"id": leaving})
        tx.run(
            "DELETE FROM memberships WHERE person_id = %(id)s AND section = 'users'",
            {"id": leaving},
        )
    plans = Plans(monkeypatch)
    for search in ("person.12", "p12@example", "f12", "p123"):
        asked = {"db": john.db, "context": john.gateway(), "search": search, "limit": 20}
        first = find_persons(**asked, cursor=None)
        if first.next_cursor:
            find_persons(**asked, cursor=first.next_cursor)
    get_person_file(**acting(john, bob), person_id=other)
    targets = [f"person:{other}", f"iam-user:{john.iam_user_id()}"]
    for chain in ("-", "OCB0001234"):
        name_people(db=john.db, context=john.gateway(), chain=chain, targets=targets)
    disable_person(**acting(john, bob), person_id=other)
    enable_person(**acting(john, bob), person_id=other)
    export_person(db=john.db, context=john.gateway(), person_id=other)
    get_erasure(db=john.db, context=john.person(leaving))
    request_erasure(**acting(john, leaving))
    john.pass_time(days=7)
    runner = DueRunner(
        john.db, john.clock, {ERASE: lambda item: erase_person(db=john.db, item=item)}
    )
    assert runner.step()
    assert john.events("PersonErased")
    assert plans.seen > 40
    found = "\n".join(f"{table}: {words}" for table, words in sorted(set(plans.scans)))
    assert found == ""
