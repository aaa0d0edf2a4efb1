from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from contracts.audit import AuditEntries, AuditVerification
from servicekit import audit
from servicekit.db import EVERYONE, Database
from servicekit.errors import Invalid
from servicekit.postgres import psycopg

pytestmark = pytest.mark.servers


def record(db: Database, notes: Any, tenant: Any, *targets: str) -> None:
    with db.write(notes.context(reason="asked by phone"), tenant=tenant) as tx:
        for target in targets:
            tx.record(
                "notes:note:added", target=target, details={"n": 1, "é": [None]}, at=notes.noon
            )


def everything(db: Database, tenant: Any) -> list[audit.AuditEntry]:
    items: list[audit.AuditEntry] = audit.list_entries(
        db=db, tenant=tenant, limit=200, cursor=None
    )["items"]
    return items


def test_entries_follow_one_another_and_verify(db: Database, notes: Any) -> None:
    record(db, notes, notes.acme, "a", "b")
    record(db, notes, notes.acme, "c")
    record(db, notes, notes.globex, "z")
    entries = everything(db, notes.acme)
    assert [entry.target for entry in entries] == ["a", "b", "c"]
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert entries[0].previous_hash == audit.BEGINNING
    assert (entries[0].actor, entries[0].reason) == ("person-1", "asked by phone")
    found = audit.verify_chain(db=db, tenant=notes.acme)
    assert found == audit.Verification(3, entries[-1].hash, True, None)


def test_a_tenant_without_entries_verifies(db: Database, notes: Any) -> None:
    assert audit.verify_chain(db=db, tenant=notes.acme) == audit.Verification(0, None, True, None)


def test_answers_fit_the_contract(db: Database, notes: Any) -> None:
    record(db, notes, notes.acme, "a")
    page = audit.list_entries(db=db, tenant=notes.acme, limit=1, cursor=None)
    dumped = AuditEntries().dump(page)
    assert AuditEntries().load(dumped)["items"][0]["target"] == "a"
    found = audit.verify_chain(db=db, tenant=notes.acme)
    assert AuditVerification().dump(found)["verified"] is True


def test_the_trail_is_read_in_pages(db: Database, notes: Any) -> None:
    record(db, notes, notes.acme, *"abcde")
    seen, cursor = [], None
    while True:
        page = audit.list_entries(db=db, tenant=notes.acme, limit=2, cursor=cursor)
        seen += [entry.target for entry in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == list("abcde")


def test_a_cursor_nobody_gave_is_refused(db: Database, notes: Any) -> None:
    with pytest.raises(Invalid) as caught:
        audit.list_entries(db=db, tenant=notes.acme, limit=2, cursor="nonsense")
    assert caught.value.details == {"fields": {"cursor": ["cursor"]}}


def test_concurrent_appends_leave_no_gap(db: Database, notes: Any) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda n: record(db, notes, notes.acme, f"{n}a", f"{n}b"), range(60)))
    entries = everything(db, notes.acme)
    assert [entry.sequence for entry in entries] == list(range(1, 121))
    assert audit.verify_chain(db=db, tenant=notes.acme).verified


def test_concurrent_appends_to_several_chains_do_not_cross(db: Database, notes: Any) -> None:
    def both(number: int) -> None:
        chains = [notes.acme, notes.globex]
        with db.write(notes.context(), tenant=EVERYONE) as tx:
            for chain in chains if number % 2 else reversed(chains):
                tx.record(
                    "portal:sign-in:accepted", target=str(number), tenant=chain, at=notes.noon
                )

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(both, range(40)))
    assert audit.verify_chain(db=db, tenant=notes.acme).entries == 40
    assert audit.verify_chain(db=db, tenant=notes.globex).entries == 40


def test_acts_of_no_tenant_stand_in_the_house_chain(db: Database, notes: Any) -> None:
    record(db, notes, EVERYONE, "installation")
    assert audit.verify_chain(db=db, tenant=audit.HOUSE).entries == 1
    assert everything(db, notes.acme) == []


def test_a_tenant_cannot_write_into_anothers_trail(db: Database, notes: Any) -> None:
    with (
        pytest.raises(ValueError, match="trail of OCB0000002"),
        db.write(notes.context(), tenant=notes.acme) as tx,
    ):
        tx.record("notes:note:added", target="x", tenant=notes.globex, at=notes.noon)


def test_an_action_is_written_in_the_grammar(db: Database, notes: Any) -> None:
    with (
        pytest.raises(ValueError, match="source:subject:action"),
        db.write(notes.context(), tenant=notes.acme) as tx,
    ):
        tx.record("NoteAdded", target="x", at=notes.noon)


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE house.audit_entries SET actor = 'someone else' WHERE sequence = 2", 2),
        ("DELETE FROM house.audit_entries WHERE sequence = 2", 2),
        ("DELETE FROM house.audit_entries WHERE sequence = 3", 3),
        ("UPDATE house.audit_entries SET at = at + interval '1 microsecond' WHERE sequence = 1", 1),
    ],
)
def test_who_tampers_with_the_rows_is_found_out(
    db: Database, sample: Any, notes: Any, tampering: str, broken_at: int
) -> None:
    record(db, notes, notes.acme, "a", "b", "c")
    with psycopg.connect(sample.owner_url) as owner:
        owner.execute("SET guichet.tenant = '*'")
        owner.execute(tampering.encode())
    found = audit.verify_chain(db=db, tenant=notes.acme)
    assert (found.verified, found.broken_at) == (False, broken_at)


def test_a_long_chain_is_verified_in_parts(db: Database, notes: Any) -> None:
    record(db, notes, notes.acme, *"abcdefg")
    after, parts = 0, []
    while True:
        found = audit.verify_chain(db=db, tenant=notes.acme, after=after, most=3)
        assert found.verified
        parts.append((found.entries, found.next_after))
        if found.next_after is None:
            break
        after = found.next_after
    assert parts == [(3, 3), (6, 6), (7, None)]


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE house.audit_entries SET actor = 'someone else' WHERE sequence = 5", 5),
        ("DELETE FROM house.audit_entries WHERE sequence >= 5", 5),
        ("DELETE FROM house.audit_entries WHERE sequence = 4", 4),
    ],
)
def test_no_part_hides_what_was_tampered_with(
    db: Database, sample: Any, notes: Any, tampering: str, broken_at: int
) -> None:
    record(db, notes, notes.acme, *"abcdefg")
    with psycopg.connect(sample.owner_url) as owner:
        owner.execute("SET guichet.tenant = '*'")
        owner.execute(tampering.encode())
    first = audit.verify_chain(db=db, tenant=notes.acme, most=3)
    assert (first.verified, first.next_after) == (True, 3)
    second = audit.verify_chain(db=db, tenant=notes.acme, after=3, most=3)
    assert (second.verified, second.broken_at, second.next_after) == (False, broken_at, None)


def test_a_part_starts_behind_an_entry_there_is(db: Database, notes: Any) -> None:
    record(db, notes, notes.acme, "a")
    with pytest.raises(Invalid):
        audit.verify_chain(db=db, tenant=notes.acme, after=9)
