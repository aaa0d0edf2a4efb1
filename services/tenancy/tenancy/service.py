"""The edge of tenancy: takes calls and facts apart, hands them to the actions."""

from __future__ import annotations

from typing import Any

from contracts import identity
from contracts import tenancy as calls
from contracts.codes import Office
from servicekit.clock import SystemClock
from servicekit.rpc import Context, Fact, House, answers, hears
from servicekit.trail import shows_trail
from tenancy.actions.establish_people import establish_people
from tenancy.actions.list_contracts import ContractsPage, list_contracts
from tenancy.actions.move_clock import ClockReading, move_clock
from tenancy.actions.open_tenant import open_tenant
from tenancy.actions.own_data import erase_person, export_person
from tenancy.actions.read_contract import read_contract
from tenancy.actions.rename_contract import rename_contract
from tenancy.domain.contracts import Contract, Opening
from tenancy.domain.people import Contact, HeldOffice


@shows_trail(
    entries=(calls.list_audit_entries, calls.list_house_entries),
    verifications=(calls.verify_audit_chain, calls.verify_house_chain),
    looks=(calls.list_looks, calls.list_own_looks),
)
class TenancyService:
    name = "tenancy"
    house = House()

    @answers(calls.open_tenant)
    def open_tenant(self, context: Context, payload: dict[str, Any]) -> Contract:
        return open_tenant(
            db=self.house.db,
            context=context,
            now=self.house.clock.now(),
            region=self.house.settings.region,
            opening=_opening(payload),
        )

    @answers(calls.list_contracts)
    def list_contracts(self, context: Context, payload: dict[str, Any]) -> ContractsPage:
        return list_contracts(db=self.house.db, context=context, **payload)

    @answers(calls.get_contract)
    def get_contract(self, context: Context, payload: dict[str, Any]) -> Contract:
        return read_contract(db=self.house.db, context=context, tenant=payload["tenant"])

    @answers(calls.name_contract)
    def name_contract(self, context: Context, payload: dict[str, Any]) -> Contract:
        return read_contract(db=self.house.db, context=context, tenant=payload["contract"])

    @answers(calls.rename_contract)
    def rename_contract(self, context: Context, payload: dict[str, Any]) -> Contract:
        return rename_contract(
            db=self.house.db, context=context, now=self.house.clock.now(), **payload
        )

    @answers(calls.get_clock)
    def get_clock(self, context: Context, payload: dict[str, Any]) -> ClockReading:
        clock = self.house.clock
        return ClockReading(now=clock.now(), simulated=clock.simulated)

    @answers(calls.move_clock)
    def move_clock(self, context: Context, payload: dict[str, Any]) -> ClockReading:
        return move_clock(
            db=self.house.db,
            context=context,
            clock=self.house.clock,
            now=self.house.clock.now(),
            real_now=SystemClock().now(),
            target=payload["now"],
        )

    @answers(calls.export_person)
    def export_person(
        self, context: Context, payload: dict[str, Any]
    ) -> dict[str, list[HeldOffice]]:
        return export_person(db=self.house.db, context=context, **payload)

    @hears(identity.PersonErased)
    def on_person_erased(self, fact: Fact) -> None:
        erase_person(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            person_id=fact.data["person_id"],
            pseudonym=fact.data["pseudonym"],
        )

    @hears(identity.TenantPeopleEstablished)
    def on_people_established(self, fact: Fact) -> None:
        known = fact.data
        establish_people(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            tenant=known["tenant"],
            holders={
                Office.REFERENT: (known["referent_id"], known["referent_login"]),
                Office.DOMAIN_OWNER: (known["domain_owner_id"], known["domain_owner_login"]),
            },
        )


def _opening(payload: dict[str, Any]) -> Opening:
    owner = payload["domain_owner"]
    return Opening(
        name=payload["name"],
        support_level=payload["support_level"],
        referent=Contact(**payload["referent"]),
        domain_owner=Contact(**owner) if owner else None,
        organisation_id=payload["organisation_id"],
        organisation_name=payload["organisation_name"],
    )
