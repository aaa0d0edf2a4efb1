"""What tenancy hears of the others."""

from __future__ import annotations

from contracts import identity
from contracts.codes import Office
from servicekit.rpc import Fact, hears
from tenancy.actions.establish_people import establish_people
from tenancy.actions.manage_organisation import establish_second_login
from tenancy.actions.own_data import erase_person
from tenancy.service.parts import Housed


class Hearing(Housed):
    @hears(identity.PersonErased)
    def on_person_erased(self, fact: Fact) -> None:
        erase_person(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            as_of=fact.time,
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

    @hears(identity.SecondLoginEstablished)
    def on_second_login_established(self, fact: Fact) -> None:
        establish_second_login(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            management_id=fact.data["management_id"],
            person_id=fact.data["person_id"],
            login=fact.data["login"],
        )
