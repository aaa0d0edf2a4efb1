"""What a client wishes of a sign-in beside scopes: ``acr_values``, ``id_token_hint``, ``claims``.

Of ``claims`` (OpenID Connect Core, section 5.5) this profile knows, for the ID token, ``acr`` and
``sub``. Everything else there may be left out by the book and is: what is told of a person is what
he agreed to by the scopes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error

from gateway.oauth.interaction import Step
from gateway.oauth.proofs import ONE_FACTOR_CLASS, TWO_FACTORS_CLASS, acr_of
from gateway.oauth.protocol_request import Parameters
from gateway.oauth.sessions import Session

_LONGEST_CLAIMS = 2000
_MET_BY = {
    ONE_FACTOR_CLASS: {ONE_FACTOR_CLASS, TWO_FACTORS_CLASS},
    TWO_FACTORS_CLASS: {TWO_FACTORS_CLASS},
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """``classes``: of which one must have been met, where that is essential; ``subjects``: who it
    must be, by each way of saying so.
    """

    classes: tuple[str, ...] = ()
    essential: bool = False
    subjects: frozenset[str] = frozenset()

    def fault(self, session: Session | None) -> Step | None:
        """What this session falls short of; None where it will do, or nobody is there yet."""
        if session is None:
            return None
        if self.subjects - {str(session.person_id)}:
            return Step.LOGIN_REQUIRED
        known = acr_of(session.amr)
        met = any(known in _MET_BY.get(wanted, ()) for wanted in self.classes)
        return Step.UNMET if self.essential and self.classes and not met else None


def read_wishes(values: Parameters, *, subject_of: Callable[[str], str]) -> Wishes:
    """``subject_of`` reads an ID token of ours. Raises OAuth2Error, as it does."""
    asked = _of_id_token(values.get("claims"))
    acr, sub = _member(asked, "acr"), _member(asked, "sub")
    subjects = {str(sub["value"])} if "value" in sub else set()
    if "id_token_hint" in values:
        subjects.add(subject_of(values["id_token_hint"]))
    return Wishes(
        classes=(*values.get("acr_values", "").split(), *_wanted(acr)),
        essential=acr.get("essential") is True,
        subjects=frozenset(subjects),
    )


def _of_id_token(raw: str | None) -> dict[str, Any]:
    if raw is None:
        return {}
    try:
        claims = _object(json.loads(raw) if len(raw) <= _LONGEST_CLAIMS else None)
    except (ValueError, RecursionError):
        raise _unreadable() from None
    _member(claims, "userinfo")
    return _member(claims, "id_token")


def _member(asked: dict[str, Any], name: str) -> dict[str, Any]:
    """``null`` asks for it as it comes."""
    member = asked.get(name)
    return {} if member is None else _object(member)


def _wanted(acr: dict[str, Any]) -> list[str]:
    values = acr.get("values", [])
    listed = [*values, acr.get("value")] if isinstance(values, list) else [acr.get("value")]
    return [one for one in listed if isinstance(one, str)]


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _unreadable()
    return value


def _unreadable() -> OAuth2Error:
    return OAuth2Error(error="invalid_request", description="Invalid 'claims'")
