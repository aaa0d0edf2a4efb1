"""What the gateway hears of identity, and forgets or ends because of it.

Each process hears the broadcast and forgets the rights it keeps of a person; one of all processes
ends the sessions that must not go on (``gateway/causes.py``).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from contracts import identity
from contracts.codes import TenantCode
from contracts.declare import Event
from contracts.registry import events_heard_by
from gateway.causes import ending_of
from gateway.metrics import EVENTS
from gateway.naming import Naming
from gateway.oauth.proofs import TWO_FACTORS
from gateway.rights import RightsCache
from servicekit.events import Fact, Subscriber

RIGHTS_CHANGED: tuple[Event, ...] = events_heard_by("gateway")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Sessions(Protocol):
    def end_all(
        self,
        person_id: UUID,
        *,
        why: str,
        methods: tuple[str, ...],
        domain: TenantCode | None,
        except_call: str | None,
        except_amr: str | None,
        proved_before: datetime,
    ) -> int: ...

    def end_at(self, domain: TenantCode, *, why: str, proved_before: datetime) -> None: ...


class OwnData(Protocol):
    def forget(self, person_id: UUID) -> None: ...


class Leavers(Protocol):
    def hear(self, fact: Fact) -> None: ...


class Views(Protocol):
    def end(self, grant_id: UUID) -> None: ...


class Listening:
    """Both subscribers of one gateway process."""

    def __init__(
        self,
        *,
        amqp_url: str,
        rights: RightsCache,
        sessions: Sessions,
        naming: Naming,
        own_data: OwnData,
        views: Views,
        leavers: Leavers,
    ) -> None:
        self._rights = rights
        self._naming = naming
        self._own_data = own_data
        self._views = views
        self._leavers = leavers
        self._sessions = sessions
        self._broadcast = Subscriber(
            amqp_url,
            "gateway",
            RIGHTS_CHANGED,
            self.forget_rights,
            broadcast=True,
            lost=rights.forget_all,
        )
        self._durable = Subscriber(
            amqp_url,
            "gateway",
            events_heard_by("gateway"),
            self.end_sessions,
            broadcast=False,
        )

    def start(self) -> None:
        self._broadcast.start()
        self._durable.start()

    def stop(self) -> None:
        self._broadcast.stop()
        self._durable.stop()

    def wait_until_up(self, timeout: float) -> bool:
        return all(side.up.wait(timeout) for side in (self._broadcast, self._durable))

    def forget_rights(self, fact: Fact) -> None:
        EVENTS.labels(fact.type).inc()
        if fact.type == identity.PersonErased.type:
            self._naming.forget_all()
        person_id, tenant = fact.data.get("person_id"), fact.data.get("tenant")
        if person_id is not None:
            self._rights.forget(person_id)
        elif tenant is not None:  # a contract's rule is no matter of everybody's
            self._rights.forget_tenant(tenant)
        else:
            self._rights.forget_all()

    def end_sessions(self, fact: Fact) -> None:
        """Ending what has ended does nothing, so hearing this twice is harmless."""
        ending = ending_of(fact.type, fact.data)
        if ending is not None:
            self._sessions.end_all(
                fact.data["person_id"],
                why=fact.type,
                methods=ending.methods,
                domain=ending.domain,
                except_call=fact.call_id if ending.spares_caller else None,
                except_amr=TWO_FACTORS if ending.spares_two_factors else None,
                proved_before=_told_at(fact.id),
            )
        if fact.type == identity.ConsoleClosed.type:
            domain = fact.data["tenant"]
            self._sessions.end_at(domain, why=fact.type, proved_before=_told_at(fact.id))
        self._leavers.hear(fact)
        if fact.type == identity.ImpersonationEnded.type:
            self._views.end(fact.data["grant_id"])
        if fact.type == identity.PersonErased.type:
            self._own_data.forget(fact.data["person_id"])


def _told_at(event_id: UUID) -> datetime:
    """Real time of the fact, from its UUIDv7: the envelope's own may be of a simulated clock.

    Sessions run on real time, and one begun with the new password must not end because the news
    of that password came late.
    """
    return _EPOCH + timedelta(milliseconds=event_id.int >> 80)
