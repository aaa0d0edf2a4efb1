"""Validate, decide, sign, send: and nothing is sent of what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts import identity, subscriptions, tenancy
from contracts.codes import Language, Office, Role, Section, StaffRole
from contracts.declare import Call
from contracts.rights import Caller, CallerKind
from gateway.dispatch import Dispatcher
from gateway.limits.buckets import Buckets, Kind
from gateway.limits.looks import Looks
from gateway.rights import RightsCache
from gateway.tests.bearers import PERSON, Token
from gateway.wire import Circumstances
from servicekit.errors import (
    Forbidden,
    GuichetError,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
)
from servicekit.setting_kinds import Quota

pytestmark = pytest.mark.unit

TENANT = "OCB0000001"


@dataclass
class FakeWire:
    rights: dict[str, Any] | GuichetError
    sent: list[tuple[Call, dict[str, Any], Caller, Circumstances]] = field(default_factory=list)

    def send(
        self, call: Call, payload: Mapping[str, Any], caller: Caller, about: Circumstances
    ) -> dict[str, Any]:
        if call is identity.resolve_rights:
            if isinstance(self.rights, GuichetError):
                raise self.rights
            return self.rights
        self.sent.append((call, dict(payload), caller, about))
        return {"done": True}


def holding(
    tenants: Mapping[str, dict[str, str]], *, staff: tuple[str, ...] = (), enabled: bool = True
) -> FakeWire:
    return FakeWire(
        {
            "person_id": PERSON,
            "enabled": enabled,
            "staff": list(staff),
            "tenants": [
                {"tenant": code, "roles": roles, "offices": ["referent"]}
                for code, roles in tenants.items()
            ],
        }
    )


def ask(wire: FakeWire, call: Call, payload: dict[str, Any], token: Token | None = None) -> Any:
    dispatcher = Dispatcher(wire=wire, rights=RightsCache(wire=wire))
    return dispatcher.as_token(
        call, payload, token or Token(), language=Language.ENGLISH, reason="ticket 4711"
    )


def refused(wire: FakeWire, call: Call, payload: dict[str, Any], token: Token | None = None) -> str:
    with pytest.raises(Forbidden) as error:
        ask(wire, call, payload, token)
    assert wire.sent == []
    return error.value.code


def test_a_person_calls_with_what_he_holds_in_the_tenant() -> None:
    wire = holding({TENANT: {"contract": "visitor"}, "OCB0000002": {"users": "manager"}})
    assert ask(wire, tenancy.get_contract, {"tenant": TENANT}) == {"done": True}
    [(call, payload, caller, about)] = wire.sent
    assert (call, payload) == (tenancy.get_contract, {"tenant": TENANT})
    assert caller.roles == {Section.CONTRACT: Role.VISITOR}
    assert caller.offices == {Office.REFERENT}
    assert caller.tenants == {TENANT}
    assert about.reason == "ticket 4711"


def test_the_client_that_acts_for_a_person_is_told_on() -> None:
    wire = holding({TENANT: {"contract": "visitor"}})
    ask(wire, tenancy.get_contract, {"tenant": TENANT}, Token(act="billing"))
    assert wire.sent[0][2].act == "billing"


@pytest.mark.parametrize(
    "by",
    [
        {"client_id": "demo-app"},
        {"client_id": "portal-2"},
        {"act": "billing"},
        {"session_id": None},
    ],
    ids=lambda by: "".join(by),
)
def test_what_is_done_by_hand_no_application_does_for_a_person(by: dict[str, Any]) -> None:
    """Neither one of ours nor one that shows a token which the portal's was exchanged for."""
    wire = holding({}, staff=("operator",))
    one = {"recovery_id": str(uuid4())}
    here = replace(Token(), session_id=str(uuid4()))
    assert refused(wire, identity.approve_recovery, one, replace(here, **by)) == "portal-only"
    ask(wire, identity.approve_recovery, one, here)
    [(_, _, caller, _)] = wire.sent
    assert caller.portal is True


def test_a_list_of_contracts_holds_those_he_may_open_and_no_others() -> None:
    other, nothing = "OCB0000002", "OCB0000003"
    wire = holding({TENANT: {"contract": "visitor"}, other: {"users": "manager"}, nothing: {}})
    ask(wire, tenancy.list_contracts, {})
    assert wire.sent[0][2].tenants == {TENANT}


def test_a_list_about_no_section_sees_all_tenants_of_the_person() -> None:
    wire = holding({TENANT: {"contract": "visitor"}, "OCB0000002": {"users": "manager"}})
    ask(wire, subscriptions.list_offers, {})
    assert wire.sent[0][2].tenants == {TENANT, "OCB0000002"}


