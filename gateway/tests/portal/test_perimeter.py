"""The perimeter: one contract, or all where they are managed together; lists obey it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts.codes import Role, Section, TenantCode
from gateway.rights import Holding

pytestmark = pytest.mark.unit
FIRST, SECOND, FOREIGN = (TenantCode(f"OCB000123{n}") for n in (4, 5, 6))
HELD = Holding({Section.CONTRACT: Role.VISITOR})


def contract(tenant: str) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "name": f"Contrat {tenant}",
        "organisation": {"organisation_id": "0" * 32, "name": "Exemple SA"},
        "status": "active",
        "support_level": "basic",
    }


@pytest.fixture
def two(site: Any) -> Any:
    """Somebody with two contracts; the list answers what is searched for."""
    site.sign_in(roles=HELD.roles)
    put(site, managed=False)

    def listed(payload: Any) -> dict[str, Any]:
        wanted = payload.get("search") or ""
        items = [contract(one) for one in (FIRST, SECOND) if not wanted or one in wanted]
        return {"items": items, "next_cursor": None}

    site.services.answers["tenancy.list_contracts"] = listed
    site.services.answers["tenancy.list_requests"] = {"items": [], "next_cursor": None}
    return site


def put(portal: Any, *, managed: bool) -> None:
    held = replace(HELD, managed=managed)
    portal.rights.held = replace(portal.rights.held, tenants={FIRST: held, SECOND: held})


def choose(portal: Any, perimeter: str, **more: str) -> Any:
    return portal.send("/perimeter", {"perimeter": perimeter, **more})


def test_who_has_one_contract_has_nothing_to_choose(two) -> None:
    assert "/perimeter" in two.get("/").text
    two.rights.held = replace(two.rights.held, tenants={FIRST: HELD})
    assert "/perimeter" not in two.get("/").text


def test_lists_keep_to_the_chosen_contract_and_say_so(two) -> None:
    answer = choose(two, SECOND, next="/requests")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/requests")
    home = two.get("/").text
    assert f"Contrat {SECOND}" in home
    assert f"Contrat {FIRST}" not in home
    assert f"Périmètre : {SECOND}" in home
    two.get("/requests")
    assert two.services.of("tenancy.list_requests")[-1]["contract"] == SECOND


def test_all_is_for_who_manages_them_all(two) -> None:
    choose(two, FIRST)
    assert 'value="all"' not in two.get("/perimeter").text
    assert choose(two, "all").status_code == 403
    assert two.parts.portal_sessions.perimeter == FIRST
    put(two, managed=True)
    assert 'value="all"' in two.get("/perimeter").text
    assert choose(two, "all").status_code == 303
    assert "Périmètre : tous les contrats" in two.get("/").text
    assert f"Contrat {FIRST}" in two.get("/").text


@pytest.mark.parametrize("wanted", [FOREIGN, "", "OCB", "'; --"])
def test_contract_of_others_is_not_chosen(two, wanted) -> None:
    assert choose(two, wanted).status_code == 404
    assert two.parts.portal_sessions.perimeter is None


def test_contract_that_was_lost_counts_no_longer(two) -> None:
    two.parts.portal_sessions.perimeter = FOREIGN
    assert f"Contrat {FIRST}" in two.get("/").text


def test_way_back_stays_within_the_portal(two) -> None:
    assert choose(two, FIRST, next="https://evil.example/").headers["Location"] == "/"
