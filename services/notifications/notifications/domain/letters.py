"""Which mail a fact calls for, to whom, and what stands in it. A letter is not yet a mail: its
reader, language and wording come from the read copies and the templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from contracts.codes import CredentialKind, TenantCode
from contracts.identity.facts import Leaving
from notifications.domain.readers import Reader


class Template(StrEnum):
    """One folder each under ``templates/``."""

    WELCOME = "welcome"
    CONSOLE_WELCOME = "console_welcome"
    TENANT_JOINED = "tenant_joined"
    INVITATION = "invitation"
    INVITATION_ANSWERED = "invitation_answered"
    ACCESS_ENDED = "access_ended"
    ACCESS_DISABLED = "access_disabled"
    ACCESS_ENABLED = "access_enabled"
    ROLES_CHANGED = "roles_changed"
    USER_CHANGED = "user_changed"
    MAIL_CHANGE = "mail_change"
    MAIL_CHANGE_REQUESTED = "mail_change_requested"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a template's name
    PASSWORD_SET = "password_set"  # noqa: S105
    PASSWORD_EXPIRES_SOON = "password_expires_soon"  # noqa: S105
    POLICY_CHANGED = "policy_changed"
    INSTALLATION_RULES_CHANGED = "installation_rules_changed"
    CREDENTIAL_LOCKED = "credential_locked"
    FAILED_LOGIN_RESET = "failed_login_reset"
    PORTAL_LOGIN_UNLOCKED = "portal_login_unlocked"
    FACTORS_CHANGED = "factors_changed"
    RECOVERY_CODE_USED = "recovery_code_used"
    SECOND_FACTOR_LOCKED = "second_factor_locked"
    STAFF_ANNOUNCED = "staff_announced"
    STAFF_ROLES_CHANGED = "staff_roles_changed"
    PERSON_DISABLED = "person_disabled"
    PERSON_ENABLED = "person_enabled"
    RECOVERY_PROPOSED = "recovery_proposed"
    RECOVERY_DECIDED = "recovery_decided"
    IMPERSONATION_GRANTED = "impersonation_granted"
    IMPERSONATION_STARTED = "impersonation_started"
    ERASURE_REQUESTED = "erasure_requested"
    ERASURE_CANCELLED = "erasure_cancelled"
    ERASURE_REFUSED = "erasure_refused"
    DRAINING_REPORTED = "draining_reported"
    FORCED_CLOSING_PROPOSED = "forced_closing_proposed"
    CONTRACT_CLOSED = "contract_closed"
    SUPPORT_LEVEL_ASKED = "support_level_asked"
    SUPPORT_LEVEL_WITHDRAWN = "support_level_withdrawn"
    SUPPORT_LEVEL_CHANGED = "support_level_changed"
    SUPPORT_COMMITMENT_ENDS = "support_commitment_ends"
    REFERENCES_CHANGED = "references_changed"
    BILLING_DETAILS_CHANGED = "billing_details_changed"
    REQUEST_SENT = "request_sent"
    REQUEST_ANSWERED = "request_answered"
    REQUEST_COMMENTED = "request_commented"
    REQUEST_DEADLINE_APPROACHED = "request_deadline_approached"
    REQUEST_CLOSED = "request_closed"
    ORDER_PLACED = "order_placed"
    TERMINATION_SCHEDULED = "termination_scheduled"
    TERMINATION_EFFECTIVE = "termination_effective"
    ONLINE_OPENING = "online_opening"
    SECOND_LOGIN = "second_login"
    MULTI_TENANT_ENDED = "multi_tenant_ended"
    ORDER_FORM = "order_form"
    TRIAL_REQUESTED = "trial_requested"
    TRIAL_ENDS_SOON = "trial_ends_soon"
    TRIAL_CONVERTED = "trial_converted"
    CONTRACT_SUSPENDED = "contract_suspended"
    CONTRACT_GOES_ON = "contract_goes_on"
    CONTRACT_DRAINING = "contract_draining"
    HANDOVER = "handover"
    OFFICE_RECOVERY = "office_recovery"
    CLIENT_ANNOUNCED = "client_announced"
    CLIENT_SECRET_EXPIRES_SOON = "client_secret_expires_soon"  # noqa: S105
    CLIENT_SECRET_EXPIRED = "client_secret_expired"  # noqa: S105
    CLIENT_KEYS_EXPIRE_SOON = "client_keys_expire_soon"
    CLIENT_KEYS_EXPIRED = "client_keys_expired"
    CLIENT_NEWS_GATHERED = "client_news_gathered"
    SESSIONS_ENDED = "sessions_ended"


@dataclass(frozen=True, slots=True)
class Letter:
    """``names_tenant``: its text needs the tenant's name, so it waits until that is known.
    ``recipient``: where it goes to another address than the reader's own. ``stranger``: the reader
    himself, where he is nobody's person."""

    template: Template
    person_id: UUID
    tenant: TenantCode | None
    facts: Mapping[str, Any]
    sealed_link: str | None = field(default=None, repr=False)
    names_tenant: bool = False
    recipient: str | None = None
    stranger: Reader | None = None


