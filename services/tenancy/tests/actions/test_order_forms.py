"""One more tenant on request: sent, returned, owed within a day, opened or given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from services.tenancy.tests.actions.company import HEARD, SALES, Company, company_of

from contracts import tenancy as calls
from contracts.codes import Office, RequestNumber, SupportLevel
from contracts.rights import Caller, CallerKind
from contracts.tenancy import OrderFormState
from servicekit.db import EVERYONE
from servicekit.due_store import DueItem
from servicekit.errors import Conflict, NotFound
from tenancy.actions import order_tenant
from tenancy.actions.establish_people import establish_people
from tenancy.domain.contracts import Opening

pytestmark = pytest.mark.servers
JOHN = UUID(int=5)


class Ordering:
    """John, referent of the company's first contract, orders another."""

    def __init__(self, house: Any) -> None:
        self.company: Company = company_of(house)
        [self.tenant] = self.company.tenants
        establish_people(
            db=house.db,
            context=HEARD,
            event_id=uuid4(),
            tenant=self.tenant,
            holders=dict.fromkeys(Office, (JOHN, "John.Doe")),
        )
        self.house = house

    def sales(self, act: str, **asked: Any) -> Any:
        return getattr(order_tenant, act)(**self.company.by_sales(act), **self._about(asked))

    def send(self, request_number: RequestNumber | None = None) -> Any:
        return self.sales("send_order_form", request_number=request_number)

    def return_(self, form: Any) -> Any:
        caller = Caller(CallerKind.PERSON, str(JOHN), tenant=self.tenant)
        return order_tenant.return_order_form(
            db=self.house.db,
            context=self.house.context(caller, "tenancy.return_order_form"),
            now=self.company.now,
            region="eu-west-0",
            tenant=self.tenant,
            order_form_id=form.order_form_id,
            opening=Opening("Recette", SupportLevel.STANDARD, self.house.john, self.house.jane),
        )

    def _about(self, asked: dict[str, Any]) -> dict[str, Any]:
        form = asked.pop("form", None)
        known = {} if form is None else {"order_form_id": form.order_form_id}
        return {"tenant": self.tenant, **known, **asked}

    def due(self) -> list[DueItem]:
        rows = self.house.rows(
            "SELECT due_id, key, due_at, payload FROM house.due_work"
            f" WHERE kind = '{order_tenant.ALERT}'"
        )
        lease = uuid4()
        with self.house.db.write(HEARD, tenant=EVERYONE) as tx:
            tx.run("UPDATE house.due_work SET lease = %(lease)s", {"lease": lease})
        return [
            DueItem(due_id, lease, order_tenant.ALERT, key, None, at, at, payload, 1, HEARD)
            for due_id, key, at, payload in rows
        ]

    def statuses(self) -> list[tuple[str, str]]:
        return self.house.rows("SELECT tenant, status FROM contracts ORDER BY tenant")


@pytest.fixture
def ordering(house) -> Ordering:
    return Ordering(house)


def test_returned_form_gives_the_code_and_a_day(ordering) -> None:
    form = ordering.send()
    assert ordering.company.told("OrderFormSent")[0]["referent_id"] == str(JOHN)
    ordering.company.now += timedelta(days=3)
    returned = ordering.return_(form)
    assert returned.new_tenant == "OCB0001002"
    assert returned.due_at == ordering.company.now + timedelta(hours=24)
    assert ordering.statuses()[1] == ("OCB0001002", "requested")
    assert [one["tenant"] for one in ordering.company.told("TenantOpened")] == [ordering.tenant]
    [owed] = owed_by(ordering)
    assert (owed.order_form_id, owed.late) == (form.order_form_id, False)
    view = calls.get_order_form.response().dump(returned)
    calls.get_order_form.response().load(view)


def owed_by(ordering: Ordering) -> list[Any]:
    acting = ordering.company.by_sales("list_owed_tenants")
    return order_tenant.list_owed_tenants(**acting, limit=10, cursor=None).items


