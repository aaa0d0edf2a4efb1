"""Who a request is counted for, and what it is told about what is left.

Whoever proves who he is is counted by himself, wherever he asks from: the people of a company
share no quota because they share an address. Everybody else is counted by address, and so is a
public client, whose name anybody may say.
"""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from flask import Response, g

from contracts.rights import CallerKind
from gateway.forwarding import parse_address
from gateway.limits.asked import asked_from, note
from gateway.limits.buckets import Buckets, Holder, Kind, Standing
from gateway.metrics import LIMITED
from gateway.oauth.registration import PORTAL
from gateway.oauth.tokens import bearer_of
from servicekit.errors import TooMany
from servicekit.setting_kinds import Quota

if TYPE_CHECKING:
    from gateway.oauth.clients import Client
    from gateway.oauth.tokens import AccessToken

CODE = "quota-exceeded"


class Quotas(Protocol):
    def of(self, client_id: str) -> Quota | None: ...


class Admission:
    """Each method spends one request and raises TooMany("quota-exceeded") where none is left."""

    def __init__(self, buckets: Buckets, quotas: Quotas) -> None:
        self._buckets = buckets
        self._quotas = quotas

    def admit_stranger(self) -> None:
        self._admit(_address())

    def refuse_stranger(self) -> None:
        """Spends nothing: raises where the address has nothing left to spend."""
        self._refuse(self._buckets.refusal(_address()))

    def admit_person(self, person_id: UUID) -> None:
        self._admit(Holder(Kind.PERSON, str(person_id)))

    def admit_bearer(self, token: AccessToken) -> None:
        if token.kind is CallerKind.PERSON:
            self._admit(Holder(Kind.PERSON, bearer_of(token)))
        else:
            self._admit_client(token.subject)

    def admit_client(self, client: Client) -> None:
        """One that asks the protocol's endpoints. The portal asks for people who are counted."""
        if client.client_id == PORTAL:
            return
        if client.confidential:
            self._admit_client(client.client_id)
        else:
            self.admit_stranger()

    def _admit_client(self, client_id: str) -> None:
        self._admit(Holder(Kind.CLIENT, client_id), own=self._quotas.of(client_id))

    def _admit(self, holder: Holder, *, own: Quota | None = None) -> None:
        standing = self._buckets.spend(holder, own=own)
        note(standing)
        self._refuse(standing)

    def _refuse(self, standing: Standing | None) -> None:
        if standing is None or standing.retry_after is None:
            return
        note(standing)
        LIMITED.labels(standing.policy).inc()
        raise TooMany(
            CODE,
            {
                "retry_after": standing.retry_after,
                "limit": standing.quota.amount,
                "violated-policies": [standing.policy],
            },
        )


def _address() -> Holder:
    return Holder(Kind.ADDRESS, address_name(asked_from()))


def tell_standing(response: Response) -> Response:
    """``RateLimit`` and ``RateLimit-Policy`` (draft-ietf-httpapi-ratelimit-headers-10)."""
    response.headers.update(standing_headers(g.get("standing")))
    return response


def standing_headers(standing: Standing | None) -> list[tuple[str, str]]:
    if standing is None:
        return []
    name, quota = standing.policy, standing.quota
    return [
        ("RateLimit-Policy", f'"{name}";q={quota.amount};w={quota.seconds}'),
        ("RateLimit", f'"{name}";r={standing.remaining};t={standing.full_in}'),
    ]


def address_name(text: str | None) -> str:
    """Of IPv6 the network: whoever has one address there has 2^64 of them."""
    address = parse_address(text or "")
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address) if address is not None else "unknown"
