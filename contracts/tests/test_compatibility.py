"""Which changes older and newer parts can live with, and that ours are such."""

from __future__ import annotations

import copy
from enum import StrEnum
from typing import Any

import pytest

from contracts import compatibility
from contracts.codes import Office, Role, Section, StaffRole
from contracts.compatibility import Change, compare
from contracts.declare import Contract, Effect, Refusal, Route, get, post
from contracts.fields import Choice, Email, Many, Part, Strict, Table, Tenant, Text, Whole
from contracts.registry import CALLS, EVENTS
from contracts.rights import Right, by_office, gateway_only, in_tenant, listing, staff_only
from contracts.snapshot import PATH, Described, describe, read, right_of, written

pytestmark = pytest.mark.unit

ROUTE = get("/notes/{tenant}")
NEEDS = in_tenant("notes.read", Section.CONTRACT, Role.VISITOR, staff=(StaffRole.SUPPORT,))


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class MoreColours(StrEnum):
    RED = "red"
    BLUE = "blue"
    GREEN = "green"


class Inner(Strict):
    title = Text(required=True, maximum=64)


def note(**changed: Any) -> type[Strict]:
    """One schema for all three uses; None takes a field away."""
    declared = {
        "tenant": Tenant(required=True),
        "title": Text(required=True, maximum=64),
        "count": Whole(minimum=1, maximum=10, load_default=1),
        "colour": Choice(Colour, required=True),
        "inner": Part(Inner, required=True),
        "list": Many(Text(maximum=64), minimum=1, maximum=5, required=True),
        "table": Table(keys=Choice(Section), values=Choice(Role), required=True),
        "hint": Text(load_default=None, allow_none=True),
        **changed,
    }
    kept = {name: field for name, field in declared.items() if field is not None}
    return Strict.from_dict(kept, name="Note")  # type: ignore[return-value]


def promise(
    *,
    request: type[Strict] | None = None,
    answer: type[Strict] | None = None,
    payload: type[Strict] | None = None,
    right: Right = NEEDS,
    effect: Effect = Effect.READ,
    route: Route | None = ROUTE,
    refusals: tuple[Refusal, ...] = (Refusal("NotFound", "note-unknown"),),
    heard_by: tuple[str, ...] = ("identity", "tenancy"),
    step_up: bool = False,
    portal_only: bool = False,
) -> Described:
    contract = Contract("notes")
    contract.call(
        "get_note",
        request=request or note(),
        response=answer or note(),
        right=right,
        effect=effect,
        summary="A note.",
        refusals=refusals,
        route=route,
        step_up=step_up,
        portal_only=portal_only,
    )
    contract.event("NoteTaken", payload=payload or note(), heard_by=heard_by)
    return describe(calls=contract.calls.values(), events=contract.events.values())


def test_a_call_that_now_wants_a_fresh_proof_is_told_and_breaks_nobody() -> None:
    before, after = promise(), promise(step_up=True)
    assert broken(before, after) == []
    [change] = compare(before, after)
    assert "deploy the gateway" in change.what
    released_before = copy.deepcopy(before)
    del released_before["calls"]["notes.get_note"]["step_up"]
    assert compare(released_before, after) == [change]


def test_a_call_that_is_now_taken_from_the_portal_alone_breaks_applications() -> None:
    before, after = promise(), promise(portal_only=True)
    [change] = broken(before, after)
    assert "portal alone" in change.what
    del before["calls"]["notes.get_note"]["portal_only"]
    assert broken(before, after) == [change]
    assert broken(after, promise()) == []


def broken(old: Described, new: Described) -> list[Change]:
    return [change for change in compare(old, new) if change.breaks]


# --- fields, by where they stand: request, answer, event -----------------------------------------

