"""What identity hears."""

from __future__ import annotations

from contracts import tenancy
from contracts.codes import Office
from identity.actions.establish_tenant import OpenedTenant, establish_tenant
from identity.actions.follow_state import follow_state
from identity.actions.manage_organisation import begin_management, end_management
from identity.actions.move_clock import follow_clock
from identity.domain.managers import Management
from identity.domain.people import (
    NewPerson,
)
from identity.service.parts import Housed
from servicekit.rpc import Fact, hears


class Hearing(Housed):
    @hears(tenancy.TenantOpened)
    def on_tenant_opened(self, fact: Fact) -> None:
        told = fact.data
        holders = {
            Office.REFERENT: NewPerson(**told["referent"]),
            Office.DOMAIN_OWNER: NewPerson(**told["domain_owner"]),
        }
        establish_tenant(
            **self.acting(fact.context),
            sealer=self.house.sealer,
            event_id=fact.id,
            opened=OpenedTenant(
                tenant=told["tenant"],
                name=told["name"],
                organisation_id=told["organisation_id"],
                holders=holders,
                opened_by=told["opened_by"],
                groups_invoices=told["contract_type"] is tenancy.ContractType.MULTI_SERVICES,
            ),
        )

    @hears(tenancy.MultiTenantManagementActivated)
    def on_multi_tenant_management_activated(self, fact: Fact) -> None:
        told = fact.data
        begin_management(
            **self.acting(fact.context),
            sealer=self.house.sealer,
            event_id=fact.id,
            management=Management(
                management_id=told["management_id"],
                organisation_id=told["organisation_id"],
                organisation_name=told["organisation_name"],
                first_person_id=told["person_id"],
            ),
            tenants_of_today=told["tenants"],
        )

    @hears(tenancy.MultiTenantManagementDeactivated)
    def on_multi_tenant_management_deactivated(self, fact: Fact) -> None:
        end_management(
            **self.acting(fact.context),
            event_id=fact.id,
            management_id=fact.data["management_id"],
            organisation_id=fact.data["organisation_id"],
        )

    @hears(tenancy.ContractStateChanged)
    def on_contract_state_changed(self, fact: Fact) -> None:
        known = ("tenant", "number", "console_open", "changed_at")
        follow_state(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            **{name: fact.data[name] for name in known},
        )

    @hears(tenancy.ClockMoved)
    def on_clock_moved(self, fact: Fact) -> None:
        follow_clock(
            db=self.house.db,
            clock=self.house.clock,
            context=fact.context,
            event_id=fact.id,
            offset_seconds=fact.data["offset_seconds"],
        )
