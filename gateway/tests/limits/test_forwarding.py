"""Whose address a request has, whatever its headers say."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from flask import Flask, request

from gateway.forwarding import behind_proxies
from servicekit.setting_kinds import networks

pytestmark = pytest.mark.unit

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
CLIENT = "203.0.113.9"
SPOOFED = "198.51.100.1"


def seen(peer: str, *, trusted: tuple[Any, ...] = PROXIES, **headers: str) -> tuple[str, str]:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: f"{request.remote_addr} {request.scheme}")
    app.wsgi_app = behind_proxies(app.wsgi_app, trusted=trusted)  # type: ignore[method-assign]
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = app.test_client().get("/", environ_overrides={"REMOTE_ADDR": peer}, headers=told)
    address, _, scheme = answer.text.partition(" ")
    return address, scheme


def address(peer: str, told: str) -> str:
    return seen(peer, X_Forwarded_For=told)[0]


def test_a_stranger_says_of_himself_what_he_likes_and_is_who_he_is() -> None:
    assert seen(CLIENT, X_Forwarded_For="10.0.0.1", X_Forwarded_Proto="https") == (CLIENT, "http")


def test_without_proxies_of_ours_no_header_is_read() -> None:
    assert seen("10.0.0.1", trusted=(), X_Forwarded_For=CLIENT)[0] == "10.0.0.1"


@pytest.mark.parametrize(
    "told",
    [
        CLIENT,
        f"{SPOOFED}, {CLIENT}",
        f"10.9.9.9, {CLIENT}",  # the client claims that a proxy of ours stood behind him
        f"{SPOOFED}, 127.0.0.1, {CLIENT}, 10.0.0.7",  # a chain of ours
        f"unknown, garbage, , {CLIENT}",
        f"{SPOOFED},{CLIENT}:51234",
        f"[fd00::5]:99, {CLIENT}, [fd00::7]:443",
        f"{SPOOFED}, ::ffff:{CLIENT}",
        ", ".join([SPOOFED] * 500) + f", {CLIENT}",
    ],
)
def test_the_list_is_walked_from_the_right_as_far_as_ours_vouch(told: str) -> None:
    assert address("10.0.0.1", told) == CLIENT


@pytest.mark.parametrize("told", ["", "unknown", "example.org", "1.2.3", "10.0.0.256", "\u00b2"])
def test_a_proxy_that_names_nobody_is_the_last_that_is_known(told: str) -> None:
    assert address("10.0.0.1", told) == "10.0.0.1"


def test_a_request_from_inside_has_the_leftmost_address_of_ours() -> None:
    assert address("10.0.0.1", "10.0.0.5, 10.0.0.4") == "10.0.0.5"


def test_a_peer_in_mapped_notation_is_the_proxy_that_it_is() -> None:
    assert address("::ffff:10.0.0.1", f"{SPOOFED}, {CLIENT}") == CLIENT


@pytest.mark.parametrize(("told", "scheme"), [("https", "https"), ("http, HTTPS", "https")])
def test_the_nearest_proxy_says_over_what_was_asked(told: str, scheme: str) -> None:
    assert seen("10.0.0.1", X_Forwarded_Proto=told)[1] == scheme


def test_another_scheme_than_those_of_http_is_not_taken_over() -> None:
    assert seen("10.0.0.1", X_Forwarded_Proto="javascript")[1] == "http"


@pytest.mark.parametrize("given", ["1", "10.0.0.1/8", "proxy.example", "10.0.0.0/8 fd00::/8"])
def test_what_is_no_network_is_refused_at_start(given: str) -> None:
    with pytest.raises(ValueError, match="expected addresses or networks"):
        networks(given)


def test_networks_are_read_from_the_setting() -> None:
    assert networks(" 10.0.0.0/8, fd00::/8,192.0.2.7 ,") == (*PROXIES, ip_network("192.0.2.7/32"))
