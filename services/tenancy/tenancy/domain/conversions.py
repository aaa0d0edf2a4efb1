"""Whether a trial may be converted, and what would come of it."""

from __future__ import annotations

from datetime import date

from contracts.tenancy import ContractAct, ContractStatus
from tenancy.domain.contracts import Contract
from tenancy.domain.outlook import Outlook, OutlookChange, refused

_ACT = "convert_trial"


def foresee_conversion(contract: Contract, *, by_staff: bool, today: date) -> Outlook:
    """At any time of the trial, and after it until it drains; in effect at once."""
    legal = contract.legal_acts(today)
    possible = tuple(act.value for act in legal if act is not ContractAct.EXPIRE)
    if not contract.is_on_trial:
        return refused(act=_ACT, rule="conversion-trial", code="not-on-trial")
    if ContractAct.CONVERT not in legal:
        return refused(
            act=_ACT,
            rule="conversion-state",
            code="transition-illegal",
            details={
                "status": contract.status.value,
                "act": ContractAct.CONVERT.value,
                "legal": list(possible),
            },
            possible_now=possible,
        )
    if contract.held and not by_staff:
        return refused(act=_ACT, rule="conversion-held", code="contract-held")
    return Outlook(
        act=_ACT,
        from_on=today,
        mails=("trial_converted",),
        changes=(
            OutlookChange("status", contract.status.value, ContractStatus.ACTIVE.value),
            OutlookChange("trial_ends_on", _told(contract), None),
        ),
    )


def _told(contract: Contract) -> str | None:
    return None if contract.trial is None else contract.trial.ends_on.isoformat()
