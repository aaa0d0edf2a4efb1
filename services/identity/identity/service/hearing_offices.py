"""What identity hears of offices: it moves them, or tells why not, and who is to know."""

from __future__ import annotations

from contracts import tenancy
from identity.actions.announce_office_recovery import announce_office_recovery
from identity.actions.hand_over_office import (
    AskedOffice,
    TwoHands,
    hand_over_office,
    recover_office,
)
from identity.domain.people import NewPerson
from identity.service.parts import Housed
from servicekit.rpc import Fact, hears


class HearingOfOffices(Housed):
    @hears(tenancy.HandoverMatured)
    def on_handover_matured(self, fact: Fact) -> None:
        hand_over_office(
            **self.acting(fact.context),
            sealer=self.house.sealer,
            event_id=fact.id,
            asked=_asked(fact, "handover_id"),
            successor_id=fact.data["successor_id"],
        )

    @hears(tenancy.OfficeRecoveryMatured)
    def on_office_recovery_matured(self, fact: Fact) -> None:
        hands = ("proposed_by", "proposed_at", "decided_by", "decided_at")
        recover_office(
            **self.acting(fact.context),
            sealer=self.house.sealer,
            event_id=fact.id,
            asked=_asked(fact, "recovery_id"),
            hands=TwoHands(*(fact.data[name] for name in hands)),
            successor=NewPerson(**fact.data["successor"]),
        )

    @hears(tenancy.OfficeRecoveryDecided)
    def on_office_recovery_decided(self, fact: Fact) -> None:
        announce_office_recovery(**self.acting(fact.context), event_id=fact.id, **fact.data)


def _asked(fact: Fact, procedure: str) -> AskedOffice:
    told = fact.data
    return AskedOffice(
        tenant=told["tenant"],
        office=told["office"],
        procedure_id=told[procedure],
        holder_id=told["holder_id"],
        drop_rights=told["drop_rights"],
        due_at=fact.time,
    )
