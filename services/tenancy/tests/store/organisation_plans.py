"""What is asked about organisations, openings and order forms, on large tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from services.tenancy.tests.conftest import House

from contracts import identity
from contracts import tenancy as calls
from contracts.codes import Office, StaffRole, TenantCode
from contracts.rights import Caller, CallerKind

MINE = TenantCode("OCB1000007")
ANN, BEA = UUID(int=21), UUID(int=22)
FILL = """
INSERT INTO organisation_beginnings (beginning, name_key, organisation_id)
SELECT beginning, lower(name), organisation_id
  FROM organisations, (VALUES (''), ('comp'), ('company')) AS b (beginning);
INSERT INTO online_openings (organisation_id, person_id, daily_limit, activated_at, activated_by)
SELECT organisation_id, md5('a' || name)::uuid, 5, %(at)s, 'x' FROM organisations
 WHERE name <> 'Company 7';
INSERT INTO multi_tenant_managements (management_id, organisation_id, first_person_id, person_id,
                                      login, activated_at, activated_by)
SELECT md5('m' || name)::uuid, organisation_id, md5('f' || name)::uuid, md5('s' || name)::uuid, 'x',
       %(at)s, 'x'
  FROM organisations WHERE name <> 'Company 7';
INSERT INTO customer_openings (tenant, organisation_id, person_id, opened_on)
SELECT tenant, organisation_id, md5(tenant)::uuid, '2026-11-22' FROM contracts;
INSERT INTO order_forms (order_form_id, tenant, organisation_id, state, sent_at, sent_by,
                         returned_at, returned_by, due_at, new_tenant, contacts)
SELECT md5('w' || tenant)::uuid, tenant, organisation_id, 'returned', %(at)s, md5('x')::uuid,
       %(at)s, md5('y')::uuid, %(at)s, tenant, '{}'
  FROM contracts
"""


def ask_about_organisations(ask: Callable[..., Any], house: House) -> None:
    organisation_id = UUID(ask(calls.get_contract, tenant=MINE)["organisation"]["organisation_id"])
    about = {"organisation_id": organisation_id}
    for search in (None, "comp", "company comp"):
        page = ask(calls.list_organisations, search=search, limit=1)
        ask(calls.list_organisations, search=search, limit=1, cursor=page["next_cursor"])
    ask(calls.get_organisation, **about)
    ask(calls.list_organisation_contracts, **about)
    name_a_user(house, ANN, BEA)
    ask(calls.list_nameable_people, **about)
    ask(calls.activate_online_opening, **about, person_id=ANN)
    ann = Caller(CallerKind.PERSON, str(ANN), tenants=frozenset({MINE}))
    ask(calls.list_own_openings, house.context(ann, calls.list_own_openings.full_name))
    referent = {"email": "john@example.com", "given_name": "John", "family_name": "Doe"}
    context = house.context(ann, calls.open_contract.full_name)
    ask(calls.open_contract, context, **about, name="Recette", referent=referent)
    ask(calls.withdraw_online_opening, **about)
    ask(calls.activate_multi_tenant_management, **about, person_id=BEA)
    ask(calls.deactivate_multi_tenant_management, **about)
    ask_about_order_forms(ask, house, referent)


def ask_about_order_forms(ask: Callable[..., Any], house: House, referent: dict[str, str]) -> None:
    john = Caller(CallerKind.PERSON, str(ANN), tenant=MINE, offices=frozenset({Office.REFERENT}))
    sales = Caller(CallerKind.PERSON, str(BEA), staff=frozenset({StaffRole.SALES}))
    for last in (calls.fulfil_order_form, calls.withdraw_order_form):
        sending = house.context(sales, calls.send_order_form.full_name)
        form = ask(calls.send_order_form, sending, tenant=MINE)
        about = {"tenant": MINE, "order_form_id": form["order_form_id"]}
        returning = house.context(john, calls.return_order_form.full_name)
        ask(calls.return_order_form, returning, **about, name="Recette", referent=referent)
        ask(calls.get_order_form, **about)
        ask(last, **about)
    page = ask(calls.list_order_forms, tenant=MINE, limit=1)
    ask(calls.list_order_forms, tenant=MINE, limit=1, cursor=page["next_cursor"])
    page = ask(calls.list_owed_tenants, limit=1)
    ask(calls.list_owed_tenants, limit=1, cursor=page["next_cursor"])


def name_a_user(house: House, *people: UUID) -> None:
    """Users of the contract, as identity told them."""
    with house.db.write(house.by_staff("test"), tenant=MINE) as tx:
        for person_id in people:
            known = {"person_id": person_id, "tenant": MINE, "at": house.now}
            tx.run(
                "INSERT INTO people (person_id, login, given_name, family_name)"
                " VALUES (%(person_id)s, 'Ann.Roe', 'Ann', 'Roe')",
                known,
            )
            tx.run(
                "INSERT INTO users (tenant, person_id, joined, accepted, joined_as_of)"
                " VALUES (%(tenant)s, %(person_id)s, true, true, %(at)s)",
                known,
            )
        tx.answer({})


SECOND_LOGIN = (
    identity.SecondLoginEstablished,
    "on_second_login_established",
    {
        "management_id": UUID(int=1),
        "organisation_id": UUID(int=2),
        "organisation_name": "Exemple SA",
        "person_id": ANN,
        "first_person_id": BEA,
        "login": "Ann.Roe2",
    },
)
