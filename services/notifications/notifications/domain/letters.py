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


class Template(StrEnum):
    """One folder each under ``templates/``."""

    WELCOME = "welcome"
    CONSOLE_WELCOME = "console_welcome"
    TENANT_JOINED = "tenant_joined"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a template's name
    PASSWORD_SET = "password_set"  # noqa: S105
    CREDENTIAL_LOCKED = "credential_locked"
    FAILED_LOGIN_RESET = "failed_login_reset"
    ORDER_PLACED = "order_placed"
    TERMINATION_SCHEDULED = "termination_scheduled"
    TERMINATION_EFFECTIVE = "termination_effective"


@dataclass(frozen=True, slots=True)
class Letter:
    """``names_tenant``: its text needs the tenant's name, so it waits until that is known."""

    template: Template
    person_id: UUID
    tenant: TenantCode | None
    facts: Mapping[str, Any]
    sealed_link: str | None = field(default=None, repr=False)
    names_tenant: bool = False


Fact = Mapping[str, Any]


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
    """None for a person new to us: the welcome mail names the tenant already."""
    if fact["newly_registered"]:
        return None
    return Letter(
        template=Template.TENANT_JOINED,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={
            "roles": [
                {"section": section.value, "role": role.value}
                for section, role in sorted(fact["roles"].items())
            ]
        },
        names_tenant=True,
    )


def password_reset(fact: Fact) -> Letter:
    return Letter(
        template=Template.PASSWORD_RESET,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={**_credential(fact), "expires_at": fact["expires_at"]},
        sealed_link=fact["sealed_link"],
    )


def password_set(fact: Fact) -> Letter:
    return Letter(
        template=Template.PASSWORD_SET,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={**_credential(fact), "set_at": fact["set_at"]},
    )


def credential_locked(fact: Fact) -> Letter:
    return Letter(
        template=Template.CREDENTIAL_LOCKED,
        person_id=fact["person_id"],
        tenant=fact["tenant"],
        facts={**_credential(fact), "locked_until": fact["locked_until"]},
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
