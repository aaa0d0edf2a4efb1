"""Letters about what a contract says, to its referent."""

from __future__ import annotations

from typing import Any

from notifications.domain.letters import Fact, Letter, Template


def support_level_asked(fact: Fact) -> Letter | None:
    replaced = fact["replaced"]
    return to_referent(
        Template.SUPPORT_LEVEL_ASKED,
        fact,
        **_levels(fact),
        replaced=None if replaced is None else replaced.value,
        committed_until=fact["committed_until"],
    )


def support_level_withdrawn(fact: Fact) -> Letter | None:
    return to_referent(Template.SUPPORT_LEVEL_WITHDRAWN, fact, **_levels(fact))


def support_level_changed(fact: Fact) -> Letter | None:
    until = fact["committed_until"]
    known = _levels(fact)
    return to_referent(Template.SUPPORT_LEVEL_CHANGED, fact, **known, committed_until=until)


def support_commitment_ends(fact: Fact) -> Letter | None:
    return to_referent(
        Template.SUPPORT_COMMITMENT_ENDS,
        fact,
        support_level=fact["support_level"].value,
        committed_until=fact["committed_until"],
        lower_from_on=fact["lower_from_on"],
    )


def references_changed(fact: Fact) -> Letter | None:
    return to_referent(
        Template.REFERENCES_CHANGED,
        fact,
        references=[fact[name] for name in ("ref1", "ref2", "ref3")],
        changed_at=fact["changed_at"],
        by=fact["by"].value,
    )


def billing_details_changed(fact: Fact) -> Letter | None:
    return to_referent(
        Template.BILLING_DETAILS_CHANGED,
        fact,
        changed=list(fact["changed"]),
        changed_at=fact["changed_at"],
    )


def _levels(fact: Fact) -> dict[str, Any]:
    return {
        "level_before": fact["level_before"].value,
        "support_level": fact["support_level"].value,
        "effective_on": fact["effective_on"],
    }


def to_referent(template: Template, fact: Fact, **facts: Any) -> Letter | None:
    """None where identity has not told yet who the referent is."""
    if fact["referent_id"] is None:
        return None
    return Letter(
        template=template,
        person_id=fact["referent_id"],
        tenant=fact["tenant"],
        facts=facts,
        names_tenant=True,
    )