def test_wrong_fields_cost_no_call() -> None:
    wire = FakeWire(NotFound("never-asked"))
    with pytest.raises(Invalid) as error:
        ask(wire, subscriptions.place_order, {"tenant": "nope", "quantity": 0})
    assert error.value.details["fields"] == {
        "tenant": ["tenant-code"],
        "offer_id": ["required"],
        "quantity": ["range:1:1000"],
    }


def test_unknown_and_foreign_tenants_are_refused_alike() -> None:
    wire = holding({TENANT: {"contract": "visitor"}})
    assert refused(wire, tenancy.get_contract, {"tenant": "OCB0009999"}) == "tenant-foreign"


def test_a_role_on_another_section_is_not_enough() -> None:
    wire = holding({TENANT: {"invoices": "manager"}})
    assert refused(wire, tenancy.get_contract, {"tenant": TENANT}) == "role-missing"


def test_a_token_without_the_scope_is_refused() -> None:
    wire = holding({TENANT: {"contract": "manager"}})
    token = Token(scopes=frozenset({"account"}))
    assert refused(wire, tenancy.get_contract, {"tenant": TENANT}, token) == "scope-missing"


def test_a_disabled_person_has_no_valid_token() -> None:
    wire = holding({TENANT: {"contract": "manager"}}, enabled=False)
    with pytest.raises(Unauthenticated):
        ask(wire, tenancy.get_contract, {"tenant": TENANT})


@pytest.mark.parametrize("subject", [PERSON, "not-a-uuid"])
def test_an_unknown_person_has_no_valid_token(subject: str) -> None:
    with pytest.raises(Unauthenticated):
        ask(FakeWire(NotFound("person-unknown")), identity.get_account, {}, Token(subject=subject))


CONSOLE = Token(scopes=frozenset({"contracts.read", "iam.read", "iam.write"}), domain=TENANT)
EVERYTHING = Token(domain=TENANT)


@pytest.mark.parametrize("token", [CONSOLE, EVERYTHING])
def test_a_token_of_one_domain_opens_no_other_that_the_person_manages(token: Token) -> None:
    wire = holding({TENANT: {"contract": "manager"}, "OCB0000002": {"contract": "manager"}})
    foreign = {"tenant": "OCB0000002"}
    assert refused(wire, tenancy.get_contract, foreign, token) == "tenant-foreign"
    ask(wire, tenancy.get_contract, {"tenant": TENANT}, token)
    assert wire.sent[0][2].tenants == {TENANT}


@pytest.mark.parametrize("token", [CONSOLE, EVERYTHING])
def test_a_token_of_one_domain_is_never_staff(token: Token) -> None:
    wire = holding({}, staff=("operator", "support", "sales"))
    assert refused(wire, tenancy.get_contract, {"tenant": TENANT}, token) == "tenant-foreign"
    assert refused(wire, tenancy.move_clock, {"now": "2027-01-01T00:00:00Z"}, token) in (
        "scope-missing",
        "staff-only",
    )


def test_a_listing_of_one_domain_holds_no_other() -> None:
    rights = {TENANT: {"contract": "visitor"}, "OCB0000002": {"contract": "manager"}}
    wire = holding(rights, staff=("support",))
    ask(wire, tenancy.list_contracts, {}, CONSOLE)
    assert (wire.sent[0][2].tenants, wire.sent[0][2].staff) == ({TENANT}, frozenset())


def test_an_api_login_does_not_unlock_itself() -> None:
    wire = holding({TENANT: {"users": "manager"}})
    asked = {"iam_user_id": PERSON}
    assert refused(wire, identity.reset_own_failed_login, asked, CONSOLE) == "scope-missing"


def test_who_holds_too_many_tenants_for_one_frame_is_told_so() -> None:
    many = {f"OCB{number:07}": {"contract": "visitor"} for number in range(1, 3002)}
    wire = holding(many)
    with pytest.raises(Invalid) as error:
        ask(wire, tenancy.list_contracts, {})
    assert (error.value.code, error.value.details) == ("tenants-too-many", {"limit": 3000})
    assert wire.sent == []
    ask(wire, tenancy.get_contract, {"tenant": TENANT})
    assert wire.sent[0][2].tenants == {TENANT}


def test_staff_act_where_they_hold_no_role() -> None:
    wire = holding({}, staff=("support",))
    ask(wire, tenancy.get_contract, {"tenant": TENANT})
    assert wire.sent[0][2].staff == {StaffRole.SUPPORT}


