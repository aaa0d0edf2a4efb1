"""How the gateway and its peers are: ``/livez``, ``/readyz``, ``/metrics``."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, Protocol

import requests
from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

_PEER_SECONDS = 1.0
_KEPT_SECONDS = 1.0

Look = tuple[dict[str, Any], int]


class Database(Protocol):
    def ready(self) -> bool: ...


class Broker(Protocol):
    def ping(self, timeout: float = 1.0) -> bool: ...


def create_ops(*, db: Database, rpc: Broker, peers: Mapping[str, str]) -> Blueprint:
    """``peers``: the services' ops apps by name. They are shown, and decide nothing: a gateway
    taken out of the balancer because one service is away would take the others with it."""
    blueprint = Blueprint("ops", __name__)

    def livez() -> Response:
        return _answer({"status": "alive"}, 200)

    def look() -> Look:
        parts = {"database": db.ready(), "broker": rpc.ping(_PEER_SECONDS)}
        ready = all(parts.values())
        body = {
            "status": _state(ready),
            "parts": {name: _state(well) for name, well in parts.items()},
            "peers": _peers(peers),
        }
        return body, 200 if ready else 503

    looked = _Looked(look)

    def readyz() -> Response:
        return _answer(*looked.now())

    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    for path, view in (("/livez", livez), ("/readyz", readyz), ("/metrics", metrics)):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint


class _Looked:
    """One look serves everybody for a second: whoever asks, asks the peers no more often."""

    def __init__(self, look: Callable[[], Look]) -> None:
        self._look = look
        self._lock = Lock()
        self._kept: Look | None = None
        self._until = 0.0

    def now(self) -> Look:
        """Whoever comes while somebody looks waits for what he sees."""
        with self._lock:
            if self._kept is None or time.monotonic() >= self._until:
                self._kept = self._look()
                self._until = time.monotonic() + _KEPT_SECONDS
            return self._kept


def _peers(peers: Mapping[str, str]) -> list[dict[str, str]]:
    if not peers:
        return []
    with ThreadPoolExecutor(max_workers=min(16, len(peers))) as pool:
        states = list(pool.map(_state_of, peers.values()))
    return [
        {"name": name, "url": url, "state": state}
        for (name, url), state in zip(peers.items(), states, strict=True)
    ]


def _state_of(url: str) -> str:
    with requests.Session() as session:
        session.trust_env = False  # no proxy stands between us and our own
        try:
            answer = session.get(f"{url}/readyz", timeout=_PEER_SECONDS, allow_redirects=False)
        except requests.RequestException:
            return "unreachable"
    return _state(answer.status_code == 200)


def _state(well: bool) -> str:
    return "ready" if well else "unready"


def _answer(body: dict[str, Any], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