Fact = Mapping[str, Any]


def link_under(template: Template) -> str:
    """The place of the portal that a one-time link of this mail opens."""
    return "trial" if template is Template.TRIAL_REQUESTED else "links"


def welcome(fact: Fact) -> Letter:
    return Letter(
        template=Template.WELCOME,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={"login": fact["login"], "expires_at": fact["expires_at"]},
        sealed_link=fact["sealed_link"],
        names_tenant=fact["tenant"] is not None,
    )


def console_welcome(fact: Fact) -> Letter:
    return Letter(
        template=Template.CONSOLE_WELCOME,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={"user_name": fact["user_name"], "expires_at": fact["expires_at"]},
        sealed_link=fact["sealed_link"],
        names_tenant=True,
    )


def tenant_joined(fact: Fact) -> Letter | None:
    """None for a person new to us: the welcome mail names the tenant already; nor for who is
    invited, who has a mail of his own."""
    if fact["newly_registered"] or fact.get("invited"):
        return None
    return Letter(
        template=Template.TENANT_JOINED,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={"roles": _roles(fact)},
        names_tenant=True,
    )


def _roles(fact: Fact) -> list[dict[str, str]]:
    return [
        {"section": section.value, "role": role.value}
        for section, role in sorted(fact["roles"].items())
    ]


def invitation(fact: Fact) -> Letter:
    return Letter(
        template=Template.INVITATION,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={
            "roles": _roles(fact),
            "invited_by": fact["invited_by_name"],
            "expires_at": fact["expires_at"],
        },
        sealed_link=fact["sealed_link"],
        names_tenant=True,
    )


def invitation_answered(fact: Fact) -> Letter | None:
    """To who has invited; None where that was the provider."""
    if fact["invited_by"] is None:
        return None
    return Letter(
        template=Template.INVITATION_ANSWERED,
        person_id=fact["invited_by"],
        tenant=fact["tenant"],
        facts={"name": fact["name"], "accepted": fact["accepted"]},
        names_tenant=True,
    )


def access_ended(fact: Fact) -> Letter | None:
    """None for who has declined: he has said so himself a moment ago; for who was asked and has
    not answered: neither had anything yet; and for a second login, which is closed with a mail."""
    how = fact["how"]
    if how is Leaving.DECLINED or not _accepted(fact) or fact.get("by_management"):
        return None
    return Letter(
        template=Template.ACCESS_ENDED,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={"by_oneself": how is Leaving.LEFT},
        names_tenant=True,
    )


def access_disabled(fact: Fact) -> Letter | None:
    return _access(Template.ACCESS_DISABLED, fact)


def access_enabled(fact: Fact) -> Letter | None:
    return _access(Template.ACCESS_ENABLED, fact)


def roles_changed(fact: Fact) -> Letter | None:
    """None where the fact, of the version before, does not say which roles."""
    if fact.get("roles") is None or not _accepted(fact):
        return None
    return Letter(
        template=Template.ROLES_CHANGED,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={"roles": _roles(fact)},
        names_tenant=True,
    )


def user_changed(fact: Fact) -> Letter | None:
    if not _accepted(fact):
        return None
    return Letter(
        template=Template.USER_CHANGED,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={"names": fact["names"], "mobile": fact["mobile"]},
        names_tenant=True,
    )


def _accepted(fact: Fact) -> bool:
    """A contract that somebody has not accepted mails him its invitation and no more: else
    whoever knows an address could have mails sent to it at will."""
    return bool(fact.get("accepted", True))


def _access(template: Template, fact: Fact) -> Letter | None:
    """``user_name``: of the IAM user, where the technical console alone is meant."""
    if not _accepted(fact):
        return None
    return Letter(
        template=template,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={"user_name": fact.get("user_name"), "idle_days": fact.get("idle_days")},
        names_tenant=True,
    )


def mail_change(fact: Fact) -> Letter:
    return Letter(
        template=Template.MAIL_CHANGE,
        person_id=fact["person_id"],
        tenant=None,
        facts={"login": fact["login"], "expires_at": fact["expires_at"]},
        sealed_link=fact["sealed_link"],
        recipient=fact["new_email"],
    )


