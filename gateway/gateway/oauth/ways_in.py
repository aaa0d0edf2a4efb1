"""What a way in opens, decided where codes and tokens are made: whichever client asks.

The portal login and Web Login prove the portal password: they open whatever the person holds.
API Login proves the API password, which lives in scripts and opens the technical console of one
domain: no staff work, no other domain, nothing about the person's own account. In particular an
API Login never unlocks itself (``reset_own_failed_login`` wants ``account``): whoever guesses at
an API password must not be able to set back the counter of his own guesses.
"""

from __future__ import annotations

from contracts.codes import TenantCode

_BOUND = "api"
CONSOLE_SCOPES = ("contracts.read", "iam.read", "iam.write")
# Who it is and for how long, but nothing that the directory says of the person.
_OPENED = frozenset({"openid", "offline_access", *CONSOLE_SCOPES})


def opened_scope(scope: str, *, method: str) -> str:
    """What is granted of ``scope`` to somebody who came in by ``method``; may be empty."""
    if method != _BOUND:
        return scope
    return " ".join(word for word in scope.split() if word in _OPENED)


def opens_nothing(scope: str | None, *, method: str) -> bool:
    """Whether this way in leaves nothing of what was asked for."""
    return method == _BOUND and not scope


def bound_domain(*, method: str, domain: TenantCode | None) -> TenantCode | None:
    """The only tenant that tokens of such a session are good for; None: whatever he holds."""
    return domain if method == _BOUND else None
