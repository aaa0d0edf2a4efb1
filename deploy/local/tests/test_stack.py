"""The whole suite as an object: what falls is started again, what is secret stays so."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.installation import AlreadyRunningError, Installation
from local.plan import Plan
from local.services import is_ready
from local.stack import Stack
from local.waiting import wait_until

pytestmark = [pytest.mark.stack, pytest.mark.own_stack]

SERVICES = ("identity", "tenancy", "subscriptions", "notifications")


@pytest.fixture(scope="module")
def kept_stack(server_folder: Path) -> Iterator[Stack]:
    suite = Stack(Plan(data=server_folder / "kept", mode="test", durable=False))
    try:
        suite.start()
        yield suite
    finally:
        suite.stop()


@pytest.mark.parametrize(
    "name", ["tenancy", "mailcatcher", "gateway", "postgres", "rabbitmq", "vigie"]
)
def test_what_was_killed_comes_back_by_itself(kept_stack: Stack, name: str) -> None:
    before = kept_stack.parts[name].pid
    kept_stack.kill(name)
    wait_until(
        lambda: kept_stack.parts[name].pid not in (None, before),
        seconds=60,
        what=f"{name} to be started again",
    )
    kept_stack.wait_ready()
    assert is_ready(f"{kept_stack.url}/readyz")


def test_a_folder_has_one_launcher(kept_stack: Stack) -> None:
    with pytest.raises(AlreadyRunningError, match="in use by process"):
        Installation(kept_stack.installation.plan).take()


def test_only_its_user_reads_secrets(kept_stack: Stack) -> None:
    data = kept_stack.installation.data
    for name in ("secrets.json", "status.json", "rabbitmq/rabbitmq.conf"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600, name
    for name in ("logs", "mail"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o700, name


def test_each_process_gets_the_secrets_it_needs_and_no_other(kept_stack: Stack) -> None:
    who = {
        name: {process for process in (*SERVICES, "gateway") if name in kept_stack.env(process)}
        for name in (
            "GUICHET_CONTEXT_PRIVATE_KEY",
            "GUICHET_VAULT_KEY",
            "GUICHET_SEAL_KEY",
            "GUICHET_OWNER_DATABASE_URL",
            "SMTP_URL",
        )
    }
    assert who == {
        "GUICHET_CONTEXT_PRIVATE_KEY": {"gateway"},
        "GUICHET_VAULT_KEY": {"gateway"},
        "GUICHET_SEAL_KEY": {"identity", "tenancy", "notifications"},
        "GUICHET_OWNER_DATABASE_URL": set(),
        "SMTP_URL": {"notifications"},
    }


def test_settings_around_the_launcher_do_not_leak_in(
    kept_stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUICHET_OWNER_DATABASE_URL", "postgresql://someone/else")
    monkeypatch.setenv("PGHOST", "elsewhere")
    env = kept_stack.env("tenancy")
    assert "GUICHET_OWNER_DATABASE_URL" not in env
    assert "PGHOST" not in env
    assert env["PATH"] == os.environ["PATH"]
