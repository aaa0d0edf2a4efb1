"""What each person holds, kept for half a minute and forgotten at once when it changes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from uuid import UUID

from contracts.codes import Office, Role, Section, StaffRole, TenantCode
from contracts.identity import resolve_rights
from contracts.rights import Caller, CallerKind
from gateway.metrics import RIGHTS
from gateway.oauth.proofs import TWO_FACTORS
from gateway.wire import Circumstances, JsonObject, Wire
from servicekit.errors import GuichetError, Unavailable

_GATEWAY = Caller(kind=CallerKind.GATEWAY, subject="gateway")
_SPOILED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Holding:
    """What a person holds in one tenant, in a session with a second factor where it demands one."""

    roles: Mapping[Section, Role] = field(default_factory=dict)
    offices: frozenset[Office] = frozenset()
    second_factor_required: bool = False
    managed: bool = False  # by multi-tenant management


NOTHING = Holding()


@dataclass(frozen=True)
class PersonRights:
    person_id: UUID
    enabled: bool
    staff: frozenset[StaffRole]
    tenants: Mapping[TenantCode, Holding]
    second_factor_required: bool = False  # of staff

    @property
    def manages_organisation(self) -> bool:
        """Whether this is a second login, with all tenants of an organisation."""
        return any(what.managed for what in self.tenants.values())

    def holding(self, tenant: TenantCode | None) -> Holding:
        return NOTHING if tenant is None else self.tenants.get(tenant, NOTHING)

    def within(self, domain: TenantCode | None) -> PersonRights:
        """What is left for somebody who proved no more than a password of this domain."""
        if domain is None:
            return self
        held = {tenant: what for tenant, what in self.tenants.items() if tenant == domain}
        return replace(self, staff=frozenset(), tenants=held)

    def proved_by(self, factors: Collection[str]) -> PersonRights:
        """What counts of it in a session that was begun so (``amr``): without a second factor,
        nothing that demands one."""
        if TWO_FACTORS in factors or not self.demands_second_factor:
            return self
        counting = {
            tenant: what for tenant, what in self.tenants.items() if not what.second_factor_required
        }
        staff = frozenset() if self.second_factor_required else self.staff
        return replace(self, staff=staff, tenants=counting)

    @cached_property  # asked with every request, for as long as these rights are kept
    def demands_second_factor(self) -> bool:
        if self.second_factor_required and self.staff:
            return True
        return any(what.second_factor_required for what in self.tenants.values())


@dataclass(frozen=True, slots=True)
class _Kept:
    rights: PersonRights
    until: float


class RightsCache:
    """Read-through, one fetch at a time for each person.

    A ``forget`` that arrives while a fetch is under way wins: what that fetch brings may have
    been read before the change, so it is thrown away, also for those who already wait for it.
    """

    def __init__(
        self,
        *,
        wire: Wire,
        ttl: float = 30.0,
        size: int = 20_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = wire
        self._ttl = ttl
        self._size = size
        self._monotonic = monotonic
        self._lock = Lock()
        self._kept: OrderedDict[UUID, _Kept] = OrderedDict()
        self._flights: dict[UUID, Future[PersonRights]] = {}
        self._changed: dict[UUID, set[TenantCode]] = {}  # while that person's flight is under way

    def resolve(self, person_id: UUID, about: Circumstances) -> PersonRights:
        """Raises NotFound("person-unknown"), or Unavailable where identity cannot be asked."""
        for _ in range(_SPOILED_AT_MOST):
            kept, flight, mine = self._look(person_id)
            if kept is not None:
                return kept
            rights = self._fetch(person_id, flight, about) if mine else _await(flight)
            if self._land(person_id, flight, rights):
                return rights
        raise Unavailable("rights-changing", {"retry_after": 1})

    def forget(self, person_id: UUID) -> None:
        with self._lock:
            self._kept.pop(person_id, None)
            self._end_flight(person_id)

    def forget_tenant(self, tenant: TenantCode) -> None:
        """What is held there; whoever holds nothing there is not asked about anew."""
        with self._lock:
            concerned = [
                person_id for person_id, kept in self._kept.items() if tenant in kept.rights.tenants
            ]
            for person_id in concerned:
                del self._kept[person_id]
            for person_id in self._flights:
                self._changed.setdefault(person_id, set()).add(tenant)

    def forget_all(self) -> None:
        with self._lock:
            self._kept.clear()
            self._flights.clear()
            self._changed.clear()

    def _look(self, person_id: UUID) -> tuple[PersonRights | None, Future[PersonRights], bool]:
        with self._lock:
            kept = self._kept.get(person_id)
            if kept is not None and kept.until > self._monotonic():
                RIGHTS.labels("kept").inc()
                return kept.rights, Future(), False
            flight = self._flights.get(person_id)
            if flight is not None:
                RIGHTS.labels("shared").inc()
                return None, flight, False
            RIGHTS.labels("fetched").inc()
            flight = self._flights[person_id] = Future()
            return None, flight, True

    def _fetch(
        self, person_id: UUID, flight: Future[PersonRights], about: Circumstances
    ) -> PersonRights:
        try:
            answer = self._wire.send(resolve_rights, {"person_id": str(person_id)}, _GATEWAY, about)
            rights = _rights(answer)
        except BaseException as error:
            with self._lock:
                if self._flights.get(person_id) is flight:
                    self._end_flight(person_id)
            flight.set_exception(error)
            raise
        flight.set_result(rights)
        return rights

    def _land(self, person_id: UUID, flight: Future[PersonRights], rights: PersonRights) -> bool:
        """Keep what a flight brought. False where it was forgotten under way."""
        with self._lock:
            if self._flights.get(person_id) is flight:
                if not self._end_flight(person_id).isdisjoint(rights.tenants):
                    return False
                self._keep(person_id, rights)
                return True
            kept = self._kept.get(person_id)
            return kept is not None and kept.rights is rights

    def _end_flight(self, person_id: UUID) -> set[TenantCode]:
        """The tenants that were to be forgotten since it began."""
        self._flights.pop(person_id, None)
        return self._changed.pop(person_id, set())

    def _keep(self, person_id: UUID, rights: PersonRights) -> None:
        self._kept[person_id] = _Kept(rights, self._monotonic() + self._ttl)
        self._kept.move_to_end(person_id)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)


def _await(flight: Future[PersonRights]) -> PersonRights:
    try:
        return flight.result(timeout=resolve_rights.deadline)
    except TimeoutError:
        raise Unavailable("service-timeout", {"service": "identity", "retry_after": 1}) from None
    except GuichetError as error:
        # The same object raised by many threads would share one traceback.
        raise type(error)(error.code, error.details) from None


def _rights(answer: JsonObject) -> PersonRights:
    return PersonRights(
        person_id=UUID(answer["person_id"]),
        enabled=answer["enabled"],
        staff=frozenset(StaffRole(role) for role in answer["staff"]),
        tenants={
            TenantCode(held["tenant"]): Holding(
                roles={Section(name): Role(role) for name, role in held["roles"].items()},
                offices=frozenset(Office(office) for office in held["offices"]),
                second_factor_required=held.get("second_factor_required", False),
                managed=held.get("managed", False),
            )
            for held in answer["tenants"]
        },
        second_factor_required=answer.get("second_factor_required", False),
    )
