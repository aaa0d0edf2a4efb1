"""What begins and ends with a contract's draining: who changes its state calls these."""

from __future__ import annotations

from datetime import datetime

from contracts.tenancy import ForcedClosingState
from servicekit.db import Tx
from tenancy.domain.contracts import Contract
from tenancy.domain.terminations import TOLD_EVERY
from tenancy.store import terminations

CLOSE = "contract.close-if-empty"
REPORT = "contract.draining-report"


def begin_draining(tx: Tx, *, contract: Contract, now: datetime) -> None:
    """It may be empty already; else it is looked at whenever its inventory changes, and what
    remains is told every week."""
    tx.schedule(CLOSE, due_at=now, key=contract.tenant, payload={})
    tx.schedule(REPORT, due_at=now + TOLD_EVERY, key=contract.tenant, payload={})


def end_draining(tx: Tx, *, contract: Contract, now: datetime) -> None:
    """Kept, or at its end: nobody is told again, and no second hand is waited for."""
    tx.unschedule(REPORT, contract.tenant)
    terminations.change_open_forced_closing(
        tx, tenant=contract.tenant, state=ForcedClosingState.VOID, at=now
    )
