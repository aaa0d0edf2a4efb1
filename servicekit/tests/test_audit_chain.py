"""Any change to a chain is found out."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from servicekit import audit
from servicekit.audit import BEGINNING, Act, AuditEntry, Head, next_entry, verify
from servicekit.plain import plain

pytestmark = pytest.mark.unit

TENANT = "OCB0000001"
PINNED = "de82c72fc2b0e36e6710a00b76f00b3192ecfe484e29567089880b17e30a79ab"
texts = st.text(max_size=12)
details = st.dictionaries(
    texts,
    st.none() | st.booleans() | st.integers() | texts | st.lists(texts, max_size=2),
    max_size=3,
)
acts = st.builds(
    Act,
    at=st.datetimes(timezones=st.just(UTC)),
    actor_kind=st.sampled_from(["person", "client", "service"]),
    actor=texts,
    act=st.none() | texts,
    action=st.just("notes:note:added"),
    target=texts,
    details=details,
    reason=st.none() | texts,
    call_id=texts,
)


def chained(some: list[Act]) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    head = Head(0, BEGINNING)
    for act in some:
        entries.append(next_entry(TENANT, head, act))
        head = Head(entries[-1].sequence, entries[-1].hash)
    return entries


chains = st.lists(acts, min_size=1, max_size=5).map(chained)


def end_of(entries: list[AuditEntry]) -> Head:
    return Head(entries[-1].sequence, entries[-1].hash)


@given(chains)
def test_an_untouched_chain_verifies(entries: list[AuditEntry]) -> None:
    found = verify(entries, tenant=TENANT, head=end_of(entries))
    assert (found.verified, found.entries, found.head) == (True, len(entries), entries[-1].hash)


@given(chains, st.data())
def test_any_changed_field_is_found_out(entries: list[AuditEntry], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from([field.name for field in fields(AuditEntry)]))
    forged = replace(entries[index], **{name: another(getattr(entries[index], name), data)})
    assume(forged != entries[index])
    tampered = [*entries[:index], forged, *entries[index + 1 :]]
    found = verify(tampered, tenant=TENANT, head=end_of(entries))
    assert (found.verified, found.broken_at) == (False, index + 1)


def another(value: Any, data: st.DataObject) -> Any:
    if isinstance(value, datetime):
        return data.draw(st.datetimes(timezones=st.just(UTC)))
    if isinstance(value, int):
        return data.draw(st.integers(0, 9))
    if isinstance(value, dict):
        return data.draw(details)
    return data.draw(texts)


@given(chains, st.data())
def test_a_dropped_or_doubled_or_swapped_entry_is_found_out(
    entries: list[AuditEntry], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    dropped = entries[:index] + entries[index + 1 :]
    doubled = entries[: index + 1] + entries[index:]
    swapped = [*entries[1:], entries[0]]
    for tampered in (dropped, doubled, *([swapped] if len(entries) > 1 else [])):
        assert not verify(tampered, tenant=TENANT, head=end_of(entries)).verified


@given(chains)
def test_a_chain_belongs_to_one_tenant(entries: list[AuditEntry]) -> None:
    assert not verify(entries, tenant="OCB0000002").verified


@given(st.lists(acts, min_size=2, max_size=5), st.integers(0, 4))
def test_a_rewritten_tail_does_not_meet_the_known_head(some: list[Act], at: int) -> None:
    at %= len(some)
    honest = chained(some)
    forged = [*some[:at], replace(some[at], actor=some[at].actor + "x"), *some[at + 1 :]]
    assert not verify(chained(forged), tenant=TENANT, head=end_of(honest)).verified


@given(chains, st.integers(1, 4))
def test_a_part_verifies_after_the_head_before_it(entries: list[AuditEntry], at: int) -> None:
    assume(at < len(entries))
    assert verify(entries[at:], tenant=TENANT, after=end_of(entries[:at])).verified
    assert not verify(entries[at:], tenant=TENANT).verified


def test_the_same_instant_in_another_zone_has_the_same_hash() -> None:
    from datetime import timezone

    act = example()
    paris = replace(act, at=act.at.astimezone(timezone(timedelta(hours=1))))
    assert audit.entry_hash(TENANT, 1, BEGINNING, act) == audit.entry_hash(
        TENANT, 1, BEGINNING, paris
    )


def test_the_hash_never_changes() -> None:
    """Chains of years must verify: this value is written down, not computed."""
    assert audit.entry_hash(TENANT, 1, BEGINNING, example()) == PINNED


def example() -> Act:
    return Act(
        at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        actor_kind="person",
        actor="person-1",
        act=None,
        action="notes:note:added",
        target="note-1",
        details={"é": [1, None, True], "a": "b"},
        reason="asked by phone",
        call_id="call-1",
    )


def test_details_hold_no_float() -> None:
    with pytest.raises(TypeError, match="float"):
        plain({"amount": 1.5})


def export(tmp_path: Path, entries: list[AuditEntry]) -> Path:
    items = [
        {field.name: plain(getattr(entry, field.name)) for field in fields(entry)}
        for entry in entries
    ]
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"tenant": TENANT, "items": items}), encoding="utf-8")
    return path


def test_an_export_is_verified_offline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = chained([example(), example()])
    assert audit.main(["verify", str(export(tmp_path, entries))]) == 0
    assert f"{TENANT}: 2 entries, verified, head {entries[-1].hash}" in capsys.readouterr().out
    forged = [replace(entries[0], actor="x"), entries[1]]
    assert audit.main(["verify", str(export(tmp_path, forged))]) == 1
    assert "BROKEN at entry 1" in capsys.readouterr().out
    assert audit.main(["verify", str(tmp_path / "none.json")]) == 2
    assert audit.main([]) == 2
