"""A contract: its states and the acts that lead from one to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from contracts.codes import SupportLevel, TenantCode
from contracts.tenancy import ContractAct as Act
from contracts.tenancy import ContractStatus, ContractType
from servicekit.calendar import day_of
from servicekit.errors import Conflict
from tenancy.domain.organisations import Organisation
from tenancy.domain.people import Contact, Holder
from tenancy.domain.trials import Trial, started

TRANSITIONS: Mapping[tuple[ContractStatus | None, Act], tuple[ContractStatus, ...]] = {
    (None, Act.OPEN): (ContractStatus.ACTIVE,),
    (None, Act.START_TRIAL): (ContractStatus.TRIAL,),
    (None, Act.REQUEST): (ContractStatus.REQUESTED,),
    (ContractStatus.REQUESTED, Act.ACTIVATE): (ContractStatus.ACTIVE,),
    (ContractStatus.REQUESTED, Act.WITHDRAW): (ContractStatus.TERMINATED,),
    (ContractStatus.TRIAL, Act.CONVERT): (ContractStatus.ACTIVE,),
    (ContractStatus.TRIAL, Act.EXPIRE): (ContractStatus.SUSPENDED,),
    (ContractStatus.TRIAL, Act.SUSPEND): (ContractStatus.SUSPENDED,),
    (ContractStatus.TRIAL, Act.TERMINATE): (ContractStatus.DRAINING,),
    (ContractStatus.ACTIVE, Act.SUSPEND): (ContractStatus.SUSPENDED,),
    (ContractStatus.ACTIVE, Act.TERMINATE): (ContractStatus.DRAINING,),
    (ContractStatus.SUSPENDED, Act.RESUME): (ContractStatus.ACTIVE, ContractStatus.TRIAL),
    (ContractStatus.SUSPENDED, Act.CONVERT): (ContractStatus.ACTIVE,),
    (ContractStatus.SUSPENDED, Act.EXPIRE): (ContractStatus.DRAINING,),
    (ContractStatus.SUSPENDED, Act.TERMINATE): (ContractStatus.DRAINING,),
    (ContractStatus.DRAINING, Act.KEEP): (
        ContractStatus.ACTIVE,
        ContractStatus.TRIAL,
        ContractStatus.SUSPENDED,
    ),
    (ContractStatus.DRAINING, Act.CLOSE): (ContractStatus.TERMINATED,),
    (ContractStatus.DRAINING, Act.FORCE): (ContractStatus.TERMINATED,),
}
"""Where an act may lead to several states, the contract's own facts say to which: to the one that
it was in before (``Contract.after``)."""


_LETS_GO = (Act.RESUME, Act.CONVERT)


def after(status: ContractStatus | None, act: Act) -> ContractStatus:
    """The state that ``act`` leads to; None is before the contract exists.

    Raises Conflict ``transition-illegal`` whose details name the acts that would be legal. What
    stands already is asked itself (``Contract.after``).
    """
    ends = TRANSITIONS.get((status, act), ())
    if not ends:
        raise _illegal(status, act, (legal for start, legal in TRANSITIONS if start is status))
    return ends[0]


def _illegal(status: ContractStatus | None, act: Act, legal: Iterable[Act]) -> Conflict:
    return Conflict(
        "transition-illegal",
        {
            "status": status and status.value,
            "act": act.value,
            "legal": [possible.value for possible in legal],
        },
    )


@dataclass(frozen=True, slots=True)
class Contract:
    """``held``: the provider has suspended it, and he alone lets go of it. ``drained_from``: the
    state to which it returns where its termination is taken back."""

    tenant: TenantCode
    name: str
    contract_type: ContractType
    organisation: Organisation
    status: ContractStatus
    support_level: SupportLevel
    region: str
    referent: Holder
    domain_owner: Holder
    opened_at: datetime
    status_since: datetime
    trial: Trial | None = None
    drained_from: ContractStatus | None = None
    held: bool = False

    def renamed(self, name: str) -> Contract:
        """Under its new name; the same contract where it has that name already."""
        return self if name == self.name else replace(self, name=name)

    @property
    def console_open(self) -> bool:
        """Who drains it needs the console, unless it was closed before that."""
        if self.status is ContractStatus.DRAINING:
            return self.drained_from is not ContractStatus.SUSPENDED
        return self.status in (ContractStatus.ACTIVE, ContractStatus.TRIAL)

    @property
    def is_on_trial(self) -> bool:
        """Also while it is suspended or draining: nobody has converted it."""
        return self.trial is not None and not self.trial.is_converted

    @property
    def awaits_conversion(self) -> bool:
        running = self.status in (ContractStatus.TRIAL, ContractStatus.SUSPENDED)
        return self.is_on_trial and running

    def has_lapsed(self, today: date) -> bool:
        return self.trial is not None and self.trial.has_lapsed(today)

    def legal_acts(self, today: date) -> tuple[Act, ...]:
        acts = (act for start, act in TRANSITIONS if start is self.status)
        return tuple(act for act in acts if self._reaches(act, today) is not None)

    def after(self, act: Act, *, today: date) -> ContractStatus:
        """The state that ``act`` would lead to today.

        Raises Conflict ``transition-illegal`` whose details name the acts that would be legal.
        """
        reached = self._reaches(act, today)
        if reached is None:
            raise _illegal(self.status, act, self.legal_acts(today))
        return reached

    def moved(self, act: Act, *, now: datetime) -> Contract:
        """As it is after the act. Raises Conflict ``transition-illegal``."""
        reached = self.after(act, today=day_of(now))
        return replace(
            self,
            status=reached,
            status_since=now,
            trial=self._trial_after(act, now),
            drained_from=self.status if reached is ContractStatus.DRAINING else None,
            held=act is Act.SUSPEND or (self.held and act not in _LETS_GO),
        )

    def _reaches(self, act: Act, today: date) -> ContractStatus | None:
        ends = TRANSITIONS.get((self.status, act))
        if ends is None or not self._allows(act, today):
            return None
        if act is Act.RESUME:
            return ContractStatus.TRIAL if self.is_on_trial else ContractStatus.ACTIVE
        if act is Act.KEEP:
            return ContractStatus.SUSPENDED if self.has_lapsed(today) else self.drained_from
        return ends[0]

    def _allows(self, act: Act, today: date) -> bool:
        """What the state alone does not tell: who is on trial, and whether that is over."""
        match act:
            case Act.CONVERT:
                return self.is_on_trial
            case Act.RESUME:
                return not self.has_lapsed(today)
            case Act.EXPIRE if self.trial is not None and self.has_lapsed(today):
                return self.status is ContractStatus.TRIAL or today >= self.trial.closes_on
            case Act.EXPIRE:
                return False
        return True

    def _trial_after(self, act: Act, now: datetime) -> Trial | None:
        if self.trial is None:
            return None
        if act is Act.CONVERT:
            return self.trial.converted(now)
        return self.trial.kept(day_of(now)) if act is Act.KEEP else self.trial


@dataclass(frozen=True, slots=True)
class Opening:
    """What a sales person says of the contract that he opens.

    Either ``organisation_id`` or ``organisation_name``; the referent is also the domain owner
    unless another is named.
    """

    name: str
    support_level: SupportLevel
    referent: Contact
    domain_owner: Contact | None = None
    organisation_id: UUID | None = None
    organisation_name: str | None = None
    contract_type: ContractType = ContractType.SINGLE

    @property
    def owner(self) -> Contact:
        return self.domain_owner or self.referent

    def contract(
        self,
        *,
        tenant: TenantCode,
        organisation: Organisation,
        region: str,
        opened_at: datetime,
        act: Act = Act.OPEN,
    ) -> Contract:
        """The contract that comes of it. Identity tells later who the holders are."""
        return Contract(
            tenant=tenant,
            name=self.name,
            contract_type=self.contract_type,
            organisation=organisation,
            status=after(None, act),
            support_level=self.support_level,
            region=region,
            referent=self.referent.as_holder(),
            domain_owner=self.owner.as_holder(),
            opened_at=opened_at,
            status_since=opened_at,
            trial=started(day_of(opened_at)) if act is Act.START_TRIAL else None,
        )
