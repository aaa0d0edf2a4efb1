"""The thinnest HTTP/1.1 client that will do: the bench must not measure its own client."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit


class KeptConnection:
    """One keep-alive connection that sends the same bytes and reads one answer each time."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._address = (where.hostname or "127.0.0.1", where.port or 80)
        self._socket: socket.socket | None = None
        self._rest = b""
        self.head = b""  # of the last answer

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Status and body. A connection that the server closed is opened again once."""
        if self._socket is None:
            self._open()
        assert self._socket is not None
        try:
            self._socket.sendall(request)
            return self._answer()
        except (BrokenPipeError, ConnectionResetError):
            self._open()
            self._socket.sendall(request)
            return self._answer()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> None:
        self._socket = socket.create_connection(self._address, timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def _answer(self) -> tuple[int, bytes]:
        while b"\r\n\r\n" not in self._rest:
            self._read()
        self.head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        lowered = self.head.lower()
        start = lowered.find(b"content-length:")
        length = int(lowered[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        while len(self._rest) < length:
            self._read()
        body, self._rest = self._rest[:length], self._rest[length:]
        return int(self.head[9:12]), body

    def _read(self) -> None:
        assert self._socket is not None
        chunk = self._socket.recv(65536)
        if not chunk:
            raise ConnectionResetError("closed by the server")
        self._rest += chunk


def request(method: str, url: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    where = urlsplit(url)
    path = where.path + (f"?{where.query}" if where.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {where.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
