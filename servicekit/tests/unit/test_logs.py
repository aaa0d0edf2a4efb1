from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from servicekit import logs

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _undo() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    ours = structlog.get_config()
    yield
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()
    structlog.configure(**ours)
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_says_when_who_and_for_which_call(capsys: Any) -> None:
    logs.configure(service="identity")
    structlog.contextvars.bind_contextvars(call_id="c-1", tenant="OCB0000001")
    structlog.get_logger().info("person registered", person_id="p-1")
    (line,) = lines(capsys)
    assert line["service"] == "identity"
    assert line["event"] == "person registered"
    assert (line["level"], line["call_id"], line["tenant"]) == ("info", "c-1", "OCB0000001")
    assert line["time"].endswith("Z")


def test_libraries_speak_the_same_way(capsys: Any) -> None:
    logs.configure(service="identity")
    logging.getLogger("some.library").warning("disk %s", "full")
    (line,) = lines(capsys)
    assert (line["service"], line["event"], line["level"]) == ("identity", "disk full", "warning")


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "new_password",
        "Passwort",
        "token",
        "access_token",
        "client_secret",
        "sealed_link",
        "link",
        "welcome_link",
        "otp",
        "authorization",
        "set_cookie",
        "GUICHET_CONTEXT_PRIVATE_KEY",
    ],
)
def test_secrets_are_not_written(capsys: Any, key: str) -> None:
    logs.configure(service="identity")
    structlog.get_logger().info("tried", **{key: "hunter2"}, deep={"list": [{key: "hunter2"}]})
    out = capsys.readouterr().out
    assert "hunter2" not in out
    assert logs.REDACTED in out


def test_passwords_in_urls_are_not_written(capsys: Any) -> None:
    logs.configure(service="identity")
    structlog.get_logger().info("connecting", url="amqp://guest:hunter2@host:5672/")
    try:
        raise ValueError("postgresql://app:hunter2@db/x")
    except ValueError:
        structlog.get_logger().exception("failed")
    out = capsys.readouterr().out
    assert "hunter2" not in out
    assert "amqp://guest:***@host:5672/" in out


@pytest.mark.parametrize("key", ["blink", "linked", "person_id", "keyboard"])
def test_harmless_keys_are_written(capsys: Any, key: str) -> None:
    logs.configure(service="identity")
    structlog.get_logger().info("tried", **{key: "value"})
    assert lines(capsys)[0][key] == "value"


def test_a_traceback_is_one_field(capsys: Any) -> None:
    logs.configure(service="identity")
    try:
        raise ValueError("no")
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = lines(capsys)
    assert "ValueError: no" in line["exception"]


def test_console_is_for_the_eye(capsys: Any) -> None:
    logs.configure(service="identity", form="console")
    structlog.get_logger().info("person registered", person_id="p-1")
    out = capsys.readouterr().out
    assert "person registered" in out
    assert not out.startswith("{")


def test_below_the_level_nothing_is_written(capsys: Any) -> None:
    logs.configure(service="identity", level="warning")
    structlog.get_logger().info("chatter")
    logging.getLogger("some.library").info("chatter")
    assert capsys.readouterr().out == ""
