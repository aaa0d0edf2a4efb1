"""Handovers and recoveries of offices in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from contracts.codes import Office
from contracts.tenancy import HandoverEnd, HandoverState, OfficeRecoveryState


def change_names() -> dict[str, str]:
    """As the buttons of the tab Users have it."""
    return {
        Office.REFERENT: gettext("Change of referent"),
        Office.DOMAIN_OWNER: gettext("Change of domain owner"),
    }


def handover_states() -> dict[str, tuple[str, str]]:
    """Words and chip kind."""
    return {
        HandoverState.OFFERED: (gettext("Offered"), "warn"),
        HandoverState.ACCEPTED: (gettext("Accepted, cooling off"), "warn"),
        HandoverState.SETTLING: (gettext("Taking effect"), "warn"),
        HandoverState.DONE: (gettext("In effect"), "good"),
        HandoverState.DECLINED: (gettext("Declined"), "plain"),
        HandoverState.WITHDRAWN: (gettext("Withdrawn"), "plain"),
        HandoverState.EXPIRED: (gettext("Run out"), "plain"),
        HandoverState.VOID: (gettext("Cancelled"), "danger"),
    }


def office_recovery_states() -> dict[str, tuple[str, str]]:
    return {
        OfficeRecoveryState.PROPOSED: (gettext("To be decided"), "warn"),
        OfficeRecoveryState.APPROVED: (gettext("Approved, waiting"), "warn"),
        OfficeRecoveryState.SETTLING: (gettext("Taking effect"), "warn"),
        OfficeRecoveryState.DONE: (gettext("Carried out"), "good"),
        OfficeRecoveryState.REFUSED: (gettext("Refused"), "danger"),
        OfficeRecoveryState.OBJECTED: (gettext("Stopped by the holder"), "danger"),
        OfficeRecoveryState.WITHDRAWN: (gettext("Withdrawn"), "plain"),
        OfficeRecoveryState.EXPIRED: (gettext("Run out"), "plain"),
        OfficeRecoveryState.VOID: (gettext("Cancelled"), "danger"),
    }


def ends() -> dict[str, str]:
    """Why something ended by nobody's word."""
    return {
        HandoverEnd.SUCCESSOR_LEFT: gettext("The person chosen is no user of the contract."),
        HandoverEnd.SUCCESSOR_DISABLED: gettext("The access of the person chosen is disabled."),
        HandoverEnd.SECOND_LOGIN: gettext("The person chosen acts by a second login."),
        HandoverEnd.HOLDER_DISABLED: gettext("The login of the holder is closed."),
        HandoverEnd.HOLDER_CHANGED: gettext("The office has another holder by now."),
        HandoverEnd.CONTRACT_TERMINATED: gettext("The contract has ended."),
        HandoverEnd.HANDS_UNFIT: gettext("One of the two of staff may not decide it."),
        HandoverEnd.EMAIL_TAKEN: gettext("The address of the person chosen is not free."),
    }


def party_name(party: dict[str, Any]) -> str:
    """As far as identity tells it: of who was erased there is no name any more."""
    named = f"{party['given_name'] or ''} {party['family_name'] or ''}".strip()
    return named or party["login"] or gettext("Somebody who is erased")
