"""The newcomer's command, as he types it: up, look around, down; and what it says if it cannot."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from local.ports import LOOPBACK, free_port

pytestmark = [pytest.mark.stack, pytest.mark.own_stack, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]


class Newcomer:
    def __init__(self, data: Path) -> None:
        self.data = data
        self.port, self.mail_port = free_port(), free_port()

    def make(self, *words: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        """Settings given on the command line, as the README says."""
        given = {
            "GUICHET_DATA": self.data,
            "GUICHET_PORT": self.port,
            "GUICHET_MAIL_PORT": self.mail_port,
            **settings,
        }
        return subprocess.run(
            ["make", "--no-print-directory", *words, *(f"{k}={v}" for k, v in given.items())],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if "MAKE" not in name},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )


@pytest.fixture(scope="module")
def newcomer(server_folder: Path) -> Iterator[Newcomer]:
    one = Newcomer(server_folder / "newcomer")
    yield one
    one.make("down")


def left_behind(data: Path) -> list[str]:
    listing = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, check=True)
    return [line for line in listing.stdout.decode().splitlines() if f"{data}/" in line]


def leads_to_the_sign_in(vigie: str) -> bool:
    """An address for the answer that is not registered would be refused with 400."""
    page = requests.get(f"{vigie}/sign-in", timeout=10)
    return page.status_code == 200 and urlsplit(page.url).path == "/sign-in"


def but_for_vigie(demo: dict[str, Any]) -> dict[str, Any]:
    clients = {name: one for name, one in demo["clients"].items() if name != "vigie"}
    return {**demo, "vigie_url": None, "clients": clients}


def test_up_look_around_down_and_again(newcomer: Newcomer) -> None:
    up = newcomer.make("up", DETACH=1)
    assert up.returncode == 0, up.stdout + up.stderr
    assert f"http://localhost:{newcomer.port}" in up.stdout

    demo_file = newcomer.data / "demo.json"
    assert stat.S_IMODE(demo_file.stat().st_mode) == 0o600
    demo = json.loads(demo_file.read_text())
    john = demo["people"]["john"]
    assert john["login"] in up.stdout
    assert john["password"] in up.stdout
    assert set(demo["staff"]) == {"sales", "billing", "support", "operator", "auditor"}
    assert len(demo["tenants"]) == 4

    ready = requests.get(f"{demo['url']}/readyz", timeout=10)
    assert ready.status_code == 200
    assert requests.get(demo["mail_url"], timeout=10).status_code == 200
    assert demo["vigie_url"] in up.stdout
    assert leads_to_the_sign_in(demo["vigie_url"])
    for url in demo["ops"].values():
        assert requests.get(f"{url}/livez", timeout=10).status_code == 200

    status = newcomer.make("status")
    assert status.returncode == 0
    assert "not ready" not in status.stdout
    refused = newcomer.make("reset")
    assert refused.returncode != 0
    assert "make down first" in refused.stderr

    assert newcomer.make("down").returncode == 0
    assert left_behind(newcomer.data) == []
    assert newcomer.make("status").returncode != 0

    again = newcomer.make("up", DETACH=1, GUICHET_VIGIE_PORT=free_port())
    assert again.returncode == 0, again.stdout + again.stderr
    second = json.loads(demo_file.read_text())
    assert but_for_vigie(second) == but_for_vigie(demo), "the second start changes nothing else"
    assert second["vigie_url"] != demo["vigie_url"]
    assert leads_to_the_sign_in(second["vigie_url"]), "registered at its new address"
    newcomer.make("down")
    assert newcomer.make("reset").returncode == 0
    assert not newcomer.data.exists()


def test_a_taken_port_is_named_with_the_setting_to_change(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path / "data")
    with socket.create_server((LOOPBACK, newcomer.mail_port)):
        up = newcomer.make("up")
    assert up.returncode != 0
    assert f"port {newcomer.mail_port}" in up.stderr
    assert "GUICHET_MAIL_PORT" in up.stderr
    assert "Traceback" not in up.stderr


def test_a_misspelt_setting_is_refused(tmp_path: Path) -> None:
    up = Newcomer(tmp_path / "data").make("up", GUICHET_MAILPORT=8026)
    assert up.returncode != 0
    assert "GUICHET_MAILPORT: unknown setting" in up.stderr


def test_down_and_reset_where_nothing_runs_are_harmless(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path / "data")
    assert newcomer.make("down").returncode == 0
    assert newcomer.make("reset").returncode == 0
