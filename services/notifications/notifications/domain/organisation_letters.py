"""Letters about what an organisation does by itself: openings, a second login, order forms."""

from __future__ import annotations

from typing import Any

from notifications.domain.letters import Fact, Letter, Template


def online_opening_activated(fact: Fact) -> Letter:
    return _online(fact, "activated", daily_limit=fact["daily_limit"])


def online_opening_withdrawn(fact: Fact) -> Letter:
    return _online(fact, "withdrawn")


def online_contract_opened(fact: Fact) -> Letter:
    """To who opened it: he notices what somebody else did in his name."""
    return _online(fact, "opened", opened=fact["tenant"], name=fact["name"])


def _online(fact: Fact, what: str, **facts: Any) -> Letter:
    return Letter(
        template=Template.ONLINE_OPENING,
        person_id=fact["person_id"],
        tenant=None,
        facts={"what": what, "organisation_name": fact["organisation_name"], **facts},
    )


def second_login(fact: Fact) -> Letter:
    """To the address that it shares; without a link where it has its password from before."""
    return Letter(
        template=Template.SECOND_LOGIN,
        person_id=fact["person_id"],
        tenant=None,
        facts={
            "organisation_name": fact["organisation_name"],
            "login": fact["login"],
            "expires_at": fact["expires_at"],
        },
        sealed_link=fact["sealed_link"],
    )


def multi_tenant_ended(fact: Fact) -> Letter:
    """To the first login, which stays."""
    return Letter(
        template=Template.MULTI_TENANT_ENDED,
        person_id=fact["person_id"],
        tenant=None,
        facts={name: fact[name] for name in ("organisation_name", "deactivated_at")},
    )


def order_form_sent(fact: Fact) -> Letter:
    return _order(fact, "sent", to="referent_id")


def order_form_returned(fact: Fact) -> Letter:
    """To who of staff sent it, and now has a day."""
    return _order(fact, "returned", to="sent_by")


def ordered_tenant_due(fact: Fact) -> Letter:
    return _order(fact, "due", to="sent_by")


def ordered_tenant_opened(fact: Fact) -> Letter:
    return _order(fact, "opened", to="returned_by")


def _order(fact: Fact, what: str, *, to: str) -> Letter:
    known = ("new_tenant", "due_at")
    return Letter(
        template=Template.ORDER_FORM,
        person_id=fact[to],
        tenant=fact["tenant"],
        facts={"what": what, **{name: fact[name] for name in known if name in fact}},
    )
