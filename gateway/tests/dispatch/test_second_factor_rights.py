"""Where a second factor is demanded, a session without one holds nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts import identity, tenancy
from contracts.codes import Language
from contracts.declare import Call
from gateway.dispatch import Dispatcher
from gateway.rights import RightsCache
from gateway.tests.bearers import PERSON, Token
from servicekit.errors import Forbidden

pytestmark = pytest.mark.unit

STRICT, EASY, FOREIGN = "OCB0000001", "OCB0000002", "OCB0000003"
MFA = frozenset({"pwd", "otp", "mfa"})


@dataclass
class FakeWire:
    staff: tuple[str, ...] = ()
    of_staff: bool = False
    sent: list[Any] = field(default_factory=list)

    def send(self, call: Call, payload: Any, caller: Any, about: Any) -> dict[str, Any]:
        if call is not identity.resolve_rights:
            self.sent.append(caller)
            return {}
        held = {"roles": {"contract": "visitor"}, "offices": ["referent"]}
        return {
            "person_id": PERSON,
            "enabled": True,
            "staff": list(self.staff),
            "second_factor_required": self.of_staff,
            "tenants": [
                {**held, "tenant": STRICT, "second_factor_required": True},
                {**held, "tenant": EASY},
            ],
        }


def ask(wire: FakeWire, call: Call, payload: dict[str, Any], token: Token) -> None:
    dispatcher = Dispatcher(wire=wire, rights=RightsCache(wire=wire))
    dispatcher.as_token(call, payload, token, language=Language.ENGLISH, reason="ticket 4711")


def refused(wire: FakeWire, call: Call, payload: dict[str, Any], token: Token) -> str:
    with pytest.raises(Forbidden) as error:
        ask(wire, call, payload, token)
    assert wire.sent == []
    return error.value.code


def test_without_a_second_factor_roles_there_are_nothing_and_elsewhere_all() -> None:
    wire, token = FakeWire(), Token()
    assert refused(wire, tenancy.get_contract, {"tenant": STRICT}, token) == (
        "second-factor-required"
    )
    ask(wire, tenancy.get_contract, {"tenant": EASY}, token)
    assert len(wire.sent) == 1


def test_with_one_they_count() -> None:
    wire = FakeWire()
    ask(wire, tenancy.get_contract, {"tenant": STRICT}, Token(factors=MFA))
    assert wire.sent[0].roles
    assert wire.sent[0].factors == MFA


def test_an_office_counts_no_more_than_a_role() -> None:
    asked = {"tenant": STRICT, "name": "New"}
    assert refused(FakeWire(), tenancy.rename_contract, asked, Token()) == "second-factor-required"


def test_whom_a_second_factor_would_not_help_is_not_told_of_it() -> None:
    wire, token = FakeWire(), Token()
    assert refused(wire, tenancy.get_contract, {"tenant": FOREIGN}, token) == "tenant-foreign"
    assert refused(wire, identity.list_users, {"tenant": STRICT}, token) == "role-missing"


def test_a_list_leaves_out_what_does_not_count() -> None:
    wire = FakeWire()
    ask(wire, tenancy.list_contracts, {}, Token())
    ask(wire, tenancy.list_contracts, {}, Token(factors=MFA))
    assert [caller.tenants for caller in wire.sent] == [{EASY}, {STRICT, EASY}]


def test_staff_roles_are_nothing_where_staff_must_have_one() -> None:
    wire = FakeWire(staff=("operator",), of_staff=True)
    assert refused(wire, identity.list_staff, {}, Token()) == "second-factor-required"
    ask(wire, identity.list_staff, {}, Token(factors=MFA))
    lenient = FakeWire(staff=("operator",))
    ask(lenient, identity.list_staff, {}, Token())
    assert (len(wire.sent), len(lenient.sent)) == (1, 1)


def test_his_own_account_stays_open_so_that_he_can_enrol_one() -> None:
    wire = FakeWire()
    ask(wire, identity.get_factors, {}, Token())
    ask(wire, identity.start_totp, {}, Token())
    assert len(wire.sent) == 2
