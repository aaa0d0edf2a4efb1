"""The process as it is started, on a port of its own; the broker is away."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.fernet import Fernet

from servicekit.context import generate_key_pair

pytestmark = pytest.mark.servers

SECRET = "portal-secret-of-the-tests"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def launch(
    new_database: Any, tmp_path: Path
) -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    running: list[subprocess.Popen[str]] = []
    url, port = new_database("gateway").app_url, free_port()
    environ = {name: value for name, value in os.environ.items() if "GUICHET" not in name}
    environ |= {
        "DATABASE_URL": url,
        "AMQP_URL": f"amqp://guest:guest@127.0.0.1:{free_port()}/",
        "GUICHET_MODE": "test",
        "GUICHET_PUBLIC_URL": f"http://localhost:{port}",
        "GUICHET_PORT": str(port),
        "GUICHET_CONTEXT_PRIVATE_KEY": generate_key_pair()[0],
        "GUICHET_VAULT_KEY": Fernet.generate_key().decode(),
        "GUICHET_PORTAL_CLIENT_SECRET": SECRET,
    }

    def start(**changes: str) -> tuple[subprocess.Popen[str], str]:
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "gateway"],
                env=environ | changes,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        running.append(process)
        return process, f"http://127.0.0.1:{port}"

    yield start
    for process in running:
        process.kill()
        process.wait()


def wait_until_alive(address: str, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            if requests.get(f"{address}/livez", timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError("the gateway did not come up")


def test_it_serves_says_what_is_missing_and_stops_when_told(
    launch: Callable[..., Any], tmp_path: Path
) -> None:
    process, address = launch()
    wait_until_alive(address, process)
    told = requests.get(f"{address}/.well-known/openid-configuration", timeout=5).json()
    assert told["issuer"].startswith("http://localhost:")
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    answer = requests.post(f"{address}/oauth/token", data=form, auth=("portal", SECRET), timeout=5)
    assert answer.json()["error"] == "invalid_grant"
    ready = requests.get(f"{address}/readyz", timeout=10)
    assert (ready.status_code, ready.json()["parts"]["broker"]) == (503, "unready")
    process.send_signal(signal.SIGTERM)
    stopping = time.monotonic()
    assert process.wait(timeout=15) == 0
    assert time.monotonic() - stopping < 10
    log = (tmp_path / "log").read_text()
    assert SECRET not in log
    assert "Traceback" not in log


def test_a_setting_that_is_wrong_is_named_and_nothing_starts(
    launch: Callable[..., Any], tmp_path: Path
) -> None:
    process, _ = launch(GUICHET_VAULT_KEY="short", GUICHET_VALT="typo")
    assert process.wait(timeout=60) == 2
    log = (tmp_path / "log").read_text()
    assert "GUICHET_VAULT_KEY" in log
    assert "GUICHET_VALT: unknown setting" in log
    assert "short" not in log
