"""Posting a form to, or reading a document from, an address that somebody else has registered.

It is resolved once; every address that the name has must be a public one, and the connection goes
to the one that was looked at: a name that changes its mind meanwhile changes nothing. Redirects
are not followed, of an answer no more is read than was asked for, and all of it together takes
seconds at most.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address, ip_network
from urllib.parse import urlencode, urlsplit

_PATIENCE = 10.0
_TRANSLATED = ip_network("64:ff9b::/96")  # NAT64: whatever IPv4 address stands behind


class NotSentError(Exception):
    """``why``: a word for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Outside:
    """``private_allowed``: on demo and test installations, where everything is on one machine."""

    def __init__(self, *, private_allowed: bool, patience: float = _PATIENCE) -> None:
        self._private_allowed = private_allowed
        self._patience = patience

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
        port = split.port or (443 if split.scheme == "https" else 80)
        address = self._resolved(split.hostname, port)
        connection = HTTPConnection(split.hostname, port, timeout=self._patience)
        connection.default_port = 443 if split.scheme == "https" else 80
        path = f"{split.path or '/'}?{split.query}" if split.query else split.path or "/"
        try:
            connection.sock = self._connected(address, port, split.hostname, split.scheme)
            with _cut_off(connection.sock, after=self._patience):
                connection.request(
                    method, path, body=body, headers={**headers, "Connection": "close"}
                )
                answer = connection.getresponse()
                return answer.status, answer.read(most) if most else b""
        except (OSError, HTTPException) as error:
            raise NotSentError(type(error).__name__) from None
        finally:
            connection.close()

    def _resolved(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NotSentError("unknown host") from None
        addresses = [str(one[4][0]) for one in found]
        if not addresses:
            raise NotSentError("unknown host")
        if not self._private_allowed and not all(map(is_public, addresses)):
            raise NotSentError("private address")
        return addresses[0]

    def _connected(self, address: str, port: int, host: str, scheme: str) -> socket.socket:
        plain = socket.create_connection((address, port), timeout=self._patience)
        if scheme == "http":
            return plain
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
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
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself
