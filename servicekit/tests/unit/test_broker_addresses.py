from __future__ import annotations

import pytest

from servicekit.broker import Address

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("amqp://localhost", Address("localhost", 5672, "guest", "guest", "/", False)),
        ("amqp://u:p%40w@h:1/", Address("h", 1, "u", "p@w", "/", False)),
        ("amqp://u:p@h:1//", Address("h", 1, "u", "p", "/", False)),
        ("amqp://u:p@h:1/%2F", Address("h", 1, "u", "p", "/", False)),
        ("amqp://u:p@h/guichet", Address("h", 5672, "u", "p", "guichet", False)),
        ("amqps://u:p@h/x", Address("h", 5671, "u", "p", "x", True)),
    ],
)
def test_urls_are_read_as_kombu_reads_them(url: str, address: Address) -> None:
    assert Address.parse(url) == address


def test_ipv6_hosts_are_bracketed() -> None:
    assert Address.parse("amqp://[::1]:5673/").host_and_port == "[::1]:5673"


def test_tls_checks_the_certificate_and_the_name() -> None:
    options = Address.parse("amqps://u:p@broker.example/x").tls_options()
    assert isinstance(options, dict)
    assert options["server_hostname"] == "broker.example"
    assert options["cert_reqs"].name == "CERT_REQUIRED"


@pytest.mark.parametrize("url", ["http://h", "amqp://", "h:5672", ""])
def test_what_is_no_broker_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="AMQP_URL"):
        Address.parse(url)
