"""Authenticator apps (RFC 6238): six digits, thirty seconds, on real time as the apps are."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

_STEP_SECONDS = 30
_DRIFT = 1  # steps to either side: clocks of phones stray


def fresh_secret() -> str:
    """160 bits in base32."""
    return pyotp.random_base32()


def enrolment_uri(secret: str, *, account: str, issuer: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def matching_steps(secret: str, code: str, *, at: datetime) -> list[int]:
    """The time steps around ``at`` whose code this is. Every one is compared, in constant time."""
    generator = pyotp.TOTP(secret)
    current = int(at.timestamp()) // _STEP_SECONDS
    steps = range(current - _DRIFT, current + _DRIFT + 1)
    given = code.encode()
    same = [hmac.compare_digest(generator.generate_otp(step).encode(), given) for step in steps]
    return [step for step, equal in zip(steps, same, strict=True) if equal]
