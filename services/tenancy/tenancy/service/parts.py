"""The process's parts, and how a call gets at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servicekit.clock import Clock
from servicekit.context import ContextVerifier
from servicekit.db import Database
from servicekit.due import Handler
from servicekit.rpc import Context, House
from tenancy.actions import (
    decide_office_recovery,
    run_trial,
    settle_handover,
    telling_of_handovers,
)
from tenancy.actions import telling_of_recoveries as recovery
from tenancy.actions.apply_support_level import APPLY, apply_support_level
from tenancy.actions.close_contract import close_if_empty
from tenancy.actions.draining import CLOSE, REPORT
from tenancy.actions.follow_trial import close_trial, end_trial, remind_of_end
from tenancy.actions.order_tenant import ALERT, alert
from tenancy.actions.remind_commitment import COMMITMENT, remind_of_commitment
from tenancy.actions.report_draining import report_draining
from tenancy.actions.request_trial import FORGET, forget_trial_request
from tenancy.actions.watch_deadline import WATCH, warn
from tenancy.clients.sealing import Sealer
from tenancy.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    settings: Settings
    db: Database
    clock: Clock
    verifier: ContextVerifier
    sealer: Sealer

    @property
    def due_handlers(self) -> Mapping[str, Handler]:
        return {
            telling_of_handovers.RUN_OUT: lambda item: settle_handover.run_out(
                db=self.db, item=item
            ),
            telling_of_handovers.MATURE: lambda item: settle_handover.mature(db=self.db, item=item),
            recovery.RUN_OUT: lambda item: decide_office_recovery.run_out(db=self.db, item=item),
            recovery.MATURE: lambda item: decide_office_recovery.mature(db=self.db, item=item),
            run_trial.REMIND: lambda item: remind_of_end(db=self.db, item=item),
            run_trial.END: lambda item: end_trial(db=self.db, item=item),
            run_trial.CLOSE: lambda item: close_trial(db=self.db, item=item),
            FORGET: lambda item: forget_trial_request(db=self.db, item=item),
            CLOSE: lambda item: close_if_empty(db=self.db, item=item),
            REPORT: lambda item: report_draining(db=self.db, item=item),
            WATCH: lambda item: warn(db=self.db, item=item),
            ALERT: lambda item: alert(db=self.db, item=item),
            APPLY: lambda item: apply_support_level(db=self.db, item=item),
            COMMITMENT: lambda item: remind_of_commitment(db=self.db, item=item),
        }


class Housed:
    """What every group of calls is given."""

    house = House()

    def acting(self, context: Context) -> dict[str, Any]:
        return {"db": self.house.db, "context": context, "now": self.house.clock.now()}
