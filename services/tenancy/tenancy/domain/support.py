"""The support level of a contract: what is in force, until when it commits, what may be asked for.

The rules (FAQ, "Gestion administrative"): a level is taken for six months at least, counted from
the day it is in force; meanwhile only a higher one may be taken, which commits for six months of
its own; what is asked for is in force on the first of the next month.

INFERENCE: a commitment binds the level, not the moment of asking. So a lower level may be asked for
in the month in which the commitment ends: it comes into force the day after, or later. Asking only
once the six months are over would make them seven. A lower level is taken for six months as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.codes import Month, SupportLevel, TenantCode
from contracts.tenancy import ContractStatus, SupportChangeStatus
from servicekit.calendar import beginning_of, day_of
from tenancy.domain.contracts import Contract
from tenancy.domain.outlook import Outlook, OutlookChange, refused

COMMITMENT_MONTHS = 6
ACT = "change_support_level"
MAIL = "support_level_asked"
_LOWEST_FIRST = (
    SupportLevel.BASIC,
    SupportLevel.STANDARD,
    SupportLevel.BUSINESS,
    SupportLevel.PREMIUM,
)
_BINDING = (ContractStatus.ACTIVE, ContractStatus.SUSPENDED, ContractStatus.DRAINING)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SupportChange:
    """``level_before`` was in force when it was asked for."""

    change_id: UUID
    level_before: SupportLevel
    support_level: SupportLevel
    effective_on: date
    status: SupportChangeStatus
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None = None

    def ended(self, status: SupportChangeStatus, *, at: datetime) -> SupportChange:
        return replace(self, status=status, ended_at=at)


@dataclass(frozen=True, slots=True)
class SupportTerms:
    """As they stand on ``today``; ``binding``: whether the contract runs, so that a level commits.

    ``changes`` are the last ones, newest first; at most the first of them is pending.
    """

    tenant: TenantCode
    status: ContractStatus
    binding: bool
    support_level: SupportLevel
    since_on: date
    today: date
    changes: tuple[SupportChange, ...] = ()

    @property
    def pending(self) -> SupportChange | None:
        return next((one for one in self.changes if _is_pending(one)), None)

    @property
    def committed_until(self) -> date | None:
        return commitment_end(self.since_on) if self.binding else None

    @property
    def lower_asked_from(self) -> date | None:
        """The first day on which a lower level may be asked for; None where there is none."""
        until = self.committed_until
        if until is None or self.support_level is _LOWEST_FIRST[0]:
            return None
        return asked_at_the_earliest(until)

    @property
    def would_apply_on(self) -> date:
        return first_after(self.today)

    @property
    def possible_now(self) -> tuple[SupportLevel, ...]:
        return tuple(level for level in _LOWEST_FIRST if not _refusal(self, level))

    def asked(self, change: SupportChange) -> SupportTerms:
        """With that change pending, in the place of the one that was."""
        at = change.asked_at
        earlier = tuple(
            one.ended(SupportChangeStatus.REPLACED, at=at) if _is_pending(one) else one
            for one in self.changes
        )
        return replace(self, changes=(change, *earlier))

    def without_pending(self, status: SupportChangeStatus, *, at: datetime) -> SupportTerms:
        """With the change that was pending ended so; the same where none was."""
        ended = tuple(one.ended(status, at=at) if _is_pending(one) else one for one in self.changes)
        return replace(self, changes=ended)

    def applied(self) -> SupportTerms:
        """With the pending change in force, from the beginning of its day on."""
        change = self.pending
        if change is None:
            return self
        at = beginning_of(change.effective_on)
        ended = self.without_pending(SupportChangeStatus.APPLIED, at=at)
        return replace(ended, support_level=change.support_level, since_on=change.effective_on)

    def change(self, change_id: UUID) -> SupportChange:
        """One of its last changes; it must be among them."""
        return next(one for one in self.changes if one.change_id == change_id)

    def with_last(self, number: int) -> SupportTerms:
        """With no more than that many of its last changes."""
        return replace(self, changes=self.changes[:number])

    @property
    def is_due(self) -> bool:
        """Whether the day of what was asked for has come and nobody has applied it yet."""
        return self.pending is not None and self.pending.effective_on <= self.today


def _is_pending(change: SupportChange) -> bool:
    return change.status is SupportChangeStatus.PENDING


def first_after(day: date) -> date:
    """The first day of the next month."""
    return Month.of(day).next().first_day()


def commitment_end(since_on: date) -> date:
    """The last day of six months: the one before the same day of the month, and of a month that
    has no such day the last."""
    month = Month.of(since_on)
    for _ in range(COMMITMENT_MONTHS):
        month = month.next()
    last = month.next().first_day() - _ONE_DAY
    if since_on.day > last.day:
        return last
    return last.replace(day=since_on.day) - _ONE_DAY


def asked_at_the_earliest(committed_until: date) -> date:
    """So that it is in force after the commitment, and not a month later than it could be."""
    return Month.of(committed_until).first_day()


def is_higher(level: SupportLevel, than: SupportLevel) -> bool:
    return _LOWEST_FIRST.index(level) > _LOWEST_FIRST.index(than)


def foresee_support_level(terms: SupportTerms, level: SupportLevel) -> Outlook:
    """What asking for ``level`` on ``terms.today`` would do."""
    refusal = _refusal(terms, level)
    if refusal is not None:
        return replace(refusal, possible_now=tuple(one.value for one in terms.possible_now))
    applies_on, pending = terms.would_apply_on, terms.pending
    changes = [
        OutlookChange("support_level", terms.support_level.value, level.value),
        OutlookChange(
            "committed_until", _iso(terms.committed_until), _iso(commitment_end(applies_on))
        ),
    ]
    if pending is not None:
        changes.append(
            OutlookChange("pending_support_level", pending.support_level.value, level.value)
        )
    return Outlook(
        act=ACT,
        from_on=applies_on,
        possible_now=tuple(one.value for one in terms.possible_now),
        mails=(MAIL,),
        changes=tuple(changes),
    )


def _refusal(terms: SupportTerms, level: SupportLevel) -> Outlook | None:
    pending = terms.pending
    if terms.status is not ContractStatus.ACTIVE:
        details = {"status": terms.status.value}
        return refused(act=ACT, rule="support-running", code="contract-not-active", details=details)
    if pending is not None and pending.support_level is level:
        details = {"support_level": level.value, "from_on": pending.effective_on.isoformat()}
        return refused(act=ACT, rule="support-other", code="support-level-pending", details=details)
    if level is terms.support_level:
        details = {"support_level": level.value}
        return refused(
            act=ACT, rule="support-other", code="support-level-unchanged", details=details
        )
    return _commitment_refusal(terms, level)


def _commitment_refusal(terms: SupportTerms, level: SupportLevel) -> Outlook | None:
    until = terms.committed_until
    if is_higher(level, terms.support_level) or until is None or terms.would_apply_on > until:
        return None
    free_from = first_after(until)
    return refused(
        act=ACT,
        rule="support-commitment",
        code="support-level-committed",
        details={
            "support_level": terms.support_level.value,
            "committed_until": until.isoformat(),
            "earliest_effect": free_from.isoformat(),
        },
        earliest_on=asked_at_the_earliest(until),
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def terms_of(
    contract: Contract,
    *,
    last_applied: SupportChange | None,
    changes: Sequence[SupportChange],
    today: date,
) -> SupportTerms:
    """A level counts from the day its change was applied; the first one from the opening, or from
    the conversion of the trial."""
    first_day = day_of(contract.opened_at)
    if contract.trial is not None and contract.trial.converted_at is not None:
        first_day = day_of(contract.trial.converted_at)
    return SupportTerms(
        tenant=contract.tenant,
        status=contract.status,
        binding=contract.status in _BINDING and not contract.is_on_trial,
        support_level=contract.support_level,
        since_on=first_day if last_applied is None else last_applied.effective_on,
        today=today,
        changes=tuple(changes),
    )
