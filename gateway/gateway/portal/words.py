"""Closed vocabularies in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, ngettext

from contracts.codes import Language, Office, StaffRole, SupportLevel
from gateway.i18n import format_money
from gateway.pages.roles import role_names as role_names
from gateway.pages.roles import roles_in_words as roles_in_words
from gateway.pages.roles import section_names as section_names
from gateway.portal.amounts import total


def office_names() -> dict[str, str]:
    return {
        Office.REFERENT: gettext("Referent"),
        Office.DOMAIN_OWNER: gettext("Domain owner"),
    }


def staff_role_names() -> dict[str, str]:
    return {
        StaffRole.SALES: gettext("Sales"),
        StaffRole.BILLING: gettext("Billing"),
        StaffRole.SUPPORT: gettext("Support"),
        StaffRole.OPERATOR: gettext("Platform operator"),
        StaffRole.AUDITOR: gettext("Auditor"),
    }


def ways_in() -> dict[str, str]:
    return {
        "portal": gettext("Customer space"),
        "web": "Web Login",
        "api": "API Login",
    }


def sign_in_outcomes() -> dict[str, tuple[str, str]]:
    """What came of a try, or what happened to a password: words and chip kind."""
    return {
        "accepted": (gettext("Signed in"), "good"),
        "wrong": (gettext("Wrong password"), "warn"),
        "locked": (gettext("Refused: locked"), "danger"),
        "disabled": (gettext("Refused: disabled"), "danger"),
        "no-password": (gettext("Refused: no password yet"), "warn"),
        "no-console": (gettext("Refused: no right on the console"), "warn"),
        "no-second-factor": (gettext("Refused: a second factor is needed"), "warn"),
        "factor-accepted": (gettext("Second factor accepted"), "good"),
        "factor-wrong": (gettext("Wrong second factor"), "warn"),
        "factor-locked": (gettext("Second factor refused: locked"), "danger"),
        "factor-copied": (gettext("Passkey refused: copied"), "danger"),
        "password-set": (gettext("Password set by link"), "plain"),
        "password-changed": (gettext("Password changed"), "plain"),
        "reset-requested": (gettext("New password asked for"), "plain"),
        "disowned": (gettext("Said not to be you"), "danger"),
    }


def support_levels() -> dict[str, tuple[str, str]]:
    """Name and what it is for."""
    return {
        SupportLevel.BASIC: (
            "Basic",
            gettext("Documentation and online answers, on one's own."),
        ),
        SupportLevel.STANDARD: (
            "Standard",
            gettext("For developing applications, outside production."),
        ),
        SupportLevel.BUSINESS: ("Business", gettext("For applications in production.")),
        SupportLevel.PREMIUM: (
            "Premium",
            gettext("For demanding applications in production."),
        ),
    }


def language_names() -> list[tuple[str, str]]:
    return [(Language.FRENCH.value, "Français"), (Language.ENGLISH.value, "English")]


def contract_states() -> dict[str, tuple[str, str]]:
    """Words and chip kind."""
    return {
        "requested": (gettext("Being prepared"), "plain"),
        "trial": (gettext("Trial"), "good"),
        "active": (gettext("Active"), "good"),
        "suspended": (gettext("Suspended"), "danger"),
        "draining": (gettext("Being terminated"), "warn"),
        "terminated": (gettext("Terminated"), "plain"),
    }


def contract_acts() -> dict[str, str]:
    """What happened to a contract, as a line of its history says it."""
    return {
        "open": gettext("Opened"),
        "start_trial": gettext("Trial begun"),
        "request": gettext("Order form received"),
        "activate": gettext("Put into service"),
        "withdraw": gettext("Order withdrawn"),
        "convert": gettext("Trial converted"),
        "expire": gettext("Trial over without a conversion"),
        "suspend": gettext("Suspended by the provider"),
        "resume": gettext("Suspension lifted"),
        "terminate": gettext("Termination begun"),
        "keep": gettext("Termination taken back"),
        "close": gettext("Ended: nothing remained"),
        "force": gettext("Ended though resources remained"),
    }


def acted_by_names() -> dict[str, str]:
    return {
        "customer": gettext("The customer"),
        "provider": gettext("The provider"),
        "calendar": gettext("Its day had come"),
    }


def contract_types() -> dict[str, str]:
    return {"single": gettext("One tenant"), "multi_services": gettext("Multi-services")}


def subscription_states() -> dict[str, tuple[str, str]]:
    return {
        "active": (gettext("Active"), "good"),
        "terminating": (gettext("Ending"), "warn"),
        "ended": (gettext("Ended"), "plain"),
    }


def product_names() -> dict[str, tuple[str, str]]:
    """Name in the catalogue and what it is."""
    return {
        "workspace": (
            gettext("Workspace resource reservation"),
            gettext("Virtual desktops (VDI) at a fixed monthly price, for 1, 2 or 3 years."),
        )
    }


def package_name(offer: Mapping[str, Any]) -> str:
    years, months = divmod(offer["term_months"], 12)
    if months:
        term = ngettext("%(num)s month", "%(num)s months", offer["term_months"])
    else:
        term = ngettext("%(num)s year", "%(num)s years", years)
    if offer["upfront"]:
        return gettext("%(term)s, with upfront payment", term=term)
    return gettext("%(term)s, without upfront payment", term=term)


def payment_mode(offer: Mapping[str, Any], quantity: int) -> str:
    currency = offer["currency"]
    each_month = total(offer["monthly_price"], quantity)
    monthly = format_money(each_month, currency)
    if not offer["upfront"]:
        return gettext("%(amount)s each month, excluding VAT", amount=monthly)
    once = format_money(total(offer["upfront_price"], quantity), currency)
    if not each_month:
        return gettext("%(once)s once at the order, excluding VAT", once=once)
    return gettext(
        "%(once)s once at the order, then %(amount)s each month, excluding VAT",
        once=once,
        amount=monthly,
    )


def application_kinds() -> dict[str, tuple[str, str]]:
    """Name, and what it is for."""
    return {
        "service": (
            gettext("Service"),
            gettext("A program that acts for the contract by itself, with a secret."),
        ),
        "web": (
            gettext("Web application"),
            gettext("People sign in to it; its server keeps a secret."),
        ),
        "native": (
            gettext("Application on a device"),
            gettext("People sign in to it on a computer or telephone; it has no secret."),
        ),
    }


def trail_names() -> dict[str, str]:
    return {
        "identity": gettext("Identities"),
        "tenancy": gettext("Contracts"),
        "subscriptions": gettext("Subscriptions"),
        "notifications": gettext("Mails"),
        "gateway": gettext("Applications"),
    }
