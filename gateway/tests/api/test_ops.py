"""The gateway tells how it is, and how its peers are."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from flask import Flask

from gateway.api import ops
from gateway.api.ops import create_ops

pytestmark = pytest.mark.unit


@dataclass
class Part:
    well: bool = True

    def ready(self) -> bool:
        return self.well

    def ping(self, timeout: float = 1.0) -> bool:
        return self.well


@pytest.fixture
def peer() -> Iterator[str]:
    class Ready(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Ready)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def client(*, db: Part, rpc: Part, peers: dict[str, str]):
    app = Flask(__name__)
    app.register_blueprint(create_ops(db=db, rpc=rpc, peers=peers))
    return app.test_client()


def test_ready_gateway_lists_its_peers_with_their_state(peer: str) -> None:
    peers = {"identity": peer, "tenancy": "http://127.0.0.1:1"}
    answer = client(db=Part(), rpc=Part(), peers=peers).get("/readyz")

    assert answer.status_code == 200
    assert answer.json == {
        "status": "ready",
        "parts": {"database": "ready", "broker": "ready"},
        "peers": [
            {"name": "identity", "url": peer, "state": "ready"},
            {"name": "tenancy", "url": "http://127.0.0.1:1", "state": "unreachable"},
        ],
    }


def test_a_crowd_at_the_door_makes_one_look_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(ops, "time", SimpleNamespace(monotonic=lambda: now))

    class Slow(Part):
        looked = 0

        def ready(self) -> bool:
            self.looked += 1
            time.sleep(0.05)
            return True

    slow, answers = Slow(), []
    app = Flask(__name__)
    app.register_blueprint(create_ops(db=slow, rpc=Part(), peers={}))

    def ask() -> None:
        answers.append(app.test_client().get("/readyz").status_code)

    crowd = [threading.Thread(target=ask) for _ in range(10)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert (answers, slow.looked) == ([200] * 10, 1)
    now = 0.99
    ask()
    assert slow.looked == 1
    now = 1.0
    ask()
    assert slow.looked == 2


@pytest.mark.parametrize(("db", "rpc"), [(False, True), (True, False)])
def test_a_gateway_without_its_own_parts_is_not_ready(db: bool, rpc: bool) -> None:
    answer = client(db=Part(db), rpc=Part(rpc), peers={}).get("/readyz")

    assert answer.status_code == 503
    assert answer.json["status"] == "unready"


def test_liveness_asks_nobody() -> None:
    assert client(db=Part(False), rpc=Part(False), peers={}).get("/livez").status_code == 200


def test_metrics_are_prometheus_text() -> None:
    answer = client(db=Part(), rpc=Part(), peers={}).get("/metrics")

    assert answer.content_type.startswith("text/plain")
    assert b"guichet_http_seconds" in answer.data
