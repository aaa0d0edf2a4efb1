"""The days of a trial: reminder, end, closing. Who changes its state plans them anew."""

from __future__ import annotations

from datetime import date

from contracts.codes import TenantCode
from servicekit.calendar import beginning_of
from servicekit.db import Tx
from tenancy.domain.contracts import Contract

# Kinds of due work; the key is the tenant.
REMIND = "trial:remind"
END = "trial:end"
CLOSE = "trial:close"


def plan_trial(tx: Tx, *, contract: Contract) -> None:
    """From its beginning, with nothing of it in the past."""
    assert contract.trial is not None, "only a trial has days"
    trial = contract.trial
    for kind, day in (
        (REMIND, trial.reminder_on),
        (END, trial.suspended_on),
        (CLOSE, trial.closes_on),
    ):
        _plan(tx, kind, tenant=contract.tenant, day=day)


def plan_kept_trial(tx: Tx, *, contract: Contract) -> None:
    """Its termination was taken back: what came due meanwhile changed nothing. A letter that its
    holder has missed is not sent late; what he took back has told him more."""
    assert contract.trial is not None, "only a trial has days"
    _plan(tx, END, tenant=contract.tenant, day=contract.trial.suspended_on)
    _plan(tx, CLOSE, tenant=contract.tenant, day=contract.trial.closes_on)


def unplan_trial(tx: Tx, *, contract: Contract) -> None:
    for kind in (REMIND, END, CLOSE):
        tx.unschedule(kind, contract.tenant)


def _plan(tx: Tx, kind: str, *, tenant: TenantCode, day: date) -> None:
    tx.schedule(kind, due_at=beginning_of(day), key=tenant, payload={}, tenant=tenant)
