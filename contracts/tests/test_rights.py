"""What a program may: within the tenants that it is registered for, whoever a call is meant for."""

from __future__ import annotations

import pytest

from contracts.codes import TenantCode
from contracts.rights import Caller, CallerKind, refusal, staff_only
from contracts.subscriptions import report_resources

pytestmark = pytest.mark.unit

TENANT = TenantCode("OCB0001001")


def feed(*tenants: str, scopes: tuple[str, ...] = ("inventory.write",)) -> Caller:
    return Caller(
        CallerKind.CLIENT,
        "cloud-feed",
        scopes=frozenset(scopes),
        tenant=TENANT,
        tenants=frozenset(tenants),
    )


@pytest.mark.parametrize(
    ("caller", "told"),
    [
        (feed("*"), None),
        (feed(TENANT), None),
        (feed("OCB0001002"), "tenant-foreign"),
        (feed(), "tenant-foreign"),
        (feed("*", scopes=("inventory.read",)), "scope-missing"),
    ],
)
def test_a_program_does_the_providers_work_in_its_own_tenants(
    caller: Caller, told: str | None
) -> None:
    assert refusal(report_resources.right, caller) == told


def test_no_person_reports_what_exists() -> None:
    anybody = Caller(CallerKind.PERSON, "p", scopes=frozenset(["inventory.write"]), tenant=TENANT)
    assert refusal(report_resources.right, anybody) == "staff-only"


def test_work_that_is_not_for_programs_stays_closed() -> None:
    assert refusal(staff_only("inventory.write"), feed("*")) == "person-only"
