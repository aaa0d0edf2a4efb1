"""No call about contracts, and no fact heard, reads a large table from end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from services.tenancy.tests.actions.trialling import KEY
from services.tenancy.tests.conftest import NOW, House
from services.tenancy.tests.store import (
    ending_plans,
    handover_plans,
    life_plans,
    organisation_plans,
    request_plans,
)
from tests.plans import Desk, Plans, fill, large_tables

from contracts import identity
from contracts import tenancy as calls
from contracts.codes import Office, TenantCode
from contracts.rights import Caller, CallerKind
from contracts.tenancy import TENANCY
from servicekit.clock import SimulatedClock, SystemClock
from servicekit.context import system_context
from servicekit.db import Database
from servicekit.facts import Fact
from tenancy.clients.sealing import Sealer
from tenancy.service import TenancyService

pytestmark = pytest.mark.servers

SMALL = {"contract_numbers"} | life_plans.SMALL  # one row, or bounded by a rule
MINE, YOURS = TenantCode("OCB1000007"), TenantCode("OCB1000008")
PERSON = UUID(int=7)
FILL = """
INSERT INTO organisations (organisation_id, name, created_at)
SELECT md5('o' || n)::uuid, 'Company ' || n, %(at)s FROM generate_series(1, 4000) AS n;
INSERT INTO contracts (tenant, organisation_id, name, contract_type, status, support_level, region,
                       opened_at, opened_by)
SELECT 'OCB1' || lpad(n::text, 6, '0'), md5('o' || n)::uuid, 'Cloud ' || n, 'single', 'active',
       'basic', 'eu-west-0', %(at)s, 'x'
  FROM generate_series(1, 4000) AS n;
INSERT INTO offices (tenant, office, person_id, login, email, given_name, family_name, held_since)
SELECT tenant, office, md5(tenant || office)::uuid, 'x', 'x@example.com', 'X', 'Y', %(at)s
  FROM contracts, (VALUES ('referent'), ('domain_owner')) AS o (office);
INSERT INTO contract_beginnings (beginning, tenant)
SELECT beginning, tenant
  FROM contracts, LATERAL (VALUES ('cloud'), ('comp'), (right(tenant, 4))) AS b (beginning);
INSERT INTO support_changes (tenant, change_id, level_before, level, effective_on, status, asked_by,
                             asked_at, ended_at)
SELECT tenant, md5(tenant || n)::uuid, 'standard', 'basic', '2026-11-01', 'applied', 'x', %(at)s,
       %(at)s
  FROM contracts, generate_series(1, 3) AS n;
INSERT INTO invoice_references (tenant, ref1, changed_at)
SELECT tenant, 'AA1', %(at)s FROM contracts;
INSERT INTO billing_details (tenant, company_name, street, city, country, recipient_given_name,
                             recipient_family_name, recipient_email, changed_at)