def mail_change_requested(fact: Fact) -> Letter:
    return Letter(
        template=Template.MAIL_CHANGE_REQUESTED,
        person_id=fact["person_id"],
        tenant=None,
        facts={"login": fact["login"], "requested_at": fact["requested_at"]},
        sealed_link=fact.get("not_me_link"),
        recipient=fact.get("email"),
    )


def password_reset(fact: Fact) -> Letter:
    return Letter(
        template=Template.PASSWORD_RESET,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={**_credential(fact), "expires_at": fact["expires_at"]},
        sealed_link=fact["sealed_link"],
        recipient=fact.get("email"),
    )


def password_set(fact: Fact) -> Letter:
    return Letter(
        template=Template.PASSWORD_SET,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={**_credential(fact), "set_at": fact["set_at"]},
        sealed_link=fact.get("not_me_link"),
        recipient=fact.get("email"),
    )


def password_expires_soon(fact: Fact) -> Letter:
    return Letter(
        template=Template.PASSWORD_EXPIRES_SOON,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={**_credential(fact), "expires_at": fact["expires_at"]},
    )


def policy_changed(fact: Fact) -> Letter | None:
    """To the contract's referent; of the installation's own rules, to an operator."""
    if fact["person_id"] is None:
        return None
    ours = fact["tenant"] is None
    return Letter(
        template=Template.INSTALLATION_RULES_CHANGED if ours else Template.POLICY_CHANGED,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={
            "part": fact["part"].value,
            "changed_by_name": fact["changed_by_name"],
            "changed_at": fact["changed_at"],
        },
        names_tenant=not ours,
    )


def credential_locked(fact: Fact) -> Letter:
    return Letter(
        template=Template.CREDENTIAL_LOCKED,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={**_credential(fact), "locked_until": fact["locked_until"]},
        sealed_link=fact.get("not_me_link"),
        recipient=fact.get("email"),
    )


def failed_login_reset(fact: Fact) -> Letter:
    return Letter(
        template=Template.FAILED_LOGIN_RESET,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={
            "user_name": fact["user_name"],
            "by_oneself": fact.get("reset_by_person_id") == fact["person_id"],
        },
    )


def portal_login_unlocked(fact: Fact) -> Letter:
    return Letter(
        template=Template.PORTAL_LOGIN_UNLOCKED,
        person_id=fact["person_id"],
        tenant=None,
        facts={"user_name": fact["user_name"], "was_locked": fact["was_locked"]},
    )


def factors_changed(fact: Fact) -> Letter:
    facts = {
        "change": fact["change"].value,
        "name": fact["name"],
        "changed_at": fact["changed_at"],
    }
    return _about_factors(Template.FACTORS_CHANGED, fact, facts)


def recovery_code_used(fact: Fact) -> Letter:
    facts = {"left": fact["left"], "used_at": fact["used_at"]}
    return _about_factors(Template.RECOVERY_CODE_USED, fact, facts)


def second_factor_locked(fact: Fact) -> Letter:
    facts = {"locked_until": fact["locked_until"]}
    return _about_factors(Template.SECOND_FACTOR_LOCKED, fact, facts)


def _about_factors(template: Template, fact: Fact, facts: Mapping[str, Any]) -> Letter:
    return Letter(
        template=template,
        person_id=fact["person_id"],
        tenant=None,
        facts=facts,
        sealed_link=fact["not_me_link"],
        recipient=fact.get("email"),
    )


def order_placed(fact: Fact) -> Letter:
    return Letter(
        template=Template.ORDER_PLACED,
        person_id=UUID(fact["placed_by"]),
        tenant=fact["tenant"],
        facts={**_units(fact), "order_id": fact["order_id"], "placed_at": fact["placed_at"]},
    )


def termination_scheduled(fact: Fact) -> Letter:
    return _termination(Template.TERMINATION_SCHEDULED, fact)


def termination_effective(fact: Fact) -> Letter:
    return _termination(Template.TERMINATION_EFFECTIVE, fact)


def _termination(template: Template, fact: Fact) -> Letter:
    return Letter(
        template=template,
        person_id=UUID(fact["requested_by"]),
        tenant=fact["tenant"],
        facts={
            **_units(fact),
            "remaining": fact["remaining"],
            "effective_on": fact["effective_on"],
        },
    )


def _credential(fact: Fact) -> dict[str, Any]:
    credential: CredentialKind = fact["credential"]
    return {"credential": credential.value, "user_name": fact["user_name"]}


def _units(fact: Fact) -> dict[str, Any]:
    offer = fact["offer"]
    wanted = ("product", "flavour", "region", "term_months", "monthly_price", "upfront_price")
    return {
        "quantity": fact["quantity"],
        "subscription_id": fact["subscription_id"],
        "currency": offer["currency"],
        **{name: offer[name] for name in wanted},
    }
