"""What identity hears."""

from __future__ import annotations

from contracts import tenancy
from contracts.codes import Office
from identity.actions.establish_tenant import OpenedTenant, establish_tenant
from identity.actions.move_clock import follow_clock
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
            opened=OpenedTenant(tenant=told["tenant"], name=told["name"], holders=holders),
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
