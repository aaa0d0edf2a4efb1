"""Letters about the life of a contract, to its referent, and the one that opens a trial."""

from __future__ import annotations

from collections.abc import Callable

from contracts.tenancy import ContractAct, ContractStatus
from notifications.domain.contract_letters import to_referent
from notifications.domain.letters import Fact, Letter, Template
from notifications.domain.readers import stranger


def trial_requested(fact: Fact) -> Letter:
    """To an address that anybody may have typed: nobody's name and no word of his stands in it."""
    return Letter(
        template=Template.TRIAL_REQUESTED,
        person_id=fact["request_id"],
        tenant=None,
        facts={"expires_at": fact["expires_at"]},
        sealed_link=fact["sealed_link"],
        stranger=stranger(fact["request_id"], email=fact["email"], language=fact["language"]),
    )


def trial_ends_soon(fact: Fact) -> Letter | None:
    ends_on, closes_on = fact["ends_on"], fact["closes_on"]
    return to_referent(Template.TRIAL_ENDS_SOON, fact, ends_on=ends_on, closes_on=closes_on)


def state_changed(fact: Fact) -> Letter | None:
    """None for what has a letter of its own: a contract that has ended."""
    write = _BY_ACT.get(fact["act"])
    return None if write is None else write(fact)


def _suspended(fact: Fact) -> Letter | None:
    return to_referent(
        Template.CONTRACT_SUSPENDED,
        fact,
        reason=fact["reason"],
        changed_at=fact["changed_at"],
        closes_on=fact["trial_closes_on"] if fact["act"] is ContractAct.EXPIRE else None,
    )


def _draining(fact: Fact) -> Letter | None:
    lapsed = fact["act"] is ContractAct.EXPIRE
    changed_at = fact["changed_at"]
    return to_referent(Template.CONTRACT_DRAINING, fact, lapsed=lapsed, changed_at=changed_at)


def _expired(fact: Fact) -> Letter | None:
    return (_suspended if fact["state"] is ContractStatus.SUSPENDED else _draining)(fact)


def _goes_on(fact: Fact) -> Letter | None:
    return to_referent(
        Template.CONTRACT_GOES_ON,
        fact,
        kept=fact["act"] is ContractAct.KEEP,
        suspended=fact["state"] is ContractStatus.SUSPENDED,
        changed_at=fact["changed_at"],
    )


def _converted(fact: Fact) -> Letter | None:
    return to_referent(Template.TRIAL_CONVERTED, fact, changed_at=fact["changed_at"])


_BY_ACT: dict[ContractAct, Callable[[Fact], Letter | None]] = {
    ContractAct.SUSPEND: _suspended,
    ContractAct.EXPIRE: _expired,
    ContractAct.RESUME: _goes_on,
    ContractAct.KEEP: _goes_on,
    ContractAct.CONVERT: _converted,
    ContractAct.TERMINATE: _draining,
}