SELECT tenant, 'X', 'X', 'X', 'FR', 'X', 'Y', 'x@example.com', %(at)s FROM contracts
"""
FILLS = (
    FILL,
    request_plans.FILL,
    life_plans.FILL,
    handover_plans.FILL,
    organisation_plans.FILL,
    ending_plans.FILL,
)


@pytest.fixture
def house(new_database: Callable[..., Any], postgres_url: str) -> Iterator[House]:
    access = new_database("tenancy")
    with Database(access.app_url, pool_size=1, service="tenancy") as db:
        fill(
            db,
            postgres_url,
            ";".join(FILLS),
            {"at": NOW},
        )
        yield House(db, access.owner_url)


@pytest.fixture
def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    edge = TenancyService()
    clock = SimulatedClock(house.db)
    settings = SimpleNamespace(
        region="eu-west-0", cooling_off=timedelta(hours=24), recovery_delay=timedelta(hours=72)
    )
    sealer = Sealer(KEY)
    edge.house = SimpleNamespace(  # type: ignore[assignment]
        db=house.db, clock=clock, settings=settings, sealer=sealer
    )
    large = large_tables(house.db, but=SMALL)
    return Desk(edge=edge, db=house.db, plans=Plans(monkeypatch), large=large)


def test_no_call_and_no_fact_reads_a_large_table_from_end_to_end(desk: Desk, house: House) -> None:
    assert desk.small() == {}

    def ask(call: Any, context: Any = None, **payload: Any) -> Any:
        return desk.put(call, context or house.by_staff(call.full_name), payload, refused=None)

    named = {"name": "Cloud", "organisation_name": "Exemple SA"}
    referent = {"email": "john@example.com", "given_name": "John", "family_name": "Doe"}
    opened = ask(calls.open_tenant, **named, referent=referent)
    known = {"organisation_id": opened["organisation"]["organisation_id"]}
    ask(calls.open_tenant, name="Second", referent=referent, **known)
    name = calls.list_contracts.full_name
    some = (house.by_person(name, MINE, YOURS), house.by_client(name, MINE))
    for context in (None, *some):
        for search in (None, "cloud", "comp 0007"):
            page = ask(calls.list_contracts, context, search=search, limit=1)
            assert page["items"]
            if page["next_cursor"]:
                more = {"search": search, "limit": 1, "cursor": page["next_cursor"]}
                ask(calls.list_contracts, context, **more)
    ask(calls.get_contract, tenant=MINE)
    ask(calls.name_contract, contract=MINE)
    ask(calls.rename_contract, tenant=MINE, name="Production")
    ask_what_a_contract_says(ask, house)
    request_plans.ask_about_requests(ask, house)
    life_plans.ask_about_life(ask, desk, house)
    handover_plans.ask_about_offices(ask, house)
    organisation_plans.ask_about_organisations(ask, house)
    ending_plans.ask_about_the_queue(ask, house)
    ending_plans.ask_about_ends(ask, desk, house)
    ask(calls.export_person, person_id=PERSON)
    ask(calls.move_clock, now=datetime.now(UTC).replace(year=datetime.now(UTC).year + 1))
    handover_plans.hear_of_people(desk)
    hear(desk, opened["tenant"])
    assert desk.unasked(TENANCY) == {"get_clock"}, "which reads no table"
    assert desk.told() == ""


def ask_what_a_contract_says(ask: Callable[..., Any], house: House) -> None:
    ask(calls.get_support_level, tenant=MINE)
    for call in (calls.foresee_support_level, calls.change_support_level):
        ask(call, tenant=MINE, support_level="premium")
    ask(calls.withdraw_support_level_change, tenant=MINE)
    ask(calls.get_references, tenant=MINE)
    referent = Caller(CallerKind.PERSON, "person-1", offices=frozenset({Office.REFERENT}))
    context = house.context(referent, calls.change_references.full_name)
    ask(calls.change_references, context, tenant=MINE, ref1="AA00606838")
    details = ask(calls.get_billing_details, tenant=MINE)
    known = {name: details[name] for name in ("address", "recipient")}
    ask(calls.change_billing_details, tenant=MINE, company_name="Exemple SAS", **known)


def hear(desk: Desk, tenant: str) -> None:
    who = {"referent_id": PERSON, "referent_login": "John.Doe"}
    owner = {"domain_owner_id": PERSON, "domain_owner_login": "John.Doe"}
    facts = (
        (identity.TenantPeopleEstablished, "on_people_established", {**who, **owner}),
        (identity.PersonErased, "on_person_erased", {"person_id": PERSON, "pseudonym": "erased-7"}),
        organisation_plans.SECOND_LOGIN,
    )
    for event, handler, data in facts:
        fact = Fact(
            id=uuid4(),
            type=event.type,
            source="identity",
            time=SystemClock().now(),
            data={"tenant": TenantCode(tenant), **data},
            call_id="c",
            context=system_context(service="tenancy", call=handler),
        )
        with desk.watching(handler):
            getattr(desk.edge, handler)(fact)
