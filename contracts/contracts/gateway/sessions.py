"""Where people are signed in, and ending it."""

from __future__ import annotations

from contracts.codes import StaffRole
from contracts.declare import Effect, Refusal, delete, get, post
from contracts.fields import Flag, Id, Instant, Many, Part, Strict, Tenant, Text, Whole
from contracts.gateway.contract import GATEWAY
from contracts.paging import Page, PageRequest
from contracts.rights import self_service, staff_only


class Session(Strict):
    """Where somebody is signed in. ``browser`` and ``system`` are read from ``device``, what the
    browser says of itself; null where that says nothing."""

    session_id = Id(required=True)
    current = Flag(required=True, metadata={"description": "The one that this call came by."})
    method = Text(maximum=16, required=True, metadata={"description": "portal, web or api."})
    tenant = Tenant(
        required=True, allow_none=True, metadata={"description": "The domain signed in to."}
    )
    address = Text(maximum=64, required=True, allow_none=True)
    device = Text(maximum=400, required=True, allow_none=True)
    browser = Text(maximum=64, required=True, allow_none=True)
    system = Text(maximum=64, required=True, allow_none=True)
    started_at = Instant(required=True)
    proved_at = Instant(required=True, metadata={"description": "When he last proved who he is."})
    last_seen_at = Instant(required=True, metadata={"description": "To the minute."})
    applications = Many(
        Text(),
        maximum=50,
        required=True,
        metadata={"description": "Other applications that hold tokens of it, by name."},
    )


class Sessions(Page):
    items = Many(Part(Session), maximum=200, required=True)


class OneSession(Strict):
    session_id = Id(required=True)


class NoFields(Strict):
    """A call about the caller himself."""


class SessionsOfPerson(Strict):
    person_id = Id(required=True)


class Ended(Strict):
    ended = Whole(required=True, metadata={"description": "How many sessions."})


list_sessions = GATEWAY.call(
    "list_sessions",
    request=PageRequest,
    response=Sessions,
    right=self_service("account"),
    effect=Effect.READ,
    summary="Where I am signed in, the latest sign-in first.",
    route=get("/account/sessions"),
)
end_session = GATEWAY.call(
    "end_session",
    request=OneSession,
    response=Ended,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="End one of my sessions, with all tokens of it.",
    refusals=(Refusal("NotFound", "session-unknown"),),
    route=delete("/account/sessions/{session_id}"),
)
end_other_sessions = GATEWAY.call(
    "end_other_sessions",
    request=NoFields,
    response=Ended,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="End all my sessions but the one that this call came by.",
    route=post("/account/sessions/end-others"),
)
end_all_sessions = GATEWAY.call(
    "end_all_sessions",
    request=NoFields,
    response=Ended,
    right=self_service("account"),
    effect=Effect.WRITE,
    summary="End all my sessions, this one as well.",
    route=post("/account/sessions/end-all"),
)
end_all_sessions_of = GATEWAY.call(
    "end_all_sessions_of",
    request=SessionsOfPerson,
    response=Ended,
    right=staff_only("people.write", StaffRole.SUPPORT, StaffRole.OPERATOR),
    effect=Effect.WRITE,
    summary="End all sessions of a person, who signs in anew; of staff for operators only.",
    refusals=(Refusal("NotFound", "person-unknown"), Refusal("Forbidden", "operator-needed")),
    route=post("/people/{person_id}/sessions/end-all"),
    step_up=True,
    reason=True,
)