def test_credentials_are_sent_when_the_ordered_tenant_is_opened(ordering) -> None:
    form = ordering.send()
    ordering.return_(form)
    ordering.company.now += timedelta(hours=20)
    fulfilled = ordering.sales("fulfil_order_form", form=form)
    assert fulfilled.state is OrderFormState.FULFILLED
    opened = ordering.company.told("TenantOpened")[-1]
    assert (opened["tenant"], opened["name"]) == ("OCB0001002", "Recette")
    assert opened["referent"]["mobile"] == "+33612345678"
    assert opened["domain_owner"]["language"] == "en"
    assert opened["opened_at"].startswith("2026-11-24T06")
    assert ordering.statuses()[1] == ("OCB0001002", "active")
    assert ordering.company.told("ContractStateChanged") == []
    assert ordering.house.rows("SELECT contacts FROM order_forms") == [(None,)]
    assert owed_by(ordering) == []
    assert ordering.due() == []
    assert ordering.company.told("OrderedTenantOpened")[0]["returned_by"] == str(JOHN)


def test_who_sent_the_form_is_alerted_before_the_day_is_over_and_once(ordering) -> None:
    form = ordering.send()
    returned = ordering.return_(form)
    [item] = ordering.due()
    assert item.due_at == returned.due_at - timedelta(hours=6)
    for _ in range(2):
        order_tenant.alert(db=ordering.house.db, item=item)
    [told] = ordering.company.told("OrderedTenantDeadlineApproached")
    assert (told["sent_by"], told["new_tenant"]) == (str(SALES), "OCB0001002")
    ordering.company.now = returned.due_at + timedelta(seconds=1)
    assert [one.late for one in owed_by(ordering)] == [True]


def test_alert_that_comes_after_the_opening_tells_nothing(ordering) -> None:
    form = ordering.send()
    ordering.return_(form)
    [item] = ordering.due()
    ordering.sales("fulfil_order_form", form=form)
    order_tenant.alert(db=ordering.house.db, item=item)
    assert ordering.company.told("OrderedTenantDeadlineApproached") == []


def test_withdrawn_form_leaves_a_code_that_is_used_up(ordering) -> None:
    form = ordering.send()
    ordering.return_(form)
    ordering.sales("withdraw_order_form", form=form)
    assert ordering.statuses()[1] == ("OCB0001002", "terminated")
    assert ordering.company.told("ContractStateChanged") == [], "of which nobody was told"
    again = ordering.return_(ordering.send())
    assert again.new_tenant == "OCB0001003"


@pytest.mark.parametrize(
    ("done", "act", "legal"),
    [
        ((), "fulfil_order_form", ["return", "withdraw"]),
        (("return",), "return", ["fulfil", "withdraw"]),
        (("return", "fulfil_order_form"), "withdraw_order_form", []),
        (("withdraw_order_form",), "return", []),
    ],
)
def test_illegal_act_names_those_that_would_be_legal(ordering, done, act, legal) -> None:
    form = ordering.send()

    def take(step: str) -> None:
        ordering.return_(form) if step == "return" else ordering.sales(step, form=form)

    for step in done:
        take(step)
    with pytest.raises(Conflict, match="transition-illegal") as refused:
        take(act)
    assert refused.value.details["legal"] == legal


def test_one_form_at_a_time_is_with_the_customer(ordering) -> None:
    form = ordering.send()
    with pytest.raises(Conflict, match="order-form-open"):
        ordering.send()
    ordering.return_(form)
    ordering.send()


def test_form_of_another_contract_is_unknown_and_a_request_must_be_there(ordering) -> None:
    form = ordering.send()
    ordering.tenant = ordering.house.opened().tenant
    for act in ("fulfil_order_form", "withdraw_order_form", "read_order_form"):
        with pytest.raises(NotFound, match="order-form-unknown"):
            ordering.sales(act, form=form)
    with pytest.raises(NotFound, match="request-unknown"):
        ordering.send(RequestNumber("D0000001"))
