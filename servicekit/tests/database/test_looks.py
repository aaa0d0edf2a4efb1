"""Each look of who sees a tenant as its user does is in that tenant's trail, and is found there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from contracts import identity, tenancy
from contracts.audit import AuditEntries, Looks
from contracts.declare import Call
from contracts.rights import Caller, CallerKind, Grant
from servicekit import audit
from servicekit.clock import SystemClock
from servicekit.db import EVERYONE, Database, Tx
from servicekit.looks import list_looks, list_own_looks
from servicekit.reasons import record_reading

pytestmark = pytest.mark.servers

SEEN, OPERATOR = UUID(int=1), UUID(int=2)
GRANT, OTHER = UUID(int=3), UUID(int=4)


@pytest.fixture
def looking(notes: Any) -> Any:
    def look(grant: UUID = GRANT) -> Any:
        caller = Caller(
            CallerKind.PERSON,
            str(SEEN),
            tenant=notes.acme,
            tenants=frozenset({notes.acme}),
            act=f"person:{OPERATOR}",
            grant=Grant(str(grant), notes.acme),
        )
        return notes.context(caller=caller)

    return look


def record(db: Database, call: Call, context: Any, **asked: Any) -> None:
    record_reading(db, SystemClock(), call, context, asked)


def of_grant(db: Database, tenant: Any, grant: UUID = GRANT, **more: Any) -> dict[str, Any]:
    asked = {"limit": 50, "cursor": None, **more}
    return audit.list_entries(db=db, tenant=tenant, grant=grant, **asked)


def test_a_look_says_who_looked_as_whom_by_which_grant_at_what(
    db: Database, notes: Any, looking: Any
) -> None:
    record(db, tenancy.get_contract, looking(), tenant=notes.acme)
    record(db, identity.get_user, looking(), tenant=notes.acme, person_id=SEEN)
    record(db, tenancy.get_contract, looking(OTHER), tenant=notes.acme)
    first, second = of_grant(db, notes.acme)["items"]
    assert (first.action, first.actor, first.act, first.target) == (
        "impersonation:data:read",
        str(SEEN),
        f"person:{OPERATOR}",
        notes.acme,
    )
    assert first.details == {"call": "tenancy.get_contract", "grant": str(GRANT)}
    assert second.target == f"person:{SEEN}"
    assert second.details["person_id"] == str(SEEN)
    assert AuditEntries().dump(of_grant(db, notes.acme))["items"][0]["act"] == first.act
    assert audit.verify_chain(db=db, tenant=notes.acme).verified


def test_a_list_that_names_no_tenant_is_looked_at_in_the_one_that_is_seen(
    db: Database, notes: Any, looking: Any
) -> None:
    context = looking()
    nowhere = replace(context, caller=replace(context.caller, tenant=None))
    record(db, tenancy.list_contracts, nowhere, limit=50)
    [entry] = of_grant(db, notes.acme)["items"]
    assert entry.details["call"] == "tenancy.list_contracts"
    assert not of_grant(db, notes.globex)["items"]


def test_asking_for_another_grants_looks_is_no_look_by_that_grant(
    db: Database, notes: Any, looking: Any
) -> None:
    record(db, tenancy.list_audit_entries, looking(), tenant=notes.acme, grant=OTHER)
    assert not of_grant(db, notes.acme, OTHER)["items"]
    assert len(of_grant(db, notes.acme)["items"]) == 1


def test_nobody_else_leaves_such_an_entry(db: Database, notes: Any, looking: Any) -> None:
    plain = replace(looking().caller, act="billing", grant=None)
    record(db, tenancy.get_contract, notes.context(caller=plain), tenant=notes.acme)
    assert not audit.list_entries(db=db, tenant=notes.acme, limit=5, cursor=None)["items"]


def looks(notes: Any, db: Database, tenant: Any, grant: UUID = GRANT, **more: Any) -> Any:
    asked = {"tenant": tenant, "grant_id": grant, "limit": 50, "cursor": None, **more}
    return list_looks(db=db, context=notes.context(), **asked)


def own_looks(notes: Any, db: Database, reader: UUID, tenant: Any) -> Any:
    context = notes.context(caller=Caller(CallerKind.PERSON, str(reader)))
    asked = {"tenant": tenant, "grant_id": GRANT, "limit": 50, "cursor": None}
    return list_own_looks(db=db, context=context, **asked)["items"]


def test_who_may_know_of_a_grant_reads_when_what_and_by_whom_and_no_more(
    db: Database, notes: Any, looking: Any
) -> None:
    record(db, tenancy.get_contract, looking(), tenant=notes.acme)
    record(db, identity.get_user, looking(), tenant=notes.acme, person_id=UUID(int=77))
    with db.write(notes.context(), tenant=notes.acme) as tx:
        given = {"grant": GRANT, "reason": "secret"}
        tx.record("impersonation:grant:given", target="a", details=given, at=notes.noon)
    first, second = Looks().dump(looks(notes, db, notes.acme))["items"]
    assert set(first) == {"sequence", "at", "call", "operator"}
    assert (first["sequence"], first["call"]) == (1, "tenancy.get_contract")
    assert first["operator"] == f"person:{OPERATOR}"
    assert second["call"] == "identity.get_user"
    assert str(UUID(int=77)) not in str(second)


def test_nobody_reads_the_looks_of_another_tenant_or_of_another_grant(
    db: Database, notes: Any, looking: Any
) -> None:
    record(db, tenancy.get_contract, looking(), tenant=notes.acme)
    record(db, tenancy.get_contract, looking(OTHER), tenant=notes.acme)
    assert len(looks(notes, db, notes.acme)["items"]) == 1
    assert looks(notes, db, notes.globex)["items"] == []
    assert looks(notes, db, notes.acme, UUID(int=9))["items"] == []


def test_who_was_seen_reads_it_and_neither_another_person_nor_who_looked(
    db: Database, notes: Any, looking: Any
) -> None:
    record(db, tenancy.get_contract, looking(), tenant=notes.acme)
    [look] = own_looks(notes, db, SEEN, notes.acme)
    assert look.operator == f"person:{OPERATOR}"
    assert own_looks(notes, db, SEEN, notes.globex) == []
    for stranger in (OPERATOR, UUID(int=55)):
        assert own_looks(notes, db, stranger, notes.acme) == []


def test_looks_are_found_by_the_grant_among_thousands_of_entries(
    db: Database, notes: Any, looking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.write(notes.context(), tenant=notes.acme) as tx:
        for _ in range(3000):
            tx.record("notes:note:added", target="a", at=notes.noon)
    record(db, tenancy.get_contract, looking(), tenant=notes.acme)
    plans: list[str] = []
    original = Tx._execute

    def execute(tx: Tx, cursor: Any, sql: str, params: Any) -> Any:
        if "house.audit_entries" in sql and "EXPLAIN" not in sql:
            plans.append(str(tx.value("EXPLAIN (FORMAT JSON) " + sql, params)))
        return original(tx, cursor, sql, params)

    monkeypatch.setattr(Tx, "_execute", execute)
    assert len(looks(notes, db, notes.acme)["items"]) == 1
    assert len(own_looks(notes, db, SEEN, notes.acme)) == 1
    assert ["audit_entries_grant_idx" in plan for plan in plans] == [True, True], plans


def test_looks_of_a_grant_are_read_in_pages(db: Database, notes: Any, looking: Any) -> None:
    for _ in range(3):
        record(db, tenancy.get_contract, looking(), tenant=notes.acme)
    page = looks(notes, db, notes.acme, limit=2)
    assert [look.sequence for look in page["items"]] == [1, 2]
    rest = looks(notes, db, notes.acme, cursor=page["next_cursor"])
    assert [look.sequence for look in rest["items"]] == [3]
    assert rest["next_cursor"] is None


def test_looks_are_read_in_pages_from_an_index_of_their_own(
    db: Database, notes: Any, looking: Any
) -> None:
    with db.write(notes.context(), tenant=notes.acme) as tx:
        for _ in range(3000):
            tx.record("notes:note:added", target="a", at=notes.noon)
    for _ in range(3):
        record(db, tenancy.get_contract, looking(), tenant=notes.acme)
    page = of_grant(db, notes.acme, limit=2)
    assert len(page["items"]) == 2
    assert len(of_grant(db, notes.acme, cursor=page["next_cursor"])["items"]) == 1
    with db.read(tenant=EVERYONE) as tx:
        plan = tx.rows(
            "EXPLAIN SELECT sequence FROM house.audit_entries WHERE tenant = %(tenant)s"
            " AND grant_id = %(grant)s AND sequence > 0 ORDER BY sequence LIMIT 3",
            {"tenant": notes.acme, "grant": str(GRANT)},
            dict,
        )
    assert any("audit_entries_grant_idx" in row["QUERY PLAN"] for row in plan), plan
