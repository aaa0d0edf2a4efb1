"""Letters about the offices of a contract: to both sides of a handover, and to whoever manages its
users where staff give an office to somebody."""

from __future__ import annotations

from notifications.domain.letters import Fact, Letter, Template


def handover_announced(fact: Fact) -> Letter:
    why = fact["ended_why"]
    told = ("is_holder", "other_name", "drop_rights", "expires_at", "takes_effect_at")
    return Letter(
        template=Template.HANDOVER,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={
            **{name: fact[name] for name in told},
            "handover_id": str(fact["handover_id"]),
            "office": fact["office"].value,
            "state": fact["state"].value,
            "ended_why": None if why is None else why.value,
            "rights_dropped": fact["rights_dropped"],
        },
        names_tenant=True,
    )


def office_recovery_announced(fact: Fact) -> Letter:
    told = ("state", "is_holder", "successor_name", "takes_effect_at")
    return Letter(
        template=Template.OFFICE_RECOVERY,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={
            **{name: fact[name] for name in told},
            "recovery_id": str(fact["recovery_id"]),
            "office": fact["office"].value,
        },
        names_tenant=True,
    )
