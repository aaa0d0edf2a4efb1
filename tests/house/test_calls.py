"""Every call has a right, every route is guarded, and what a method promises is what it does."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.codes import StaffRole
from contracts.declare import PORTAL_ONLY, Call, Effect
from contracts.registry import CALLS, SCOPES
from contracts.rights import Audience, Caller, CallerKind, refusal
from servicekit.errors import KINDS

pytestmark = pytest.mark.unit

NO_REST = (
    Path(__file__).resolve().parents[2] / "docs/decisions/0006-no-rest-for-passwords-and-links.md"
)
ROUTED = [call for call in CALLS.values() if call.route is not None]


def every(calls: list[Call]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", calls, ids=[call.full_name for call in calls])


@every(list(CALLS.values()))
def test_call_refuses_a_stranger(call: Call) -> None:
    """A person with every scope and no role anywhere gets nothing but his own and empty lists."""
    stranger = Caller(CallerKind.PERSON, "somebody", scopes=frozenset(SCOPES))
    if call.right.audience in (Audience.SELF, Audience.LISTING):
        assert refusal(call.right, stranger) is None
    else:
        assert refusal(call.right, stranger) is not None


@every(list(CALLS.values()))
def test_call_refuses_a_token_without_its_scope(call: Call) -> None:
    staff = Caller(CallerKind.PERSON, "chief", staff=frozenset(StaffRole))
    assert refusal(call.right, staff) is not None


@every(list(CALLS.values()))
def test_call_refuses_services_that_come_over_the_wire(call: Call) -> None:
    service = Caller(CallerKind.SERVICE, "service:identity", scopes=frozenset(SCOPES))
    assert refusal(call.right, service) is not None


APPROVING = [call for call in CALLS.values() if call.name.startswith("approve_")]


@every(APPROVING)
def test_what_needs_a_second_pair_of_hands_is_taken_from_the_portal_alone(call: Call) -> None:
    """Else one who has a foothold in an application of somebody of staff has his hand too."""
    caller = Caller(
        CallerKind.PERSON, "chief", scopes=frozenset(SCOPES), staff=frozenset(StaffRole)
    )
    assert call.refusal(caller) == PORTAL_ONLY
    assert call.refusal(replace(caller, portal=True)) is None
    stranger = replace(caller, staff=frozenset())
    assert call.refusal(stranger) == "staff-only", "who may not anyway learns nothing more"


@every(ROUTED)
def test_routed_call_names_a_known_scope(call: Call) -> None:
    assert call.right.scope in SCOPES


@every(ROUTED)
def test_method_matches_effect(call: Call) -> None:
    assert call.route is not None
    assert (call.route.method == "GET") == (call.effect is Effect.READ)


@every(ROUTED)
def test_path_parameters_are_fields_of_the_request(call: Call) -> None:
    assert call.route is not None
    names = re.findall(r"\{(\w+)\}", call.route.path)
    assert set(names) <= set(call.request._declared_fields)


@every(ROUTED)
def test_call_of_a_tenant_says_so_in_its_path(call: Call) -> None:
    assert call.route is not None
    assert (call.tenant_field is None) or "{tenant}" in call.route.path


@every(list(CALLS.values()))
def test_refusals_are_kebab_case_codes_of_known_kinds(call: Call) -> None:
    for declared in call.refusals:
        assert declared.kind in KINDS
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", declared.code)


def test_a_call_without_a_route_has_its_reason_on_the_page_about_them() -> None:
    words = set(re.findall(r"`(\w+)`", NO_REST.read_text(encoding="utf-8")))
    unrouted = {call.name for call in CALLS.values() if call.route is None}
    assert unrouted - words == set()
    assert words & {call.name for call in ROUTED} - unrouted == {"export_account"}


def test_no_two_calls_share_a_route() -> None:
    routes = Counter((call.route.method, call.route.path) for call in ROUTED if call.route)
    assert [route for route, count in routes.items() if count > 1] == []
