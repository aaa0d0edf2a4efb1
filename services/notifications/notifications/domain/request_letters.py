"""Letters about what a customer asks of sales or support. What was written stays in the portal: a
mail says that there is something to read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts.codes import Language
from contracts.tenancy import RequestAct
from notifications.domain.letters import Fact, Letter, Template
from notifications.domain.readers import stranger

_KNOWN = ("number", "title", "subject", "deadline_at")


def request_sent(fact: Fact) -> Letter | None:
    return _to(fact["told_id"], Template.REQUEST_SENT, fact)


def request_answered(fact: Fact) -> Letter | None:
    return _to(fact["told_id"], Template.REQUEST_ANSWERED, fact)


def request_commented(fact: Fact) -> Letter | None:
    """To who of staff has it; while nobody has, it stands in the queue."""
    reopened = fact["act"] is RequestAct.REOPEN
    return _to(fact["assigned_to"], Template.REQUEST_COMMENTED, fact, reopened=reopened)


def request_closed(fact: Fact) -> Letter | None:
    return _to(
        fact["told_id"],
        Template.REQUEST_CLOSED,
        fact,
        outcome=fact["outcome"],
        reopenable_until=fact["reopenable_until"],
    )


def deadline_approached(fact: Fact, *, contact: str) -> Letter:
    """To who has it; to the address that staff read (``contact``) where nobody has."""
    facts = {name: fact[name] for name in _KNOWN} | {"taken": fact["assigned_to"] is not None}
    desk = stranger(UUID(int=0), email=contact, language=Language.FRENCH)
    return Letter(
        template=Template.REQUEST_DEADLINE_APPROACHED,
        person_id=fact["assigned_to"] or desk.person_id,
        tenant=fact["tenant"],
        facts=facts,
        names_tenant=True,
        stranger=None if fact["assigned_to"] else desk,
    )


def _to(person_id: UUID | None, template: Template, fact: Fact, **more: Any) -> Letter | None:
    """None where there is nobody to tell."""
    if person_id is None:
        return None
    return Letter(
        template=template,
        person_id=person_id,
        tenant=fact["tenant"],
        facts={name: fact[name] for name in _KNOWN} | more,
        names_tenant=True,
    )
