"""The three doors: who stands before one, the name he gave, and whom it may mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from contracts.codes import TENANT_CODE, TenantCode
from identity.actions.attempts import FindCandidate
from identity.domain.attempts import Method, Visit, decoy_name
from identity.domain.names import mobile_key, name_key
from identity.domain.throttle import Doorstep, Guess, Throttle, source_of
from identity.store import candidates
from servicekit.db import EVERYONE, Scope


@dataclass(frozen=True, slots=True)
class Door:
    method: Method
    scope: Scope
    find: FindCandidate
    doorstep: Doorstep
    visit: Visit


def portal_door(*, login: str, visit: Visit, now: datetime, throttle: Throttle) -> Door:
    doorstep = _doorstep(throttle, visit, now)
    find = partial(
        candidates.get_candidate_at_door,
        method=Method.PORTAL,
        domain=None,
        name_key=name_key(login),
        decoy=decoy_name(login),
        doorstep=doorstep,
    )
    return Door(Method.PORTAL, EVERYONE, find, doorstep, visit)


def web_door(
    *, domain: str, user_name: str, visit: Visit, now: datetime, throttle: Throttle
) -> Door:
    scope, code = scope_of(domain)
    doorstep = _doorstep(throttle, visit, now)
    find = partial(
        candidates.get_candidate_at_door,
        method=Method.WEB,
        domain=code,
        name_key=name_key(user_name),
        decoy=decoy_name(domain, user_name),
        doorstep=doorstep,
    )
    return Door(Method.WEB, scope, find, doorstep, visit)


def api_door(
    *, domain: str, identifier: str, visit: Visit, now: datetime, throttle: Throttle
) -> Door:
    """``identifier``: user name, e-mail or mobile number of the IAM user."""
    scope, code = scope_of(domain)
    doorstep = _doorstep(throttle, visit, now)
    find = partial(
        candidates.get_candidate_at_door,
        method=Method.API,
        domain=code,
        name_key=name_key(identifier),
        mobile=mobile_key(identifier),
        decoy=decoy_name(domain, identifier),
        doorstep=doorstep,
    )
    return Door(Method.API, scope, find, doorstep, visit)


def scope_of(domain: str) -> tuple[Scope, str]:
    """A domain name as typed. What is no code finds nothing, at the price of one that is."""
    code = "".join(domain.split()).upper()
    return (TenantCode(code), code) if TENANT_CODE.fullmatch(code) else (EVERYONE, code)


def _doorstep(throttle: Throttle, visit: Visit, now: datetime) -> Doorstep:
    return Doorstep(Guess.PASSWORD, source_of(visit.address), now, throttle)
