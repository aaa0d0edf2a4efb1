"""Letters about staff roles, closed logins, recovery acts and erasure, to the one concerned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from notifications.domain.letters import Fact, Letter, Template


def staff_roles_changed(fact: Fact) -> Letter:
    roles = sorted(role.value for role in fact["roles"])
    return _about(Template.STAFF_ROLES_CHANGED, fact, roles=roles)


def staff_announced(fact: Fact) -> Letter:
    return _about(
        Template.STAFF_ANNOUNCED,
        fact,
        login=fact["login"],
        roles=sorted(role.value for role in fact["roles"]),
        appointed_by_name=fact["appointed_by_name"],
        appointed_at=fact["appointed_at"],
    )


def person_disabled(fact: Fact) -> Letter:
    return _about(Template.PERSON_DISABLED, fact, disabled_at=fact["disabled_at"])


def person_enabled(fact: Fact) -> Letter:
    return _about(Template.PERSON_ENABLED, fact, enabled_at=fact["enabled_at"])


def recovery_proposed(fact: Fact) -> Letter:
    kind, until = fact["kind"].value, fact["expires_at"]
    return _about(Template.RECOVERY_PROPOSED, fact, kind=kind, expires_at=until)


def recovery_decided(fact: Fact) -> Letter:
    """Approved for later, or carried out."""
    return _about(
        Template.RECOVERY_DECIDED,
        fact,
        kind=fact["kind"].value,
        takes_effect_at=fact.get("takes_effect_at"),
        executed_at=fact.get("executed_at"),
    )


def impersonation_granted(fact: Fact) -> Letter:
    return _impersonation(Template.IMPERSONATION_GRANTED, fact)


def impersonation_started(fact: Fact) -> Letter:
    return _impersonation(Template.IMPERSONATION_STARTED, fact)


def _impersonation(template: Template, fact: Fact) -> Letter:
    """To who is seen, who ends it in his account, or to who ends it for the contract."""
    known = ("is_seen", "operator_name", "as_name", "reason", "by_staff", "ends_at")
    return Letter(
        template=template,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={name: fact[name] for name in known},
        names_tenant=True,
    )


def erasure_requested(fact: Fact) -> Letter:
    due_at, by_staff = fact["due_at"], fact["by_staff"]
    letter = _about(Template.ERASURE_REQUESTED, fact, due_at=due_at, by_staff=by_staff)
    return replace(letter, recipient=fact.get("email"))


def erasure_cancelled(fact: Fact) -> Letter:
    return _about(Template.ERASURE_CANCELLED, fact, cancelled_at=fact["cancelled_at"])


def erasure_refused(fact: Fact) -> Letter:
    return _about(Template.ERASURE_REFUSED, fact)


def _about(template: Template, fact: Fact, **facts: Any) -> Letter:
    return Letter(template=template, person_id=fact["person_id"], tenant=None, facts=facts)
