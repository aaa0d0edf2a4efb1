"""Who dribbles his body takes a slot, not the house."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
from flask import Flask, request

from gateway.bodies import bounded_bodies

pytestmark = pytest.mark.unit


class Dribble(io.RawIOBase):
    """Waits for a client that sends nothing more."""

    def __init__(self, going_on: threading.Event, waiting: threading.Semaphore) -> None:
        self._going_on = going_on
        self._waiting = waiting

    def read(self, size: int = -1) -> bytes:
        self._waiting.release()
        assert self._going_on.wait(20)
        return b""


class Sent(io.BytesIO):
    """As the server hands it over, not as a client inside the process does."""


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/page", view_func=lambda: "page")
    app.add_url_rule("/form", "form", lambda: request.form.get("a", "-"), methods=["POST"])
    app.wsgi_app = bounded_bodies(app.wsgi_app, slots=2, patience=0.05)  # type: ignore[method-assign]
    return app


def post(app: Flask, **changes: Any) -> Any:
    form = {
        "content_type": "application/x-www-form-urlencoded",
        "environ_overrides": {"wsgi.input": Sent(b"a=1"), "CONTENT_LENGTH": "3"},
    }
    return app.test_client().post("/form", **(form | changes))


def test_stalled_bodies_leave_pages_alone_and_end_in_a_clear_refusal(app: Flask) -> None:
    going_on, waiting = threading.Event(), threading.Semaphore(0)

    def stall() -> None:
        stalled = {"wsgi.input": Dribble(going_on, waiting), "CONTENT_LENGTH": "100"}
        post(app, environ_overrides=stalled)

    stalling = [threading.Thread(target=stall) for _ in range(2)]
    for one in stalling:
        one.start()
    for _ in stalling:
        assert waiting.acquire(timeout=10)
    assert app.test_client().get("/page").status_code == 200
    assert post(app).status_code == 503
    inside = {"content_type": "application/x-www-form-urlencoded", "data": b"a=2"}
    assert app.test_client().post("/form", **inside).text == "2"
    going_on.set()
    for one in stalling:
        one.join()
    assert post(app).text == "1"


def test_a_body_is_read_as_it_was_sent(app: Flask) -> None:
    assert [post(app).text for _ in range(5)] == ["1"] * 5
