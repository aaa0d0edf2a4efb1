"""Posting a form to, or reading a document from, an address that somebody else has registered.

It is resolved once; every address that the name has must be a public one, and the connection goes
to the one that was looked at: a name that changes its mind meanwhile changes nothing. Redirects
are not followed, of an answer no more is read than was asked for, and all of it together, from the
name to the last byte, takes ``patience`` seconds at most.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlencode, urlsplit

_PATIENCE = 10.0
_NAMES_AT_ONCE = 8  # whom nobody waits for any more still holds a thread until it ends
_TRANSLATED = ip_network("64:ff9b::/96")  # NAT64: whatever IPv4 address stands behind


class NotSentError(Exception):
    """``why``: a word for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Deadline:
    """One for all that is done."""

    def __init__(self, patience: float) -> None:
        self._ends_at = time.monotonic() + patience

    def left(self) -> float:
        """Raises TimeoutError."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Outside:
    """``private_allowed``: on demo and test installations, where everything is on one machine."""

    def __init__(self, *, private_allowed: bool, patience: float = _PATIENCE) -> None:
        self._private_allowed = private_allowed
        self._patience = patience
        self._resolving = threading.BoundedSemaphore(_NAMES_AT_ONCE)

    def post(self, url: str, form: Mapping[str, str]) -> int:
        """The status of the answer. Raises NotSentError."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _ = self._exchange("POST", url, body=urlencode(form), headers=kind, most=0)
        return status

    def get(self, url: str, *, most: int) -> bytes:
        """A document of ``most`` bytes at most. Raises NotSentError."""
        accepted = {"Accept": "application/json", "Accept-Encoding": "identity"}
        status, document = self._exchange("GET", url, body=None, headers=accepted, most=most + 1)
        if status != 200:
            raise NotSentError(f"status {status}")
        if len(document) > most:
            raise NotSentError("too large")
        return document

    def _exchange(
        self, method: str, url: str, *, body: str | None, headers: Mapping[str, str], most: int
    ) -> tuple[int, bytes]:
        split = urlsplit(url)
        if split.scheme not in ("http", "https") or not split.hostname:
            raise NotSentError("no address")
        usual = 443 if split.scheme == "https" else 80
        port, deadline = split.port or usual, _Deadline(self._patience)
        connection = HTTPConnection(split.hostname, port, timeout=self._patience)
        connection.default_port = usual
        path = f"{split.path or '/'}?{split.query}" if split.query else split.path or "/"
        try:
            address = self._resolved(split.hostname, port, deadline)
            connection.sock = _connected(address, port, split.hostname, split.scheme, deadline)
            with _cut_off(connection.sock, after=deadline.left()):
                if isinstance(connection.sock, ssl.SSLSocket):
                    connection.sock.do_handshake()
                connection.request(
                    method, path, body=body, headers={**headers, "Connection": "close"}
                )
                answer = connection.getresponse()
                document = answer.read(most) if most else b""
            deadline.left()  # what was cut off is no whole document
            return answer.status, document
        except (OSError, HTTPException) as error:
            raise NotSentError(type(error).__name__) from None
        finally:
            connection.close()

    def _resolved(self, host: str, port: int, deadline: _Deadline) -> str:
        try:
            found = self._found(host, port).result(timeout=deadline.left())
        except TimeoutError:
            raise NotSentError("name not resolved in time") from None
        except (OSError, UnicodeError):
            raise NotSentError("unknown host") from None
        addresses = [str(one[4][0]) for one in found]
        if not addresses:
            raise NotSentError("unknown host")
        if not self._private_allowed and not all(map(is_public, addresses)):
            raise NotSentError("private address")
        return addresses[0]

    def _found(self, host: str, port: int) -> Future[list[Any]]:
        """The resolver knows no deadline of ours, so it works beside: bounded, and left behind."""
        if not self._resolving.acquire(blocking=False):
            raise NotSentError("too many names at once")
        future: Future[list[Any]] = Future()

        def resolve() -> None:
            try:
                future.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except Exception as error:  # noqa: BLE001 - whoever waits for it judges it
                future.set_exception(error)
            finally:
                self._resolving.release()

        threading.Thread(target=resolve, name="resolving", daemon=True).start()
        return future


def _connected(
    address: str, port: int, host: str, scheme: str, deadline: _Deadline
) -> socket.socket:
    """Without the handshake yet."""
    plain = socket.create_connection((address, port), timeout=deadline.left())
    if scheme == "http":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(
            plain, server_hostname=host, do_handshake_on_connect=False
        )
    except OSError:
        plain.close()
        raise


@contextmanager
def _cut_off(line: socket.socket, *, after: float) -> Iterator[None]:
    """A timeout is for each read: who answers by the byte is cut off by the clock."""
    cut = threading.Timer(after, _cut, (line,))
    cut.start()
    try:
        yield
    finally:
        cut.cancel()


def is_public(address: str) -> bool:
    """Also for an IPv4 address in the clothes of an IPv6 one."""
    known = ip_address(address.partition("%")[0])
    if known in _TRANSLATED:
        return False
    inner = getattr(known, "ipv4_mapped", None) or getattr(known, "sixtofour", None)
    return known.is_global and not known.is_multicast and (inner is None or inner.is_global)


def _cut(line: socket.socket) -> None:
    try:
        # Not TLS's own, which takes its state away under whoever is reading.
        socket.socket.shutdown(line, socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself
