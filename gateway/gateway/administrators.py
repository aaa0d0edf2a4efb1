"""Who answers for a client and is told of it: asked of identity when there is something to tell."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from contracts.codes import Language, TenantCode
from contracts.identity import list_administrators, name_people
from contracts.rights import Caller, CallerKind
from gateway.wire import Circumstances, Wire
from servicekit.audit import HOUSE
from servicekit.context import new_call_id
from servicekit.pseudonyms import person_target

_GATEWAY = Caller(kind=CallerKind.GATEWAY, subject="gateway")


class Readers(Protocol):
    def of(self, tenant: TenantCode | None) -> list[UUID]: ...
    def name_of(self, person_id: UUID, tenant: TenantCode | None) -> str | None: ...


class Administrators:
    """``tenant``: None for the provider's own clients. Each raises Unavailable."""

    def __init__(self, *, wire: Wire) -> None:
        self._wire = wire

    def of(self, tenant: TenantCode | None) -> list[UUID]:
        answer = self._wire.send(
            list_administrators, {"chain": tenant or HOUSE}, _GATEWAY, _circumstances()
        )
        return [UUID(one) for one in answer["person_ids"]]

    def name_of(self, person_id: UUID, tenant: TenantCode | None) -> str | None:
        """As those may know it who are told; None where it means nobody any more."""
        asked = {"chain": tenant or HOUSE, "targets": [person_target(person_id)]}
        answer = self._wire.send(name_people, asked, _GATEWAY, _circumstances())
        return next((one["name"] for one in answer["items"]), None)


def _circumstances() -> Circumstances:
    # Of ids and names nothing is said in words; the installation's own language, as elsewhere.
    return Circumstances(language=Language.FRENCH, call_id=new_call_id())
