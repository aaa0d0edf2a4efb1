"""An operator who sees as somebody else: by the other's rights in one tenant, by none of his."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import identity, subscriptions, tenancy
from contracts.codes import Language, Role, Section, TenantCode
from contracts.declare import Call
from contracts.registry import SCOPES
from contracts.rights import Caller, CallerKind, Grant
from gateway.dispatch import Dispatcher
from gateway.oauth.tokens import AccessToken
from gateway.oauth.views import View
from gateway.rights import RightsCache
from gateway.wire import Circumstances
from servicekit.errors import Forbidden, NotFound, Unauthenticated

pytestmark = pytest.mark.unit

OPERATOR = UUID("018f0000-0000-7000-8000-000000000009")
SEEN = UUID("018f0000-0000-7000-8000-000000000001")
GRANT = UUID("018f0000-0000-7000-8000-000000000003")
TENANT, OTHER = TenantCode("OCB0000001"), TenantCode("OCB0000002")
NOW = datetime.now(UTC)
OWN = AccessToken(
    subject=str(OPERATOR),
    kind=CallerKind.PERSON,
    client_id="portal",
    scopes=frozenset(SCOPES),
    tenants=frozenset(),
    session_id="018f0000-0000-7000-8000-000000000004",
    token_id="t",
    expires_at=NOW + timedelta(minutes=5),
    issued_at=NOW,
    proved_at=NOW,
    factors=frozenset({"pwd"}),
)
VIEW = View(GRANT, TENANT, SEEN, NOW, NOW)
TOKEN = VIEW.of(OWN, operator_id=OPERATOR)


def rights(
    *tenants: str, staff: tuple[str, ...] = (), enabled: bool = True, **more: Any
) -> dict[str, Any]:
    role = {"contract": "manager", "users": "manager"}
    held = [{"tenant": one, "roles": role, "offices": ["referent"], **more} for one in tenants]
    return {"enabled": enabled, "staff": list(staff), "tenants": held}


@dataclass
class FakeWire:
    operator: dict[str, Any] | None
    seen: dict[str, Any]
    sent: list[tuple[Call, Caller]] = field(default_factory=list)

    def send(
        self, call: Call, payload: Mapping[str, Any], caller: Caller, about: Circumstances
    ) -> dict[str, Any]:
        if call is not identity.resolve_rights:
            self.sent.append((call, caller))
            return {"items": []}
        found = self.operator if payload["person_id"] == str(OPERATOR) else self.seen
        if found is None:
            raise NotFound("person-unknown")
        return {"person_id": payload["person_id"], **found}


@pytest.fixture
def wire() -> FakeWire:
    """The one who is seen is of staff too, and of a second tenant."""
    return FakeWire(
        operator=rights(OTHER, staff=("operator",)),
        seen=rights(TENANT, OTHER, staff=("operator", "sales")),
    )


def ask(
    wire: FakeWire, call: Call, payload: dict[str, Any], token: AccessToken = TOKEN, **about: Any
) -> Any:
    dispatcher = Dispatcher(wire=wire, rights=RightsCache(wire=wire))
    return dispatcher.as_token(call, payload, token, language=Language.ENGLISH, **about)


def refused(wire: FakeWire, call: Call, payload: dict[str, Any], token: AccessToken = TOKEN) -> str:
    with pytest.raises(Forbidden) as error:
        ask(wire, call, payload, token, reason="Ticket 42")
    assert wire.sent == []
    return error.value.code


def test_the_caller_is_the_one_who_is_seen_and_says_who_looks(wire: FakeWire) -> None:
    ask(wire, tenancy.get_contract, {"tenant": TENANT})
    [(_, caller)] = wire.sent
    assert (caller.subject, caller.act) == (str(SEEN), f"person:{OPERATOR}")
    assert caller.grant == Grant(str(GRANT), TENANT)
    assert caller.roles[Section.CONTRACT] is Role.MANAGER
    assert (caller.staff, caller.tenants) == (frozenset(), {TENANT})
    assert (caller.session, caller.proved_at) == (None, None)


def test_a_list_shows_the_one_tenant(wire: FakeWire) -> None:
    ask(wire, tenancy.list_contracts, {})
    assert wire.sent[0][1].tenants == {TENANT}


@pytest.mark.parametrize(
    ("call", "payload"),
    [
        (tenancy.rename_contract, {"tenant": TENANT, "name": "Mine"}),
        (identity.list_sign_ins, {}),
        (identity.get_account, {}),
        (identity.get_factors, {}),
        (identity.find_persons, {"search": "Jane"}),
        (identity.end_impersonation, {"tenant": TENANT, "grant_id": str(GRANT)}),
        (
            subscriptions.place_order,
            {"tenant": TENANT, "offer_id": "workspace-1", "quantity": 1},
        ),
    ],
)
def test_it_is_for_looking_only(wire: FakeWire, call: Call, payload: dict[str, Any]) -> None:
    assert refused(wire, call, payload) == "impersonation-read-only"


def test_another_tenant_is_foreign_though_both_hold_rights_there(wire: FakeWire) -> None:
    assert refused(wire, tenancy.get_contract, {"tenant": OTHER}) == "tenant-foreign"


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("operator", rights(OTHER, staff=("sales", "auditor"))),
        ("operator", rights(enabled=False)),
        ("seen", rights(OTHER)),
        ("seen", rights(enabled=False)),
    ],
)
def test_it_is_over_with_what_it_rests_on(
    wire: FakeWire, name: str, becomes: dict[str, Any]
) -> None:
    setattr(wire, name, becomes)
    assert refused(wire, tenancy.get_contract, {"tenant": TENANT}) == "impersonation-over"


def test_an_operator_who_is_gone_is_nobody(wire: FakeWire) -> None:
    wire.operator = None
    with pytest.raises(Unauthenticated):
        ask(wire, tenancy.get_contract, {"tenant": TENANT})


@pytest.mark.parametrize("act", [None, "billing", "person:", "person:x"])
def test_a_grant_without_a_person_who_looks_opens_nothing(wire: FakeWire, act: str | None) -> None:
    with pytest.raises(Unauthenticated):
        ask(wire, tenancy.get_contract, {"tenant": TENANT}, replace(TOKEN, act=act))


def test_what_demands_a_second_factor_demands_it_of_who_looks(wire: FakeWire) -> None:
    wire.seen = rights(TENANT, second_factor_required=True)
    asked = {"tenant": TENANT}
    assert refused(wire, tenancy.get_contract, asked) == "second-factor-required"
    ask(wire, tenancy.get_contract, asked, replace(TOKEN, factors=frozenset({"pwd", "mfa"})))
    assert len(wire.sent) == 1
