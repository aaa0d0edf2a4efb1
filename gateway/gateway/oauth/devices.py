"""Devices without a browser (RFC 8628): they show a code, the person types it into our page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidGrantError, UnauthorizedClientError
from authlib.oauth2.rfc8628 import (
    DEVICE_CODE_GRANT_TYPE,
    AuthorizationPendingError,
    ExpiredTokenError,
    SlowDownError,
)
from authlib.oauth2.rfc8628 import (
    DeviceAuthorizationEndpoint as AuthlibDeviceAuthorizationEndpoint,
)
from authlib.oauth2.rfc8628 import DeviceCodeGrant as AuthlibDeviceCodeGrant
from flask import request as flask_request

from gateway.oauth.acting import acting
from gateway.oauth.binding import BoundToKey
from gateway.oauth.client_authentication import EVERY
from gateway.oauth.clients import Client, granted_scope
from gateway.oauth.granting import Grants
from gateway.oauth.grants import key_to_keep, person_of, scope_of
from gateway.oauth.issuing import SignedInPerson
from gateway.oauth.lifetimes import DEVICE_CODE, DEVICE_GUESSES
from gateway.oauth.protocol_request import ProtocolRequest
from gateway.oauth.secrecy import digest_of, new_secret
from gateway.store import device_requests as store
from gateway.store.device_requests import Decision, DeviceRow, PolledRow
from gateway.store.families import FamilyRow
from gateway.store.sessions import SessionRow
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database, Tx
from servicekit.errors import Conflict, NotFound, TooMany, Unavailable
from servicekit.ids import new_id

if TYPE_CHECKING:
    from gateway.oauth.server import AuthorizationServer

DEVICE = "/device"
MOST_FAILURES = 10
_INTERVAL, _LONGEST_INTERVAL, _SLOWER = 5, 60, 5
_GRACE = 1  # a network may bring two requests closer together than they were sent


class Devices:
    def __init__(self, *, db: Database, clock: Clock, grants: Grants) -> None:
        self._db = db
        self._clock = clock
        self._grants = grants

    def add(
        self, *, device_code: str, user_code: str, client_id: str, scope: str, address: str | None
    ) -> None:
        now = self._clock.now()
        device = DeviceRow(
            user_code=plain_code(user_code),
            family_id=new_id(),
            client_id=client_id,
            scopes=tuple(scope.split()),
            address=address,
            created_at=now,
            expires_at=now + DEVICE_CODE,
        )
        digest = digest_of(device_code)
        with self._db.write(acting("device.ask"), tenant=EVERYONE) as tx:
            if not store.add_device_request(tx, digest=digest, device=device, interval=_INTERVAL):
                raise Unavailable("service-unavailable", {"retry_after": 1})

    def poll(self, *, digest: bytes, client_id: str) -> PolledRow | None:
        """As it stands; a device code that comes back ends what it gave."""
        now = self._clock.now()
        with self._db.write(acting("device.poll"), tenant=EVERYONE) as tx:
            polled = store.change_polled(
                tx,
                digest=digest,
                client_id=client_id,
                grace=_GRACE,
                step=_SLOWER,
                longest=_LONGEST_INTERVAL,
                now=now,
            )
            if polled is None or polled.used_at is None:
                return polled
            self._end(tx, polled, now)
        return None

    def redeem(
        self, polled: PolledRow, *, digest: bytes, refresh_token: str | None, key: str | None
    ) -> bool:
        """False for whoever comes second; what the first one got ends then."""
        now = self._clock.now()
        with self._db.write(acting("device.redeem"), tenant=EVERYONE) as tx:
            first = store.change_device_request_to_used(tx, digest=digest, now=now)
            if not first:
                self._end(tx, polled, now)
                return False
            family = replace(_family(polled, now), dpop_jkt=key)
            self._grants.start_family(tx, family=family, refresh_token=refresh_token, now=now)
        return True

    def find(self, user_code: str, *, person_id: UUID) -> DeviceRow:
        """Raises NotFound("user-code-unknown"), TooMany("user-code-guesses")."""
        now = self._clock.now()
        with self._db.write(acting("device.find"), tenant=EVERYONE) as tx:
            failures = store.lock_failures(
                tx, person_id=person_id, window_start=now - DEVICE_GUESSES, now=now
            )
            if failures >= MOST_FAILURES:
                wait = int(DEVICE_GUESSES.total_seconds())
                raise TooMany("user-code-guesses", {"retry_after": wait})
            device = store.find_undecided(tx, user_code=plain_code(user_code), now=now)
            if device is None:
                store.change_failures(tx, person_id=person_id)
        if device is None:
            raise NotFound("user-code-unknown")
        return device

    def decide(
        self, device: DeviceRow, decision: Decision, *, scope: str, session: SessionRow
    ) -> None:
        """Raises Conflict("user-code-decided") where it was decided meanwhile."""
        now = self._clock.now()
        with self._db.write(acting("device.decide"), tenant=EVERYONE) as tx:
            decided = store.change_decision(
                tx,
                user_code=device.user_code,
                decision=decision,
                scopes=tuple(scope.split()),
                session=session,
                now=now,
            )
            if not decided:
                raise Conflict("user-code-decided")
            tx.record(
                f"oauth:device:{decision.value}",
                target=device.client_id,
                details={"person": str(session.person_id), "scopes": scope},
                at=now,
            )

    def _end(self, tx: Tx, polled: PolledRow, now: datetime) -> None:
        assert polled.person_id is not None  # it was allowed by somebody
        self._grants.end_replayed(
            tx,
            family_id=polled.family_id,
            client_id=polled.client_id,
            person_id=polled.person_id,
            now=now,
        )


class DeviceAuthorizationEndpoint(AuthlibDeviceAuthorizationEndpoint):  # type: ignore[misc]
    """RFC 8628, section 3.1. User codes are eight consonants: no words, nothing to mistake."""

    CLIENT_AUTH_METHODS = EVERY
    EXPIRES_IN = int(DEVICE_CODE.total_seconds())
    INTERVAL = _INTERVAL
    server: AuthorizationServer

    def authenticate_client(self, request: ProtocolRequest) -> Client:
        client: Client = super().authenticate_client(request)
        if not client.check_grant_type(DEVICE_CODE_GRANT_TYPE):
            raise UnauthorizedClientError()
        request.scope = granted_scope(client, request.payload.scope)
        return client

    def create_endpoint_response(self, request: ProtocolRequest) -> tuple[int, Any, Any]:
        status, told, headers = super().create_endpoint_response(request)
        self.server.devices.add(
            device_code=told["device_code"],
            user_code=told["user_code"],
            client_id=request.client.client_id,
            scope=request.scope,
            address=flask_request.remote_addr,
        )
        return status, told, headers

    def generate_device_code(self) -> str:
        return new_secret()

    def get_verification_uri(self) -> str:
        return f"{self.server.issuer.url}{DEVICE}"

    def save_device_credential(self, client_id: str, scope: str, data: dict[str, Any]) -> None:
        """Kept by ``create_endpoint_response``, which knows what is granted of the scope."""


class DeviceCredential:
    """What the device holds, as Authlib asks about it."""

    def __init__(self, polled: PolledRow, digest: bytes) -> None:
        self.polled = polled
        self.digest = digest

    def get_client_id(self) -> str:
        return self.polled.client_id

    def get_scope(self) -> str:
        return scope_of(self.polled)


class DeviceCodeGrant(BoundToKey, AuthlibDeviceCodeGrant):  # type: ignore[misc]
    """RFC 8628, section 3.4."""

    TOKEN_ENDPOINT_AUTH_METHODS = EVERY
    server: AuthorizationServer
    request: ProtocolRequest

    def authenticate_token_endpoint_client(self) -> Client:
        client: Client = super().authenticate_token_endpoint_client()
        self.request.client = client
        return client

    def query_device_credential(self, device_code: str) -> DeviceCredential:
        digest, client = digest_of(device_code), self.request.client
        polled = self.server.devices.poll(digest=digest, client_id=client.client_id)
        if polled is None:
            raise InvalidGrantError()
        return DeviceCredential(polled, digest)

    def validate_device_credential(self, credential: DeviceCredential) -> SignedInPerson:
        polled = credential.polled
        if polled.expires_at <= self.server.clock.now():
            raise ExpiredTokenError()
        if polled.decision is Decision.DENIED:
            raise AccessDeniedError()
        if polled.decision is None:
            raise SlowDownError() if polled.hasty else AuthorizationPendingError()
        if polled.session_expires_at is None:
            raise InvalidGrantError()
        return person_of(polled)

    def save_token(self, token: dict[str, Any]) -> None:
        credential: DeviceCredential = self.request.credential
        redeemed = self.server.devices.redeem(
            credential.polled,
            digest=credential.digest,
            refresh_token=token.get("refresh_token"),
            key=key_to_keep(self.request),
        )
        if not redeemed:
            raise InvalidGrantError()


def plain_code(typed: str) -> str:
    """As it is kept, however it was typed: small letters, without the dash, with spaces."""
    return "".join(char for char in typed.upper()[:40] if "A" <= char <= "Z")


def shown_code(user_code: str) -> str:
    return f"{user_code[:4]}-{user_code[4:]}"


def _family(polled: PolledRow, now: datetime) -> FamilyRow:
    assert polled.person_id is not None
    assert polled.session_id is not None
    assert polled.session_expires_at is not None
    assert polled.auth_time is not None
    return FamilyRow(
        family_id=polled.family_id,
        client_id=polled.client_id,
        person_id=polled.person_id,
        session_id=polled.session_id,
        scopes=polled.scopes,
        auth_time=polled.auth_time,
        created_at=now,
        expires_at=polled.session_expires_at,
        amr=polled.amr or (),
    )
