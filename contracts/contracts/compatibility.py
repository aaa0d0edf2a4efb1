"""Whether these contracts can live beside those of the last release.

    python -m contracts.compatibility            what changed; fails where it would break somebody
    python -m contracts.compatibility --write    these contracts are now the last release's

Services, gateway and listeners are deployed one by one, so for a while each meets an older and a
newer one of the others: a request must accept all that it accepted, an answer must hold all that
it held, and an event, which waits in queues, must be readable both ways.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import Any

from contracts.codes import Office, Role, StaffRole, TenantCode
from contracts.registry import CALLS, EVENTS
from contracts.rights import Caller, CallerKind, Right, refusal
from contracts.snapshot import PATH, Described, describe, read, right_of, written

# Kinds whose every value is also one line of text.
_TEXTS = {"email", "mobile", "login", "tenant", "month", "choice", "id", "day", "instant", "money"}
_TENANT = TenantCode("OCB0000001")


class Direction(Enum):
    REQUEST = "request"
    ANSWER = "answer"
    FACT = "payload"


@dataclass(frozen=True, slots=True)
class Change:
    """``breaks`` is empty where all can live with it, else says who cannot and what to do."""

    where: str
    what: str
    breaks: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f"\n    {self.breaks}" if self.breaks else "")


def compare(old: Described, new: Described) -> list[Change]:
    return [
        *_compare_named(old["calls"], new["calls"], "call", _call),
        *_compare_named(old["events"], new["events"], "event", _event),
    ]


def _compare_named(old: Described, new: Described, kind: str, each: Any) -> Iterator[Change]:
    for name in sorted(old.keys() - new.keys()):
        yield Change(
            name,
            f"{kind} removed",
            f"Older parts still use this {kind}: keep it, and take it away a release after its "
            "last user is gone.",
        )
    for name in sorted(new.keys() - old.keys()):
        yield Change(name, f"{kind} added")
    for name in sorted(old.keys() & new.keys()):
        yield from each(name, old[name], new[name])


# --- calls and events -----------------------------------------------------------------------------


def _call(name: str, old: Described, new: Described) -> Iterator[Change]:
    yield from _fields(f"{name} request", old["request"], new["request"], Direction.REQUEST)
    yield from _fields(f"{name} answer", old["answer"], new["answer"], Direction.ANSWER)
    yield from _right(name, right_of(old["right"]), right_of(new["right"]))
    yield from _route(name, old["route"], new["route"])
    if old["effect"] != new["effect"]:
        yield Change(
            name,
            f"effect changed from {old['effect']} to {new['effect']}",
            "Older callers retry and remember by what it was: declare a new call.",
        )
    yield from _refusals(name, old["refusals"], new["refusals"])
    if new["deadline"] < old["deadline"]:
        yield Change(name, f"deadline lowered from {old['deadline']} to {new['deadline']} s")
    yield from _step_up(name, old.get("step_up", False), new.get("step_up", False))
    yield from _portal_only(name, old.get("portal_only", False), new.get("portal_only", False))


def _portal_only(name: str, old: bool, new: bool) -> Iterator[Change]:
    if new and not old:
        yield Change(
            name,
            "now taken from the portal alone",
            "Applications that call it lose it: declare a new call.",
        )
    if old and not new:
        yield Change(name, "no longer taken from the portal alone")


def _step_up(name: str, old: bool, new: bool) -> Iterator[Change]:
    """Nobody loses the right: who has just signed in passes, anybody else is told how to (RFC
    9470). Programs are not asked.
    """
    if new and not old:
        yield Change(
            name,
            "now wants a proof of the last minutes: deploy the gateway, which tells of it, first",
        )
    if old and not new:
        yield Change(name, "no longer wants a proof of the last minutes")


def _route(name: str, old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    if old is None:
        yield Change(name, f"now at {new[0]} {new[1]}")
        return
    yield Change(
        name,
        f"route changed from {old} to {new}",
        "Scripts know the old address and status: declare a new call beside this one.",
    )


def _refusals(name: str, old: Described, new: Described) -> Iterator[Change]:
    for code in sorted(new.keys() - old.keys()):
        yield Change(name, f"may now refuse with {code}")
    for code in sorted(old.keys() - new.keys()):
        yield Change(name, f"no longer refuses with {code}")
    for code in sorted(old.keys() & new.keys()):
        if old[code] != new[code]:
            yield Change(
                name,
                f"{code} changed from {old[code]} to {new[code]}",
                "A code keeps its kind, and so its HTTP status: give the new case a new code.",
            )


def _event(name: str, old: Described, new: Described) -> Iterator[Change]:
    yield from _fields(f"{name} payload", old["payload"], new["payload"], Direction.FACT)
    for listener in sorted(set(new["heard_by"]) - set(old["heard_by"])):
        yield Change(name, f"now heard by {listener}")
    for listener in sorted(set(old["heard_by"]) - set(new["heard_by"])):
        yield Change(
            name,
            f"no longer heard by {listener}",
            f"The queue {listener}.{name} stays bound and fills: keep hearing it (and do nothing) "
            "for a release, then delete the queue.",
        )


# --- rights ---------------------------------------------------------------------------------------


def _right(name: str, old: Right, new: Right) -> Iterator[Change]:
    """By trying both on every sort of caller: what counts is who is let in."""
    let_in = {
        right: {who for who, caller in _callers(old, new) if refusal(right, caller) is None}
        for right in (old, new)
    }
    lost, won = let_in[old] - let_in[new], let_in[new] - let_in[old]
    if lost:
        yield Change(
            name,
            f"right raised: no longer for {min(lost, key=lambda who: (len(who), who))}",
            "Who may call today must be able to tomorrow: put the higher right on a new call.",
        )
    if won:
        yield Change(name, f"right lowered: now also for {min(won, key=len)}")


def _callers(*rights: Right) -> Iterator[tuple[str, Caller]]:
    """Callers that differ in what the rights look at, each with a name."""
    scopes = sorted({right.scope for right in rights})
    sections = sorted({right.section for right in rights if right.section is not None})
    holdings: list[tuple[str, dict[str, Any]]] = [("nobody's role", {})]
    holdings += [
        (f"role {role} on {section}", {"roles": {section: role}})
        for section, role in product(sections, Role)
    ]
    holdings += [(f"office {office}", {"offices": frozenset({office})}) for office in Office]
    holdings += [(f"staff {role}", {"staff": frozenset({role})}) for role in StaffRole]
    for scope in scopes:
        granted = frozenset({scope})
        yield (
            f"clients with scope {scope!r}",
            Caller(
                CallerKind.CLIENT, "c", scopes=granted, tenant=_TENANT, tenants=frozenset({_TENANT})
            ),
        )
        for who, held in holdings:
            yield (
                f"{who} with scope {scope!r}",
                Caller(CallerKind.PERSON, "p", scopes=granted, tenant=_TENANT, **held),
            )
    yield "the gateway", Caller(CallerKind.GATEWAY, "gateway")


# --- fields ---------------------------------------------------------------------------------------


def _fields(where: str, old: Described, new: Described, direction: Direction) -> Iterator[Change]:
    for name in sorted(old.keys() - new.keys()):
        yield Change(f"{where} {name}", "field removed", _REMOVED[direction])
    for name in sorted(new.keys() - old.keys()):
        required = new[name]["required"] and direction is not Direction.ANSWER
        what = "required field added" if required else "field added"
        yield Change(f"{where} {name}", what, _REQUIRED[direction] if required else "")
    for name in sorted(old.keys() & new.keys()):
        yield from _field(f"{where} {name}", old[name], new[name], direction)


def _field(where: str, old: Described, new: Described, direction: Direction) -> Iterator[Change]:
    yield from _presence(where, old, new, direction)
    if old["kind"] != new["kind"]:
        what = f"changed from {old['kind']} to {new['kind']}"
        safe = _kind_is_safe(old["kind"], new["kind"], direction)
        yield Change(where, what, "" if safe else _NARROWED[direction])
        return
    yield from _bounds(where, old, new, direction)
    yield from _choices(where, old, new, direction)
    for inside in ("item", "key", "value"):
        if inside in old and inside in new:
            yield from _field(f"{where}[{inside}]", old[inside], new[inside], direction)
    if "fields" in old and "fields" in new:
        yield from _fields(where, old["fields"], new["fields"], direction)


_PRESENCE = {
    "required": {True: "now required", False: "no longer required"},
    "null": {True: "may now be null", False: "may no longer be null"},
}


def _presence(where: str, old: Described, new: Described, direction: Direction) -> Iterator[Change]:
    for name, words in _PRESENCE.items():
        if old[name] == new[name]:
            continue
        # What loosens a request is harmless to those who send it; those who read an answer
        # are harmed by the same.
        looser = new["null"] if name == "null" else not new["required"]
        safe = {
            Direction.REQUEST: looser,
            Direction.ANSWER: not looser,
            Direction.FACT: False,
        }[direction]
        yield Change(where, words[new[name]], "" if safe else _NARROWED[direction])
    if direction is Direction.REQUEST and _default_changed(old, new):
        yield Change(
            where,
            f"default changed from {old.get('default')!r} to {new.get('default')!r}",
            "Callers who leave it out would get something else: let the new way be asked for.",
        )


def _default_changed(old: Described, new: Described) -> bool:
    optional = not old["required"] and not new["required"]
    return optional and old.get("default") != new.get("default")


def _kind_is_safe(old: str, new: str, direction: Direction) -> bool:
    if direction is Direction.REQUEST:
        return new == "any" or (new == "text" and old in _TEXTS)
    if direction is Direction.ANSWER:
        return old == "any" or (old == "text" and new in _TEXTS)
    return False


def _bounds(where: str, old: Described, new: Described, direction: Direction) -> Iterator[Change]:
    for name, narrower in (("min", 1), ("max", -1)):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        lost = after is not None and (before is None or (after - before) * narrower > 0)
        safe = direction is Direction.ANSWER or (direction is Direction.REQUEST and not lost)
        yield Change(
            where, f"{name} changed from {before} to {after}", "" if safe else _NARROWED[direction]
        )


def _choices(where: str, old: Described, new: Described, direction: Direction) -> Iterator[Change]:
    before, after = set(old.get("choices", ())), set(new.get("choices", ()))
    for choice in sorted(before - after):
        safe = direction is Direction.ANSWER
        yield Change(where, f"choice {choice} removed", "" if safe else _NARROWED[direction])
    for choice in sorted(after - before):
        safe = direction is not Direction.FACT
        yield Change(where, f"choice {choice} added", "" if safe else _NARROWED[direction])


_REMOVED = {
    Direction.REQUEST: "Older callers send it and would be refused: keep it, ignored if need be.",
    Direction.ANSWER: "Older callers read it: keep it, and add the new one beside it.",
    Direction.FACT: "Older listeners need it, events only grow: declare version 2 beside it.",
}
_REQUIRED = {
    Direction.REQUEST: "Older callers do not send it: give it a load_default.",
    Direction.ANSWER: "",
    Direction.FACT: "Messages written before wait in queues without it: give it a load_default.",
}
_NARROWED = {
    Direction.REQUEST: "Older callers may send what is now refused: accept it still, or declare a "
    "new call.",
    Direction.ANSWER: "Older callers rely on what it was: leave it, and add another field beside.",
    Direction.FACT: "Old messages meet new listeners and new messages old ones: leave it, and add "
    "another field beside it, or version 2 of the event.",
}


def main(arguments: list[str]) -> int:
    present = describe(calls=CALLS.values(), events=EVENTS.values())
    if "--write" in arguments:
        PATH.write_text(written(present), encoding="utf-8")
        sys.stdout.write(f"wrote {PATH}\n")
        return 0
    changes = compare(read(), present)
    for change in changes:
        sys.stdout.write(f"{'BREAKS' if change.breaks else 'fine  '} {change}\n")
    breaking = [change for change in changes if change.breaks]
    sys.stdout.write(f"{len(changes)} changes since the last release, {len(breaking)} break it.\n")
    return 1 if breaking else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
