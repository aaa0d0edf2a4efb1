"""Recovery acts in the reader's language."""

from __future__ import annotations

from flask_babel import gettext

from contracts.identity import RecoveryKind, RecoveryState


def recovery_kinds() -> dict[str, str]:
    return {
        RecoveryKind.RESET_FACTORS: gettext("Second factors lost: remove them"),
        RecoveryKind.CHANGE_EMAIL: gettext("Mailbox lost: another e-mail address"),
        RecoveryKind.ENABLE_PERSON: gettext("Login closed: open it"),
        RecoveryKind.ERASE_PERSON: gettext("Erase the person’s data"),
    }


def recovery_consequences() -> dict[str, str]:
    """What happens once the second of staff has approved."""
    return {
        RecoveryKind.RESET_FACTORS: gettext(
            "All second factors are removed and all sessions end. Where a rule demands a factor,"
            " the next sign-in asks for a new one."
        ),
        RecoveryKind.CHANGE_EMAIL: gettext(
            "The present address is told at once. After three days without an objection the new"
            " address gets a link; using it makes it the person’s."
        ),
        RecoveryKind.ENABLE_PERSON: gettext("The login is open again, with its password."),
        RecoveryKind.ERASE_PERSON: gettext(
            "In seven days names, addresses, sign-ins and access are gone for good. Until then the"
            " person can cancel it."
        ),
    }


def recovery_states() -> dict[str, tuple[str, str]]:
    """Words and chip kind."""
    return {
        RecoveryState.PROPOSED: (gettext("To be decided"), "warn"),
        RecoveryState.APPROVED: (gettext("Approved, waiting"), "warn"),
        RecoveryState.EXECUTED: (gettext("Carried out"), "good"),
        RecoveryState.REFUSED: (gettext("Refused"), "danger"),
        RecoveryState.WITHDRAWN: (gettext("Withdrawn"), "plain"),
        RecoveryState.EXPIRED: (gettext("Run out"), "plain"),
    }
