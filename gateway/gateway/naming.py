"""Names beside the pseudonyms of a trail, or of a request, looked up when it is read: what is kept
holds none.

So somebody can be erased and the chain still verifies. A name is kept for half a minute; that
somebody is erased empties what is kept, in every process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any

from contracts.declare import Call
from contracts.identity import name_people
from contracts.registry import CONTRACTS
from contracts.rights import Caller, CallerKind
from contracts.tenancy import RequestSheet, list_request_entries
from gateway.wire import Circumstances, JsonObject, Wire
from servicekit.errors import Unavailable
from servicekit.pseudonyms import is_pseudonym, person_target

_GATEWAY = Caller(kind=CallerKind.GATEWAY, subject="gateway")
_HOUSE = "-"
_TRAILS = ("list_audit_entries", "list_house_entries")
_LOOKS = ("list_looks", "list_own_looks")
_MOST_KEPT = 50_000


def _full_names(calls: Iterable[str]) -> frozenset[str]:
    """Of each service's calls of these names."""
    return frozenset(
        contract.calls[name].full_name
        for contract in CONTRACTS.values()
        for name in calls
        if name in contract.calls
    )


class Naming:
    def __init__(
        self,
        *,
        wire: Wire,
        ttl: float = 30.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = wire
        self._ttl = ttl
        self._monotonic = monotonic
        self._lock = Lock()
        self._kept: dict[tuple[str, str], tuple[str | None, float]] = {}
        self._trails = _full_names(_TRAILS)
        self._looks = _full_names(_LOOKS)

    def forget_all(self) -> None:
        with self._lock:
            self._kept.clear()

    def named(
        self, call: Call, payload: Mapping[str, Any], answer: JsonObject, about: Circumstances
    ) -> JsonObject:
        """The answer of a call that reads a trail or a request, with names; any other as it is.

        Where identity does not answer, it can still be read, without names.
        """
        parts = self._parts_of(call)
        if parts is None:
            return answer
        chain = str(payload.get("tenant", _HOUSE))
        entries = answer.get("items", [answer])
        shown = [parts(entry) for entry in entries]
        wanted = {part for named in shown for part in named.values() if is_pseudonym(part)}
        try:
            names = self._names(chain, wanted, about)
        except Unavailable:
            names = {}
        items = [
            {**entry, **{field: names.get(part) for field, part in named.items()}}
            for entry, named in zip(entries, shown, strict=True)
        ]
        return {**answer, "items": items} if "items" in answer else items[0]

    def _parts_of(self, call: Call) -> Callable[[Mapping[str, Any]], Mapping[str, str]] | None:
        if call.full_name in self._trails:
            return _of_entry
        if call.response is RequestSheet:
            return _of_request
        if call is list_request_entries:
            return _of_request_entry
        return _of_look if call.full_name in self._looks else None

    def name_of(self, target: str, *, chain: str, about: Circumstances) -> str | None:
        """One pseudonym, as the readers of that chain may know it."""
        return self._names(chain, [target], about).get(target)

    def _names(
        self, chain: str, targets: Iterable[str], about: Circumstances
    ) -> Mapping[str, str | None]:
        now = self._monotonic()
        with self._lock:
            known = {
                target: kept[0]
                for target in targets
                if (kept := self._kept.get((chain, target))) is not None and kept[1] > now
            }
        missing = sorted(set(targets) - known.keys())
        if missing:
            known |= self._ask(chain, missing, about)
        return known

    def _ask(
        self, chain: str, targets: list[str], about: Circumstances
    ) -> Mapping[str, str | None]:
        asked = {"chain": chain, "targets": targets}
        answer = self._wire.send(name_people, asked, _GATEWAY, about)
        found: dict[str, str | None] = dict.fromkeys(targets)
        found |= {item["target"]: item["name"] for item in answer["items"]}
        until = self._monotonic() + self._ttl
        with self._lock:
            if len(self._kept) > _MOST_KEPT:
                self._kept.clear()
            self._kept |= {(chain, target): (name, until) for target, name in found.items()}
        return found


def _of_entry(entry: Mapping[str, Any]) -> dict[str, str]:
    """By the field of the name, what is named: at most three of an entry, so 600 of a page of 200,
    as ``name_people`` takes."""
    person = entry["actor_kind"] == CallerKind.PERSON
    return {
        "actor_name": person_target(entry["actor"]) if person else str(entry["actor"]),
        "act_name": str(entry["act"]),
        "target_name": str(entry["target"]),
    }


def _of_look(look: Mapping[str, Any]) -> dict[str, str]:
    return {"operator_name": str(look["operator"])}


def _of_request(request: Mapping[str, Any]) -> dict[str, str]:
    return {"sent_by_name": str(request["sent_by"])}


def _of_request_entry(entry: Mapping[str, Any]) -> dict[str, str]:
    return {"author_name": str(entry["author"])}
