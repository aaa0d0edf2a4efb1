"""Trials on a simulated clock: begun by their link, and moved through time in jumps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from cryptography.fernet import Fernet
from services.tenancy.tests.conftest import SALES, House

from contracts.codes import Language, TenantCode
from contracts.rights import Caller, CallerKind
from servicekit.context import system_context
from servicekit.db import EVERYONE, Database
from servicekit.due import DueItem, DueRunner
from tenancy.actions import run_trial
from tenancy.actions.apply_support_level import APPLY, apply_support_level
from tenancy.actions.begin_trial import BegunTrial, confirm_trial
from tenancy.actions.follow_trial import close_trial, end_trial, remind_of_end
from tenancy.actions.remind_commitment import COMMITMENT, remind_of_commitment
from tenancy.actions.request_trial import FORGET, forget_trial_request, request_trial
from tenancy.clients.sealing import Sealer
from tenancy.domain.people import Contact

KEY = Fernet.generate_key().decode()
GATEWAY = Caller(CallerKind.GATEWAY, "gateway")
REFERENT = Caller(CallerKind.PERSON, "person-1")


@dataclass
class HandClock:
    """A simulated clock that stands still until it is moved."""

    at: datetime
    simulated: bool = field(default=True, init=False)

    def now(self) -> datetime:
        return self.at

    def move_to_offset(self, tx: Any, seconds: int) -> int:
        raise NotImplementedError("moved by hand")


@dataclass
class TrialHouse:
    house: House
    clock: HandClock
    sealer: Sealer = field(default_factory=lambda: Sealer(KEY))

    @property
    def db(self) -> Database:
        return self.house.db

    @property
    def now(self) -> datetime:
        return self.clock.at

    def ask(self, email: str = "ada@example.com", *, address: str = "192.0.2.7") -> Any:
        return request_trial(
            db=self.db,
            sealer=self.sealer,
            context=self.house.context(GATEWAY, "tenancy.request_trial"),
            now=self.now,
            organisation_name="Essais Réunis",
            contact=Contact(email, "Ada", "Lovelace", Language.FRENCH),
            address=address,
        )

    def token(self) -> str:
        """Of the newest mail."""
        sealed = self.told("TrialRequested")[-1]["sealed_link"]
        return Fernet(KEY).decrypt(sealed.encode()).decode()

    def confirm(self, token: str) -> BegunTrial:
        return confirm_trial(
            db=self.db,
            context=self.house.context(GATEWAY, "tenancy.confirm_trial"),
            now=self.now,
            region="eu-west-0",
            token=token,
        )

    def begun(self, email: str = "ada@example.com") -> TenantCode:
        self.ask(email)
        return self.confirm(self.token()).tenant

    def by_sales(self, action: Callable[..., Any], tenant: TenantCode, **said: Any) -> Any:
        return self._act(action, SALES, tenant, said)

    def by_referent(self, action: Callable[..., Any], tenant: TenantCode, **said: Any) -> Any:
        return self._act(action, REFERENT, tenant, said)

    def _act(
        self, action: Callable[..., Any], caller: Caller, tenant: TenantCode, said: dict[str, Any]
    ) -> Any:
        context = self.house.context(caller, f"tenancy.{action.__name__}")
        return action(db=self.db, context=context, now=self.now, tenant=tenant, **said)

    def jump(self, *instants: datetime) -> None:
        """To each in turn; all that falls due on the way happens."""
        for instant in instants:
            self.clock.at = max(self.clock.at, instant)
            self.run_due()

    def run_due(self) -> None:
        runner = self.runner()
        while runner.step():
            pass
        assert runner.counts().dead == 0

    def runner(self) -> DueRunner:
        db = self.db
        handlers: dict[str, Callable[[DueItem], None]] = {
            run_trial.REMIND: lambda item: remind_of_end(db=db, item=item),
            run_trial.END: lambda item: end_trial(db=db, item=item),
            run_trial.CLOSE: lambda item: close_trial(db=db, item=item),
            FORGET: lambda item: forget_trial_request(db=db, item=item),
            APPLY: lambda item: apply_support_level(db=db, item=item),
            COMMITMENT: lambda item: remind_of_commitment(db=db, item=item),
        }
        return DueRunner(db, self.clock, handlers)

    def due_item(self, kind: str, key: str) -> DueItem:
        """Claimed, for who runs it beside somebody else."""
        lease = uuid4()
        context = system_context(service="tenancy", call=f"due.{kind}")
        with self.db.write(context, tenant=EVERYONE) as tx:
            tx.run(
                "UPDATE house.due_work SET lease = %(lease)s"
                " WHERE kind = %(kind)s AND key = %(key)s",
                {"lease": lease, "kind": kind, "key": key},
            )
        [(due_id, due_at, payload)] = self.house.rows(
            "SELECT due_id, due_at, payload FROM house.due_work"
            f" WHERE kind = '{kind}' AND key = '{key}'"
        )
        tenant = TenantCode(key)
        return DueItem(due_id, lease, kind, key, tenant, due_at, due_at, payload, 1, context)

    def told(self, name: str) -> list[dict[str, Any]]:
        kind = f"guichet.tenancy.{name}.v1"
        told = self.house.rows("SELECT type, data FROM house.outbox ORDER BY position")
        return [data for one, data in told if one == kind]

    def history(self, tenant: TenantCode) -> list[tuple[str, str, datetime, str]]:
        """Act, state, when, by whom; oldest first."""
        return self.house.rows(
            "SELECT act, state, at, acted_by FROM contract_state_changes"
            f" WHERE tenant = '{tenant}' ORDER BY number"
        )


@contextmanager
def trial_house(access: Any, *, at: datetime) -> Iterator[TrialHouse]:
    with Database(access.app_url, pool_size=5, service="tenancy") as db:
        yield TrialHouse(House(db, access.owner_url, now=at), HandClock(at))
