"""Names beside the pseudonyms of a trail: looked up together, kept a while, dropped at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts import identity, subscriptions, tenancy
from contracts.codes import Language
from contracts.declare import Call
from contracts.rights import Caller
from gateway.naming import Naming
from gateway.wire import Circumstances
from servicekit.errors import Unavailable

pytestmark = pytest.mark.unit

ABOUT = Circumstances(language=Language.FRENCH, call_id="c-1")
JOHN = "018f0000-0000-7000-8000-000000000001"
JANE = "018f0000-0000-7000-8000-000000000002"
TENANT = "OCB0001234"


@dataclass
class Identity:
    names: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    silent: bool = False

    def send(
        self, call: Call, payload: Mapping[str, Any], caller: Caller, about: Circumstances
    ) -> dict[str, Any]:
        assert call is identity.name_people
        if self.silent:
            raise Unavailable("service-unavailable", {"retry_after": 1})
        self.asked.append(dict(payload))
        return {
            "items": [
                {"target": target, "kind": "person", "name": self.names[target]}
                for target in payload["targets"]
                if target in self.names
            ]
        }


def entry(
    actor: str, target: str, *, kind: str = "person", act: str | None = None
) -> dict[str, Any]:
    return {"actor_kind": kind, "actor": actor, "act": act, "target": target}


def read(naming: Naming, *entries: dict[str, Any]) -> list[tuple[Any, Any]]:
    call = identity.list_audit_entries
    answer = {"items": list(entries), "next_cursor": None}
    named = naming.named(call, {"tenant": TENANT}, answer, ABOUT)
    return [(item["actor_name"], item["target_name"]) for item in named["items"]]


@pytest.fixture
def people() -> Identity:
    return Identity({f"person:{JOHN}": "John Doe", f"person:{JANE}": "Jane Roe"})


def test_who_looks_as_somebody_else_is_named_beside_him(people: Identity) -> None:
    looked = entry(JOHN, TENANT, act=f"person:{JANE}")
    answer = {"items": [looked, entry(JOHN, TENANT, act="billing")], "next_cursor": None}
    naming = Naming(wire=people)  # type: ignore[arg-type]
    named = naming.named(identity.list_audit_entries, {"tenant": TENANT}, answer, ABOUT)["items"]
    assert [item["act_name"] for item in named] == ["Jane Roe", None]
    assert naming.name_of(f"person:{JANE}", chain=TENANT, about=ABOUT) == "Jane Roe"
    assert len(people.asked) == 1


@pytest.mark.parametrize("call", [tenancy.list_looks, subscriptions.list_own_looks])
def test_who_looked_is_named_to_who_reads_only_the_looks(people: Identity, call: Call) -> None:
    looks = [{"call": "tenancy.get_contract", "operator": f"person:{JANE}"}]
    answer = {"items": looks, "next_cursor": None}
    naming = Naming(wire=people)  # type: ignore[arg-type]
    [named] = naming.named(call, {"tenant": TENANT}, answer, ABOUT)["items"]
    assert named == {**looks[0], "operator_name": "Jane Roe"}
    assert people.asked == [{"chain": TENANT, "targets": [f"person:{JANE}"]}]


def test_all_pseudonyms_of_a_page_are_asked_for_at_once(people: Identity) -> None:
    naming = Naming(wire=people)  # type: ignore[arg-type]
    shown = read(
        naming,
        entry(JOHN, f"person:{JANE}"),
        entry(JANE, "OCB0001234"),
        entry("billing", f"person:{JOHN}", kind="client"),
        entry("service:identity", "iam-user:x", kind="service"),
    )
    assert shown == [
        ("John Doe", "Jane Roe"),
        ("Jane Roe", None),
        (None, "John Doe"),
        (None, None),
    ]
    [asked] = people.asked
    assert asked["chain"] == TENANT
    assert asked["targets"] == sorted([f"person:{JOHN}", f"person:{JANE}", "iam-user:x"])


def test_names_are_kept_a_while_and_forgotten_when_somebody_is_erased(people: Identity) -> None:
    moment = [0.0]
    naming = Naming(wire=people, ttl=30, monotonic=lambda: moment[0])  # type: ignore[arg-type]
    for _ in range(3):
        read(naming, entry(JOHN, "OCB0001234"))
    assert len(people.asked) == 1
    people.names[f"person:{JOHN}"] = "erased-0123456789ab"
    naming.forget_all()
    assert read(naming, entry(JOHN, "x")) == [("erased-0123456789ab", None)]
    moment[0] = 31
    read(naming, entry(JOHN, "x"))
    assert len(people.asked) == 3


def test_a_trail_is_read_without_names_where_identity_is_silent(people: Identity) -> None:
    people.silent = True
    naming = Naming(wire=people)  # type: ignore[arg-type]
    assert read(naming, entry(JOHN, f"person:{JANE}")) == [(None, None)]


@pytest.mark.parametrize("call", [tenancy.list_contracts, subscriptions.list_offers])
def test_other_answers_pass_as_they_are(people: Identity, call: Call) -> None:
    answer = {"items": [{"actor": JOHN}]}
    assert Naming(wire=people).named(call, {}, answer, ABOUT) is answer  # type: ignore[arg-type]
    assert people.asked == []
