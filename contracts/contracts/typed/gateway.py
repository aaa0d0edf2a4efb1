"""Typed client of gateway. Made by ``python -m contracts.generate``."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict, cast

from contracts import gateway as calls
from contracts.typed.calling import Dispatch, given


class AuditEntry(TypedDict):
    sequence: int
    at: str
    actor_kind: str
    actor: str
    act: str | None
    action: str
    target: str
    details: dict[str, Any | None]
    reason: str | None
    call_id: str
    previous_hash: str
    hash: str
    actor_name: NotRequired[str | None]
    target_name: NotRequired[str | None]


class AuditEntries(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[AuditEntry]


class AuditVerification(TypedDict):
    entries: int
    head: str | None
    verified: bool
    broken_at: int | None
    next_after: NotRequired[int | None]


class Session(TypedDict):
    session_id: str
    current: bool
    method: str
    tenant: str | None
    address: str | None
    device: str | None
    browser: str | None
    system: str | None
    started_at: str
    proved_at: str
    last_seen_at: str
    applications: list[str]


class Sessions(TypedDict):
    next_cursor: NotRequired[str | None]
    items: list[Session]


class Ended(TypedDict):
    ended: int


class GatewayClient:
    """Gateway: the sessions of people, which it answers itself."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch

    def list_house_entries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AuditEntries:
        """The installation's own audit trail in gateway, oldest first."""
        payload = given(limit=limit, cursor=cursor)
        return cast(AuditEntries, self._dispatch(calls.list_house_entries, payload))

    def verify_house_chain(self, *, after: int | None = None) -> AuditVerification:
        """Recompute the hash chain of the installation's trail in gateway."""
        payload = given(after=after)
        return cast(AuditVerification, self._dispatch(calls.verify_house_chain, payload))

    def list_sessions(self, *, limit: int | None = None, cursor: str | None = None) -> Sessions:
        """Where I am signed in, the latest sign-in first."""
        payload = given(limit=limit, cursor=cursor)
        return cast(Sessions, self._dispatch(calls.list_sessions, payload))

    def end_session(self, *, session_id: str) -> Ended:
        """End one of my sessions, with all tokens of it."""
        payload = given(session_id=session_id)
        return cast(Ended, self._dispatch(calls.end_session, payload))

    def end_other_sessions(self) -> Ended:
        """End all my sessions but the one that this call came by."""
        payload = given()
        return cast(Ended, self._dispatch(calls.end_other_sessions, payload))

    def end_all_sessions(self) -> Ended:
        """End all my sessions, this one as well."""
        payload = given()
        return cast(Ended, self._dispatch(calls.end_all_sessions, payload))

    def end_all_sessions_of(self, *, person_id: str) -> Ended:
        """End all sessions of a person, who signs in anew."""
        payload = given(person_id=person_id)
        return cast(Ended, self._dispatch(calls.end_all_sessions_of, payload))
