"""What a call asks of whoever calls it, in sentences of the reference."""

from __future__ import annotations

from contracts.declare import PORTAL_ONLY, Call
from contracts.rights import FRESH_PROOF, Audience, Right
from servicekit.freshness import STEP_UP_REQUIRED


def needs(call: Call) -> str:
    return _right(call.right) + _freshness(call) + _by_hand(call)


def _freshness(call: Call) -> str:
    """What a sensitive call asks of a person beside his right."""
    if not call.step_up:
        return ""
    minutes = int(FRESH_PROOF.total_seconds()) // 60
    return (
        f" A person must have proved who he is in the last {minutes} minutes, else the answer is"
        f" 401 `{STEP_UP_REQUIRED}` with the `max_age` to authorize again with (RFC 9470)."
    )


def _by_hand(call: Call) -> str:
    """What no application does for a person."""
    if not call.portal_only:
        return ""
    return f" By hand in the portal alone: any application is refused with 403 `{PORTAL_ONLY}`."


def _right(right: Right) -> str:
    """Who may call, in a sentence."""
    who = []
    if right.section is not None and right.role is not None:
        who.append(f"a person with role `{right.role}` on section `{right.section}` of the tenant")
    who += [f"the tenant's `{office}`" for office in sorted(right.offices)]
    if right.audience in (Audience.SELF, Audience.LISTING):
        who.append("any signed-in person")
    if right.staff:
        who.append("staff: " + ", ".join(f"`{role}`" for role in sorted(right.staff)))
    if right.clients:
        who.append("a client with its own credentials")
    return f"Scope `{right.scope}`. Open to " + "; ".join(who) + "."
