"""One of staff looks at so much of the customers', whichever way; his own is his own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts import identity, tenancy
from contracts.codes import Role, Section, StaffRole, TenantCode
from contracts.declare import Call
from contracts.registry import SCOPES
from contracts.rights import Caller, CallerKind, Grant
from gateway.limits.buckets import Buckets, Kind
from gateway.limits.looks import Looks
from servicekit.errors import TooMany
from servicekit.setting_kinds import Quota

pytestmark = pytest.mark.unit

TENANT = TenantCode("OCB0001234")
STAFF = Caller(
    CallerKind.PERSON,
    "ada",
    scopes=frozenset(SCOPES),
    staff=frozenset({StaffRole.SUPPORT, StaffRole.OPERATOR}),
    tenant=TENANT,
)
USER = replace(STAFF, subject="john", staff=frozenset(), roles={Section.USERS: Role.MANAGER})
SEEING = replace(
    USER, roles={Section.USERS: Role.MANAGER}, act="person:ada", grant=Grant("g", TENANT)
)


class Hand:
    now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def looks(hand: Hand) -> Looks:
    return Looks(Buckets({Kind.STAFF: Quota(10, 3600)}, monotonic_ns=hand))


def look(looks: Looks, call: Call, caller: Caller, shown: int = 1) -> None:
    looks.admit(call, caller)
    answer: dict[str, Any] = {"items": [{}] * shown} if shown > 1 else {"login": "John.Doe"}
    looks.charge(call, caller, answer)


def test_files_are_opened_until_the_quota_is_spent(looks: Looks, hand: Hand) -> None:
    for _ in range(10):
        look(looks, identity.get_person_file, STAFF)
    with pytest.raises(TooMany, match="looks-exceeded") as refused:
        look(looks, identity.get_person_file, STAFF)
    assert refused.value.details == {"retry_after": 360, "minutes": 6}
    hand.now += 360 * 1_000_000_000
    look(looks, identity.get_person_file, STAFF)


def test_each_one_on_a_page_counts_and_the_last_page_is_paid_off(looks: Looks, hand: Hand) -> None:
    look(looks, identity.find_persons, STAFF, shown=4)
    look(looks, identity.find_persons, STAFF, shown=200)
    with pytest.raises(TooMany):
        look(looks, identity.find_persons, STAFF)
    hand.now += 19 * 3600 * 1_000_000_000
    with pytest.raises(TooMany):
        look(looks, identity.find_persons, STAFF)
    hand.now += 2 * 3600 * 1_000_000_000
    look(looks, identity.find_persons, STAFF)


def test_another_of_staff_has_his_own(looks: Looks) -> None:
    look(looks, identity.find_persons, STAFF, shown=200)
    look(looks, identity.find_persons, replace(STAFF, subject="bob"))


def test_who_sees_as_a_user_spends_what_is_his_own(looks: Looks) -> None:
    look(looks, identity.list_users, SEEING, shown=200)
    with pytest.raises(TooMany):
        look(looks, identity.get_person_file, STAFF)
    look(looks, identity.list_users, USER, shown=200)


@pytest.mark.parametrize(
    ("call", "caller"),
    [
        (identity.list_users, USER),
        (identity.get_account, STAFF),
        (identity.disable_person, STAFF),
        (tenancy.get_contract, Caller(CallerKind.CLIENT, "c", tenants=frozenset("*"))),
    ],
)
def test_what_is_ones_own_and_what_is_done_are_no_looks(
    looks: Looks, call: Call, caller: Caller
) -> None:
    for _ in range(30):
        look(looks, call, caller, shown=20)


def test_without_a_limit_nothing_is_counted() -> None:
    look(Looks(Buckets({})), identity.find_persons, STAFF, shown=200)
