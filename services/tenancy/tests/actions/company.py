"""A company with contracts, the people whom identity told of, and staff who set its options."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.tenancy.tests.conftest import House

from contracts.codes import StaffRole, SupportLevel, TenantCode
from contracts.rights import Caller, CallerKind
from servicekit.context import Context, deadline_in, system_context
from tenancy.actions.keep_people import keep_person, keep_user
from tenancy.actions.manage_organisation import (
    activate_management,
    deactivate_management,
    establish_second_login,
)
from tenancy.actions.name_opener import activate_online_opening, withdraw_online_opening
from tenancy.actions.open_contract import list_own_openings, open_contract
from tenancy.domain.contracts import Contract, Opening
from tenancy.store.people import KnownPerson

# Good for as long as the tests may take: it is made when they are collected.
HEARD = replace(system_context(service="tenancy", call="test"), deadline=deadline_in(7200))
SALES = UUID(int=77)


@dataclass
class Company:
    house: House
    now: datetime
    tenants: list[TenantCode]
    organisation_id: UUID
    ann: UUID = field(default_factory=uuid4)

    # --- what is so -----------------------------------------------------------------------------

    def knows(self, person_id: UUID, name: str = "Ann", *, joined: bool = True) -> None:
        email = f"{name.lower()}.{person_id.hex[:6]}@example.com"
        person = KnownPerson(person_id, f"{name}.Roe", email, email, name, "Roe")
        keep_person(
            db=self.house.db, context=HEARD, event_id=uuid4(), as_of=self.now, person=person
        )
        keep_user(
            db=self.house.db,
            context=HEARD,
            event_id=uuid4(),
            as_of=self.now,
            tenant=self.tenants[0],
            person_id=person_id,
            joined=joined,
            accepted=True,
        )

    def another(self, **said: Any) -> Contract:
        """One more contract of it, opened by sales."""
        return self.house.opened(
            organisation_id=self.organisation_id, organisation_name=None, **said
        )

    # --- what sales do --------------------------------------------------------------------------

    def by_sales(self, call: str) -> dict[str, Any]:
        held = frozenset({StaffRole.SALES})
        caller = Caller(CallerKind.PERSON, str(SALES), staff=held)
        return self._acting(self.house.context(caller, f"tenancy.{call}"))

    def name(self, person_id: UUID | None = None, daily_limit: int = 2) -> Any:
        return activate_online_opening(
            **self.by_sales("activate_online_opening"),
            organisation_id=self.organisation_id,
            person_id=person_id or self.ann,
            daily_limit=daily_limit,
        )

    def withdraw(self) -> None:
        withdraw_online_opening(
            **self.by_sales("withdraw_online_opening"), organisation_id=self.organisation_id
        )

    def manage(self, person_id: UUID | None = None) -> Any:
        return activate_management(
            **self.by_sales("activate_multi_tenant_management"),
            organisation_id=self.organisation_id,
            person_id=person_id or self.ann,
        )

    def end_management(self) -> None:
        deactivate_management(
            **self.by_sales("deactivate_multi_tenant_management"),
            organisation_id=self.organisation_id,
        )

    def heard_second(self, management_id: UUID, second: UUID) -> None:
        establish_second_login(
            db=self.house.db,
            context=HEARD,
            event_id=uuid4(),
            management_id=management_id,
            person_id=second,
            login="Ann.Roe2",
        )

    # --- what the customer does -----------------------------------------------------------------

    def by(self, person_id: UUID, call: str, tenants: list[TenantCode] | None = None) -> Any:
        held = self.tenants if tenants is None else tenants
        caller = Caller(CallerKind.PERSON, str(person_id), tenants=frozenset(held))
        return self._acting(self.house.context(caller, f"tenancy.{call}"))

    def own(self, person_id: UUID | None = None, **more: Any) -> list[Any]:
        acting = self.by(person_id or self.ann, "list_own_openings", **more)
        return list_own_openings(**acting)["items"]

    def open(self, person_id: UUID | None = None, name: str = "Recette", **more: Any) -> Contract:
        return open_contract(
            **self.by(person_id or self.ann, "open_contract", **more),
            region="eu-west-0",
            organisation_id=self.organisation_id,
            opening=Opening(name, SupportLevel.BASIC, self.house.john),
        )

    def _acting(self, context: Context) -> dict[str, Any]:
        return {"db": self.house.db, "context": context, "now": self.now}

    # --- what is told ---------------------------------------------------------------------------

    def told(self, event: str) -> list[dict[str, Any]]:
        rows = self.house.rows(
            f"SELECT data FROM house.outbox WHERE type LIKE '%.{event}.%' ORDER BY position"
        )
        return [data for (data,) in rows]

    def acts(self, beginning: str) -> list[tuple[str, str]]:
        """In the installation's own trail."""
        return self.house.rows(
            "SELECT action, target FROM house.audit_entries"
            f" WHERE tenant = '-' AND action LIKE '{beginning}%' ORDER BY sequence"
        )


def company_of(house: House, **said: Any) -> Company:
    """With one contract, and Ann, who is a user of it."""
    contract = house.opened(**said)
    company = Company(house, house.now, [contract.tenant], contract.organisation.organisation_id)
    company.knows(company.ann)
    return company