BREAKS_ALL = {"request", "answer", "payload"}
FIELD_CHANGES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("field removed", {"title": None}, BREAKS_ALL),
    ("field added", {"new": Text(load_default="x")}, set()),
    ("required field added", {"new": Text(required=True)}, {"request", "payload"}),
    (
        "now required",
        {"count": Whole(minimum=1, maximum=10, required=True)},
        {"request", "payload"},
    ),
    ("no longer required", {"title": Text(maximum=64)}, {"answer", "payload"}),
    (
        "may now be null",
        {"title": Text(required=True, allow_none=True, maximum=64)},
        {"answer", "payload"},
    ),
    ("may no longer be null", {"hint": Text(load_default="x")}, {"request", "payload"}),
    ("changed from text to email", {"title": Email(required=True)}, {"request", "payload"}),
    ("changed from tenant to text", {"tenant": Text(required=True)}, {"answer", "payload"}),
    ("changed from text to whole", {"title": Whole(required=True)}, BREAKS_ALL),
    (
        "max changed from 64 to 32",
        {"title": Text(required=True, maximum=32)},
        {"request", "payload"},
    ),
    ("max changed from 64 to 128", {"title": Text(required=True, maximum=128)}, {"payload"}),
    (
        "min changed from 1 to 2",
        {"count": Whole(minimum=2, maximum=10, load_default=2)},
        {"request", "payload"},
    ),
    (
        "min changed from 1 to 0",
        {"count": Whole(minimum=0, maximum=10, load_default=1)},
        {"payload"},
    ),
    ("choice green added", {"colour": Choice(MoreColours, required=True)}, {"payload"}),
    (
        "default changed",
        {"count": Whole(minimum=1, maximum=10, load_default=2)},
        {"request"},
    ),
    (
        "max changed from 5 to 4",
        {"list": Many(Text(maximum=64), minimum=1, maximum=4, required=True)},
        {"request", "payload"},
    ),
    (
        "max changed from 64 to 8",
        {"list": Many(Text(maximum=8), minimum=1, maximum=5, required=True)},
        {"request", "payload"},
    ),
    (
        "changed from choice to text",
        {"table": Table(keys=Choice(Section), values=Text(), required=True)},
        {"answer", "payload"},
    ),
    (
        "field removed",
        {"inner": Part(Strict.from_dict({"other": Text(load_default="x")}), required=True)},
        BREAKS_ALL,
    ),
]


@pytest.mark.parametrize("use", sorted(BREAKS_ALL))
@pytest.mark.parametrize(("what", "changed", "breaks"), FIELD_CHANGES)
def test_a_changed_field_breaks_whom_it_breaks(
    what: str, changed: dict[str, Any], breaks: set[str], use: str
) -> None:
    old, new = promise(), promise(**{use: note(**changed)})
    # An answer names its default no more than what must be in it.
    expected = use in breaks
    assert bool(broken(old, new)) is expected
    if expected or what != "default changed":
        said = [change.what for change in compare(old, new)]
        plain = what.replace("required field added", "field added")
        assert [one for one in said if what in one or plain in one], said


def test_a_choice_taken_away_breaks_those_who_send_it() -> None:
    more, fewer = note(colour=Choice(MoreColours, required=True)), note()
    assert broken(promise(request=more), promise(request=fewer))
    assert broken(promise(payload=more), promise(payload=fewer))
    assert not broken(promise(answer=more), promise(answer=fewer))


# --- calls ----------------------------------------------------------------------------------------


def test_a_call_taken_away_breaks_and_a_new_one_does_not() -> None:
    old = promise()
    fewer = {"calls": {}, "events": old["events"]}
    assert [change.what for change in broken(old, fewer)] == ["call removed"]
    assert [str(change) for change in compare(fewer, old)] == ["notes.get_note: call added"]


@pytest.mark.parametrize(
    "route", [get("/other/{tenant}"), post("/notes/{tenant}"), Route("GET", "/notes/{tenant}", 202)]
)
def test_a_moved_route_breaks(route: Route) -> None:
    assert broken(promise(), promise(route=route))
    assert broken(promise(), promise(route=None))
    assert not broken(promise(route=None), promise(route=route))


def test_another_effect_breaks() -> None:
    assert broken(promise(), promise(effect=Effect.WRITE))


def test_a_code_keeps_its_kind() -> None:
    other_kind = (Refusal("Conflict", "note-unknown"),)
    another = (Refusal("NotFound", "note-unknown"), Refusal("Conflict", "note-locked"))
    assert broken(promise(), promise(refusals=other_kind))
    assert not broken(promise(), promise(refusals=another))
    assert not broken(promise(), promise(refusals=()))


# --- rights ---------------------------------------------------------------------------------------


def needs(
    section: Section = Section.CONTRACT,
    role: Role = Role.VISITOR,
    *,
    scope: str = "notes.read",
    staff: tuple[StaffRole, ...] = (StaffRole.SUPPORT,),
    clients: bool = False,
) -> Right:
    return in_tenant(scope, section, role, staff=staff, clients=clients)


