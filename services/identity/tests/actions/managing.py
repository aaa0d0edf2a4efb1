"""Multi-tenant management as identity hears of it, and what it makes of that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from services.identity.tests.conftest import Counter

from contracts.codes import TenantCode
from identity.actions import manage_organisation, second_logins
from identity.domain.managers import Management
from servicekit.context import deadline_in, system_context
from servicekit.due import DueRunner

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0005678")
LATER = TenantCode("OCB0009999")
COMPANY = UUID(int=1)
# Good for as long as the tests may take: it is made when they are collected.
HEARD = replace(system_context(service="identity", call="test"), deadline=deadline_in(7200))


@dataclass
class Managing:
    """John's company; ``counter`` is what all others see."""

    counter: Counter
    management_id: UUID = field(default_factory=uuid4)

    def begin(self, *tenants: TenantCode, event_id: UUID | None = None) -> None:
        """With the tenants that tenancy knew at that moment."""
        manage_organisation.begin_management(
            db=self.counter.db,
            sealer=self.counter.sealer,
            context=HEARD,
            now=self.counter.now,
            event_id=event_id or uuid4(),
            management=Management(
                self.management_id, COMPANY, "Exemple SA", self.counter.person_id()
            ),
            tenants_of_today=tenants,
        )

    def end(self) -> None:
        manage_organisation.end_management(
            db=self.counter.db,
            context=HEARD,
            now=self.counter.now,
            event_id=uuid4(),
            management_id=self.management_id,
            organisation_id=COMPANY,
        )

    def do_what_is_due(self) -> int:
        db, steps = self.counter.db, 0
        handlers = {
            manage_organisation.GO_ON: lambda item: manage_organisation.go_on(db=db, item=item),
            second_logins.LOOK: lambda item: second_logins.close_without_tenant(db=db, item=item),
        }
        runner = DueRunner(db, self.counter.clock, handlers)
        while runner.step():
            steps += 1
        assert runner.counts().dead == 0
        return steps

    @property
    def second(self) -> UUID:
        return self.counter.person_id("John.Doe2")

    def tenants_of_second(self) -> list[str]:
        found = self.counter.rows(
            "SELECT tenant FROM users WHERE person_id = %(second)s ORDER BY tenant",
            second=self.second,
        )
        return [row["tenant"] for row in found]

    def is_open(self) -> bool:
        sql = "SELECT enabled FROM persons WHERE id = %(second)s"
        [row] = self.counter.rows(sql, second=self.second)
        return bool(row["enabled"])

    def addresses(self) -> dict[str, tuple[Any, Any]]:
        found = self.counter.rows("SELECT login, email, shares_email FROM persons")
        return {row["login"]: (row["email"], row["shares_email"]) for row in found}
