"""Programs that ask for tokens, as Authlib wants to see them."""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable
from threading import Lock

from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError

from gateway.oauth.redirects import matches
from gateway.oauth.secrecy import digest_of
from gateway.store.clients import ClientKind, ClientRow, find_client
from servicekit.clock import Clock
from servicekit.db import EVERYONE, Database

CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_KEPT_SECONDS = 1.0
_KEPT_AT_MOST = 2_000


class Client(ClientMixin):
    """RFC 6749, section 2. Confidential ones prove themselves by a secret (basic or post), or by a
    key and then by nothing else; public ones not at all: PKCE is what protects those, and
    everybody's codes.
    """

    def __init__(self, row: ClientRow) -> None:
        self.row = row
        self.client_id = row.client_id
        self.client_metadata = {"post_logout_redirect_uris": list(row.post_logout_redirect_uris)}

    @property
    def confidential(self) -> bool:
        return self.row.kind is ClientKind.CONFIDENTIAL

    @property
    def own(self) -> bool:
        """The provider's: what a person proves to us, he has proved to it."""
        return self.row.first_party and self.row.owned_by is None

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Always said, never guessed."""
        return

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What is asked and may be had; everything the client may have, where nothing is asked.

        None (invalid_scope) where nothing is left.
        """
        asked = self.row.scopes if not scope else self.row.scopes.intersection(scope.split())
        return " ".join(sorted(asked)) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return any(
            matches(registered, redirect_uri, self.row.kind)
            for registered in self.row.redirect_uris
        )

    def check_client_secret(self, client_secret: str) -> bool:
        given = digest_of(client_secret)
        # Each is compared: which of two secrets fits does not show in the time it takes.
        fitting = [hmac.compare_digest(given, known) for known in self.row.secrets]
        return any(fitting)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        if self.row.token_endpoint_auth_method is not None:
            return method == self.row.token_endpoint_auth_method
        if self.row.has_keys:
            return method == "private_key_jwt"
        if self.confidential:
            return method in ("client_secret_basic", "client_secret_post")
        return method == "none"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.check_grant_type("authorization_code")

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.row.grants


def granted_scope(client: Client, scope: str | None) -> str:
    granted = client.get_allowed_scope(scope)
    if granted is None:
        raise InvalidScopeError()
    return granted


class ClientDirectory:
    """Clients by id, kept for a second: what staff change or disable holds within one."""

    def __init__(
        self, *, db: Database, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._db = db
        self._clock = clock
        self._monotonic = monotonic
        self._lock = Lock()
        self._kept: dict[str, tuple[float, Client]] = {}

    def find(self, client_id: object) -> Client | None:
        if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
            return None
        kept = self._kept.get(client_id)
        if kept is not None and kept[0] > self._monotonic():
            return kept[1]
        with self._db.read(tenant=EVERYONE) as tx:
            row = find_client(tx, client_id=client_id, now=self._clock.now())
        if row is None:
            self.forget(client_id)
            return None
        return self._keep(Client(row))

    def forget(self, client_id: str) -> None:
        with self._lock:
            self._kept.pop(client_id, None)

    def _keep(self, client: Client) -> Client:
        with self._lock:
            if len(self._kept) >= _KEPT_AT_MOST:
                self._kept.clear()
            self._kept[client.client_id] = (self._monotonic() + _KEPT_SECONDS, client)
        return client