@pytest.mark.parametrize(
    ("right", "who"),
    [
        (needs(role=Role.MANAGER), "role visitor on contract"),
        (needs(section=Section.INVOICES), "role manager on contract"),
        (needs(scope="notes.write"), "staff support"),
        (needs(staff=()), "staff support"),
        (by_office("notes.read", Office.REFERENT, staff=(StaffRole.SUPPORT,)), "on contract"),
        (staff_only("notes.read", StaffRole.SUPPORT), "on contract"),
        (gateway_only(), "staff support"),
    ],
)
def test_a_raised_right_breaks_and_names_who_is_shut_out(right: Right, who: str) -> None:
    [change] = broken(
        promise(), promise(right=right, route=get("/notes/{tenant}") if right.scope else None)
    )[:1]
    assert change.what.startswith("right raised")
    assert who in change.what


@pytest.mark.parametrize(
    "right",
    [
        needs(staff=(StaffRole.SUPPORT, StaffRole.SALES)),
        needs(clients=True),
        listing("notes.read"),
    ],
)
def test_a_lowered_right_breaks_nobody_and_is_named(right: Right) -> None:
    [change] = compare(promise(), promise(right=right))
    assert change.what.startswith("right lowered")
    assert not change.breaks


@pytest.mark.parametrize("call", CALLS.values(), ids=lambda call: call.full_name)
def test_a_right_is_read_back_as_it_was_written(call: Any) -> None:
    described = describe(calls=[call], events=[])["calls"][call.full_name]["right"]
    assert right_of(described) == call.right


# --- events ---------------------------------------------------------------------------------------


def test_an_event_taken_away_breaks() -> None:
    old = promise()
    fewer = {"calls": old["calls"], "events": {}}
    assert [change.what for change in broken(old, fewer)] == ["event removed"]
    assert not broken(fewer, old)


def test_a_new_listener_breaks_nobody_but_one_that_leaves_does() -> None:
    more = promise(heard_by=("identity", "tenancy", "notifications"))
    assert not broken(promise(), more)
    [change] = broken(more, promise())
    assert "notifications.guichet.notes.NoteTaken.v1" in change.breaks


# --- as a whole -----------------------------------------------------------------------------------


def test_what_did_not_change_is_not_mentioned() -> None:
    present = describe(calls=CALLS.values(), events=EVENTS.values())
    assert compare(present, present) == []
    assert compare(promise(), promise()) == []


def test_no_call_and_no_event_goes_unnoticed() -> None:
    ours = describe(calls=CALLS.values(), events=EVENTS.values())
    gone = broken(ours, {"calls": {}, "events": {}})
    assert [change.where for change in gone] == [*sorted(ours["calls"]), *sorted(ours["events"])]


@pytest.mark.parametrize("part", ["calls", "events"])
def test_no_field_goes_unnoticed(part: str) -> None:
    """Each of ours, taken away alone, breaks somebody."""
    nothing: Described = {"calls": {}, "events": {}}
    unnoticed = []
    for name, whole in describe(calls=CALLS.values(), events=EVENTS.values())[part].items():
        old = nothing | {part: {name: whole}}
        for use in BREAKS_ALL & whole.keys():
            for field in whole[use]:
                rest = {key: value for key, value in whole[use].items() if key != field}
                if not broken(old, nothing | {part: {name: whole | {use: rest}}}):
                    unnoticed.append((name, use, field))
    assert unnoticed == []


def test_every_break_says_what_to_do_instead() -> None:
    for _, changed, uses in FIELD_CHANGES:
        for use in uses:
            for change in broken(promise(), promise(**{use: note(**changed)})):
                assert len(change.breaks.split()) > 6


def test_the_snapshot_is_written_canonically() -> None:
    assert PATH.read_text(encoding="utf-8") == written(read())


def test_these_contracts_can_live_with_those_of_the_last_release() -> None:
    found = broken(read(), describe(calls=CALLS.values(), events=EVENTS.values()))
    assert not found, "\n" + "\n".join(str(change) for change in found)


def test_the_command_names_what_breaks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    last = describe(calls=CALLS.values(), events=EVENTS.values())
    last["calls"]["tenancy.forget_tenant"] = last["calls"]["tenancy.get_contract"]
    del last["calls"]["tenancy.get_clock"]
    monkeypatch.setattr(compatibility, "read", lambda: last)
    assert compatibility.main([]) == 1
    said = capsys.readouterr().out
    assert "BREAKS tenancy.forget_tenant: call removed" in said
    assert "fine   tenancy.get_clock: call added" in said
    assert "2 changes since the last release, 1 break it." in said


def test_the_command_writes_a_release_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(compatibility, "PATH", tmp_path / "snapshot.json")
    assert compatibility.main(["--write"]) == 0
    present = describe(calls=CALLS.values(), events=EVENTS.values())
    assert compare(read(tmp_path / "snapshot.json"), present) == []
