"""People of one contract who hand its offices over, and identity as tenancy hears it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.tenancy.tests.conftest import House

from contracts.codes import Language, Office, Role, Section, StaffRole, TenantCode
from contracts.rights import Caller, CallerKind
from servicekit.context import Context, deadline_in, system_context
from servicekit.due_store import DueItem
from tenancy.actions import (
    answer_handover,
    decide_office_recovery,
    follow_identity,
    offer_handover,
    propose_office_recovery,
    settle_handover,
)
from tenancy.actions.establish_people import establish_people
from tenancy.actions.keep_people import keep_person, keep_user
from tenancy.domain.people import Contact, Holder, email_key
from tenancy.store.people import KnownPerson

COOLING_OFF, DELAY = timedelta(hours=24), timedelta(hours=72)
# Good for as long as the tests may take: it is made when they are collected.
HEARD = replace(system_context(service="tenancy", call="test"), deadline=deadline_in(7200))


@dataclass
class Contract:
    """John holds both offices; Jane and Jill are users; time is passed in."""

    house: House
    tenant: TenantCode
    now: datetime
    john: UUID = field(default_factory=uuid4)
    jane: UUID = field(default_factory=uuid4)
    jill: UUID = field(default_factory=uuid4)

    # --- who acts -------------------------------------------------------------------------------

    def by(self, person_id: UUID, call: str, *, key: str | None = None, user: bool = True) -> Any:
        roles = {Section.INVOICES: Role.VISITOR} if user else {}
        caller = Caller(CallerKind.PERSON, str(person_id), tenant=self.tenant, roles=roles)
        return self._acting(self.house.context(caller, f"tenancy.{call}", key=key))

    def by_staff(self, person_id: UUID, call: str) -> Any:
        held = frozenset({StaffRole.SALES})
        caller = Caller(CallerKind.PERSON, str(person_id), tenant=self.tenant, staff=held)
        return self._acting(self.house.context(caller, f"tenancy.{call}"))

    def _acting(self, context: Context) -> dict[str, Any]:
        return {
            "db": self.house.db,
            "context": context,
            "now": self.now,
            "tenant": self.tenant,
        }

    # --- what they do ---------------------------------------------------------------------------

    def offer(
        self,
        to: UUID,
        *,
        by: UUID | None = None,
        office: Office = Office.REFERENT,
        drop: bool = False,
        key: str | None = None,
    ) -> Any:
        return offer_handover.offer_handover(
            **self.by(by or self.john, "offer_handover", key=key),
            cooling_off=COOLING_OFF,
            office=office,
            person_id=to,
            drop_rights=drop,
        )

    def foresee(self, to: UUID, *, by: UUID | None = None, office: Office = Office.REFERENT) -> Any:
        return offer_handover.foresee_offer(
            **self.by(by or self.john, "foresee_handover"),
            cooling_off=COOLING_OFF,
            office=office,
            person_id=to,
            drop_rights=False,
        )

    def accept(self, handover: Any, *, by: UUID | None = None, user: bool = True) -> Any:
        return answer_handover.accept_handover(
            **self.by(by or handover.to_person_id, "accept_handover", user=user),
            cooling_off=COOLING_OFF,
            handover_id=handover.handover_id,
        )

    def decline(self, handover: Any, *, by: UUID | None = None) -> Any:
        return answer_handover.decline_handover(
            **self.by(by or handover.to_person_id, "decline_handover"),
            handover_id=handover.handover_id,
        )

    def withdraw(self, handover: Any, *, by: UUID | None = None) -> Any:
        return answer_handover.withdraw_handover(
            **self.by(by or handover.from_person_id, "withdraw_handover"),
            handover_id=handover.handover_id,
        )

    def propose(
        self,
        by: UUID,
        *,
        email: str = "new@example.com",
        office: Office = Office.REFERENT,
        drop: bool = True,
    ) -> Any:
        return propose_office_recovery.propose_office_recovery(
            **self.by_staff(by, "propose_office_recovery"),
            office=office,
            successor=Contact(email, "Nora", "New", Language.FRENCH),
            drop_rights=drop,
            evidence="Letter on the company's paper",
        )

    def decide(self, what: str, by: UUID, recovery: Any) -> Any:
        call = f"{what}_office_recovery"
        delay = {"delay": DELAY} if what == "approve" else {}
        return getattr(decide_office_recovery, call)(
            **self.by_staff(by, call), **delay, recovery_id=recovery.recovery_id
        )

    def object(self, recovery: Any, *, by: UUID | None = None) -> Any:
        return decide_office_recovery.object_to_office_recovery(
            **self.by(by or self.john, "object_to_office_recovery"),
            recovery_id=recovery.recovery_id,
        )

    # --- what the calendar does -----------------------------------------------------------------

    def due(self, kind: str) -> list[DueItem]:
        rows = self.house.rows(
            "SELECT due_id, key, due_at, payload FROM house.due_work"
            f" WHERE kind = '{kind}' AND tenant = '{self.tenant}' ORDER BY due_id"
        )
        lease = uuid4()
        with self.house.db.write(HEARD, tenant=self.tenant) as tx:
            for due_id, *_ in rows:
                tx.run(
                    "UPDATE house.due_work SET lease = %(lease)s WHERE due_id = %(due_id)s",
                    {"lease": lease, "due_id": due_id},
                )
        return [
            DueItem(due_id, lease, kind, key, self.tenant, due_at, due_at, payload, 1, HEARD)
            for due_id, key, due_at, payload in rows
        ]

    def run_due(self, kind: str) -> int:
        handlers = {
            "handover.run-out": settle_handover.run_out,
            "handover.mature": settle_handover.mature,
            "office-recovery.run-out": decide_office_recovery.run_out,
            "office-recovery.mature": decide_office_recovery.mature,
        }
        found = self.due(kind)
        for item in found:
            self.now = max(self.now, item.due_at)
            handlers[kind](db=self.house.db, item=item)
        return len(found)

    # --- what identity tells --------------------------------------------------------------------

    def joined(self, person_id: UUID, name: str, *, accepted: bool = True) -> None:
        email = f"{name.lower()}.{person_id.hex[:6]}@example.com"
        person = KnownPerson(person_id, f"{name}.Doe", email, email_key(email), name, "Doe")
        keep_person(
            db=self.house.db, context=HEARD, event_id=uuid4(), as_of=self.now, person=person
        )
        self.heard_user(person_id, joined=True, accepted=accepted)

    def heard_user(self, person_id: UUID, *, joined: bool, accepted: bool = True) -> None:
        keep_user(
            db=self.house.db,
            context=HEARD,
            event_id=uuid4(),
            as_of=self.now,
            tenant=self.tenant,
            person_id=person_id,
            joined=joined,
            accepted=accepted,
        )

    def heard_handed_over(
        self, procedure_id: UUID, to: UUID, *, event_id: UUID | None = None, at: datetime
    ) -> None:
        follow_identity.follow_handed_over(
            db=self.house.db,
            context=HEARD,
            event_id=event_id or uuid4(),
            procedure=follow_identity.Procedure(self.tenant, Office.REFERENT, procedure_id),
            holder=Holder(to, "New.Holder", "new@example.com", "Nora", "New"),
            person_id=to,
            rights_dropped=False,
            at=at,
        )

    def heard_kept(self, procedure_id: UUID, why: Any) -> None:
        follow_identity.follow_kept(
            db=self.house.db,
            context=HEARD,
            event_id=uuid4(),
            procedure=follow_identity.Procedure(self.tenant, Office.REFERENT, procedure_id),
            why=why,
            at=self.now,
        )

    # --- what is there --------------------------------------------------------------------------

    def state(self, handover: Any) -> tuple[str, str | None]:
        rows = self.house.rows(
            f"SELECT state, ended_why FROM handovers WHERE handover_id = '{handover.handover_id}'"
        )
        return rows[0]

    def recovery_state(self, recovery: Any) -> tuple[str, str | None]:
        rows = self.house.rows(
            "SELECT state, ended_why FROM office_recoveries"
            f" WHERE recovery_id = '{recovery.recovery_id}'"
        )
        return rows[0]

    def holder(self, office: str = "referent") -> UUID:
        rows = self.house.rows(
            f"SELECT person_id FROM offices WHERE tenant = '{self.tenant}' AND office = '{office}'"
        )
        (found,) = rows
        return found[0]

    def told(self, event: str) -> list[dict[str, Any]]:
        rows = self.house.rows(
            f"SELECT data FROM house.outbox WHERE type LIKE '%.{event}.%'"
            f" AND data->>'tenant' = '{self.tenant}' ORDER BY position"
        )
        return [data for (data,) in rows]

    def acts(self) -> list[str]:
        rows = self.house.rows(
            f"SELECT action FROM house.audit_entries WHERE tenant = '{self.tenant}'"
            " AND action LIKE 'offices:%' ORDER BY sequence"
        )
        return [action for (action,) in rows]


def contract_of(house: House) -> Contract:
    """Opened, established, with two more users."""
    contract = Contract(house, house.opened().tenant, house.now)
    establish_people(
        db=house.db,
        context=HEARD,
        event_id=uuid4(),
        tenant=contract.tenant,
        holders=dict.fromkeys(Office, (contract.john, "John.Doe")),
    )
    for person_id, name in (
        (contract.john, "John"),
        (contract.jane, "Jane"),
        (contract.jill, "Jill"),
    ):
        contract.joined(person_id, name)
    contract.now += timedelta(minutes=1)
    return contract