def test_service_learns_when_and_with_what_the_person_proved_who_he_is() -> None:
    wire = holding({})
    token = Token(session_id="s-1", factors=frozenset({"pwd", "otp", "mfa"}))
    ask(wire, identity.get_account, {}, token)
    caller = wire.sent[0][2]
    assert caller.proved_at == token.proved_at
    assert (caller.factors, caller.session) == (token.factors, "s-1")


@pytest.mark.parametrize("age", [timedelta(minutes=11), None])
def test_sensitive_call_wants_a_fresh_proof_and_is_not_sent_without(age: timedelta | None) -> None:
    wire = holding({})
    sensitive = replace(identity.get_account, step_up=True)
    proved_at = None if age is None else datetime.now(UTC) - age
    assert refused(wire, sensitive, {}, Token(proved_at=proved_at)) == "step-up-required"
    assert wire.sent == []
    ask(wire, sensitive, {}, Token(proved_at=datetime.now(UTC) - timedelta(minutes=9)))
    assert len(wire.sent) == 1


def test_who_lacks_the_right_is_told_so_before_he_is_asked_to_prove_anything() -> None:
    wire = holding({})
    sensitive = replace(identity.get_account, step_up=True)
    token = Token(scopes=frozenset(), proved_at=None)
    assert refused(wire, sensitive, {}, token) == "scope-missing"


def test_a_client_needs_no_rights_of_a_person() -> None:
    wire = FakeWire(NotFound("never-asked"))
    token = Token(subject="billing", kind=CallerKind.CLIENT, tenants=frozenset({TENANT}))
    ask(wire, tenancy.get_contract, {"tenant": TENANT}, token)
    caller = wire.sent[0][2]
    assert (caller.kind, caller.subject, caller.tenant) == (CallerKind.CLIENT, "billing", TENANT)


def test_a_client_of_another_tenant_is_refused() -> None:
    wire = FakeWire(NotFound("never-asked"))
    token = Token(subject="billing", kind=CallerKind.CLIENT, tenants=frozenset({"OCB0000002"}))
    assert refused(wire, tenancy.get_contract, {"tenant": TENANT}, token) == "tenant-foreign"


def test_no_token_opens_a_call_of_the_gateway() -> None:
    wire = holding({TENANT: {"contract": "manager"}}, staff=("operator",))
    assert refused(wire, identity.get_person, {"person_id": PERSON}) == "gateway-only"


def test_the_gateway_calls_for_its_login_pages_and_for_nothing_else() -> None:
    wire = FakeWire(NotFound("never-asked"))
    dispatcher = Dispatcher(wire=wire, rights=RightsCache(wire=wire))
    dispatcher.as_gateway(
        identity.sign_in, {"login": "x", "password": "y"}, language=Language.FRENCH
    )
    assert wire.sent[0][2].kind is CallerKind.GATEWAY
    with pytest.raises(Forbidden):
        dispatcher.as_gateway(tenancy.get_contract, {"tenant": TENANT}, language=Language.FRENCH)


def test_who_changes_his_password_keeps_his_own_session() -> None:
    spared: list[tuple[str, str]] = []

    class Sessions:
        def spare(self, session_id: UUID, *, call_id: str) -> None:
            spared.append((str(session_id), call_id))

    wire = holding({})
    dispatcher = Dispatcher(wire=wire, rights=RightsCache(wire=wire), sessions=Sessions())
    session = "018f0000-0000-7000-8000-0000000000aa"
    token = Token(session_id=session)
    for call, payload in (
        (identity.change_password, {"current_password": "a", "new_password": "b"}),
        (identity.get_account, {}),
    ):
        dispatcher.as_token(call, payload, token, language=Language.FRENCH, call_id="c-9")
    assert spared == [(session, "c-9")]


def test_staff_who_have_looked_at_enough_are_sent_nowhere() -> None:
    wire = holding({}, staff=("support",))
    looks = Looks(Buckets({Kind.STAFF: Quota(1, 3600)}))
    dispatcher = Dispatcher(wire=wire, rights=RightsCache(wire=wire), looks=looks)
    look = {"language": Language.ENGLISH, "reason": "ticket 4711"}
    asked = {"person_id": PERSON}
    dispatcher.as_token(identity.get_person_file, asked, Token(), **look)
    with pytest.raises(TooMany, match="looks-exceeded"):
        dispatcher.as_token(identity.get_person_file, asked, Token(), **look)
    assert len(wire.sent) == 1
