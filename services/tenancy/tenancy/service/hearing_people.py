"""What tenancy hears of people, of users, and of offices that identity has moved."""

from __future__ import annotations

from contracts import identity
from contracts.tenancy import HandoverEnd
from servicekit.rpc import Fact, hears
from tenancy.actions.follow_identity import Procedure, follow_handed_over, follow_kept
from tenancy.actions.keep_people import keep_closed, keep_disabled, keep_person, keep_user
from tenancy.domain.people import Holder, email_key
from tenancy.service.parts import Housed
from tenancy.store.people import KnownPerson


class HearingOfPeople(Housed):
    @hears(identity.PersonRegistered)
    def on_person_registered(self, fact: Fact) -> None:
        self._keep_person(fact)

    @hears(identity.PersonChanged)
    def on_person_changed(self, fact: Fact) -> None:
        self._keep_person(fact)

    @hears(identity.PersonDisabled)
    def on_person_disabled(self, fact: Fact) -> None:
        self._keep_closed(fact, closed=True)

    @hears(identity.PersonEnabled)
    def on_person_enabled(self, fact: Fact) -> None:
        self._keep_closed(fact, closed=False)

    @hears(identity.TenantJoined)
    def on_tenant_joined(self, fact: Fact) -> None:
        self._keep_user(fact, joined=True, accepted=not fact.data["invited"])

    @hears(identity.InvitationAnswered)
    def on_invitation_answered(self, fact: Fact) -> None:
        accepted = fact.data["accepted"]
        self._keep_user(fact, joined=accepted, accepted=accepted)

    @hears(identity.TenantLeft)
    def on_tenant_left(self, fact: Fact) -> None:
        self._keep_user(fact, joined=False, accepted=False)

    @hears(identity.UserDisabled)
    def on_user_disabled(self, fact: Fact) -> None:
        self._keep_disabled(fact, disabled=True)

    @hears(identity.UserEnabled)
    def on_user_enabled(self, fact: Fact) -> None:
        self._keep_disabled(fact, disabled=False)

    @hears(identity.OfficeHandedOver)
    def on_office_handed_over(self, fact: Fact) -> None:
        told = fact.data
        named = (told[name] for name in ("login", "email", "given_name", "family_name"))
        follow_handed_over(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            procedure=_procedure(fact),
            holder=Holder(told["holder_id"], *named),
            person_id=told["holder_id"],
            rights_dropped=told["rights_dropped"],
            at=told["handed_over_at"],
        )

    @hears(identity.OfficeKept)
    def on_office_kept(self, fact: Fact) -> None:
        follow_kept(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            procedure=_procedure(fact),
            why=HandoverEnd(fact.data["why"]),
            at=fact.data["kept_at"],
        )

    def _keep_person(self, fact: Fact) -> None:
        known = ("person_id", "login", "email", "given_name", "family_name")
        told = {name: fact.data[name] for name in known}
        keep_person(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            as_of=fact.time,
            person=KnownPerson(**told, email_key=email_key(told["email"])),
        )

    def _keep_closed(self, fact: Fact, *, closed: bool) -> None:
        keep_closed(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            as_of=fact.time,
            person_id=fact.data["person_id"],
            closed=closed,
        )

    def _keep_user(self, fact: Fact, *, joined: bool, accepted: bool) -> None:
        keep_user(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            as_of=fact.time,
            tenant=fact.data["tenant"],
            person_id=fact.data["person_id"],
            joined=joined,
            accepted=accepted,
        )

    def _keep_disabled(self, fact: Fact, *, disabled: bool) -> None:
        keep_disabled(
            db=self.house.db,
            context=fact.context,
            event_id=fact.id,
            as_of=fact.time,
            tenant=fact.data["tenant"],
            person_id=fact.data["person_id"],
            disabled=disabled,
            accepted=fact.data["accepted"],
        )


def _procedure(fact: Fact) -> Procedure:
    told = fact.data
    return Procedure(told["tenant"], told["office"], told["procedure_id"])
