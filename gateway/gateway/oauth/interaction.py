"""What a browser must do before it is sent back with a code. Decided on values alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

PROMPTS = frozenset({"none", "login", "consent", "select_account"})


class Step(StrEnum):
    PROCEED = "proceed"
    SIGN_IN = "sign-in"
    CONSENT = "consent"
    # Refusals, where the client asked that no page be shown: codes of OpenID Connect.
    LOGIN_REQUIRED = "login_required"
    CONSENT_REQUIRED = "consent_required"
    # And where no sign-in of this person is of the class that the client insists on.
    UNMET = "unmet_authentication_requirements"


def next_step(
    *,
    prompt: frozenset[str],
    max_age: timedelta | None,
    auth_time: datetime | None,
    asked_at: datetime | None,
    consented: bool,
    now: datetime,
    fault: Step | None = None,
    own_proof: bool = False,
) -> Step:
    """``auth_time``: when the person last proved who he is, None where nobody is signed in;
    ``asked_at``: when this very request sent him to the sign-in page, None where it did not;
    ``fault``: what the sign-in falls short of. Signing in anew may mend it, once.
    ``own_proof``: one that was made for something else will not do.
    """
    silent = "none" in prompt
    if auth_time is None or _must_prove_again(prompt, max_age, auth_time, asked_at, now, own_proof):
        return Step.LOGIN_REQUIRED if silent else Step.SIGN_IN
    if fault is not None:
        again = asked_at is not None and auth_time >= asked_at
        return fault if silent or again else Step.SIGN_IN
    if not consented or "consent" in prompt:
        return Step.CONSENT_REQUIRED if silent else Step.CONSENT
    return Step.PROCEED


def _must_prove_again(
    prompt: frozenset[str],
    max_age: timedelta | None,
    auth_time: datetime,
    asked_at: datetime | None,
    now: datetime,
    own_proof: bool,
) -> bool:
    if asked_at is not None and auth_time >= asked_at:
        return False
    if own_proof or prompt & {"login", "select_account"}:
        return True
    return max_age is not None and now - auth_time > max_age
