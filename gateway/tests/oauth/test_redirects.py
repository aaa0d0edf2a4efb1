from __future__ import annotations

import pytest

from gateway.oauth.redirects import matches, registration_fault
from gateway.store.clients import ClientKind

pytestmark = pytest.mark.unit

CONFIDENTIAL, PUBLIC = ClientKind.CONFIDENTIAL, ClientKind.PUBLIC


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example/callback",
        "https://app.example:8443/cb?tenant=1",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:8000/cb",
        "http://[::1]/cb",
        "http://localhost:3000/cb",
    ],
)
def test_https_and_loopback_may_be_registered(uri: str) -> None:
    assert registration_fault(uri, CONFIDENTIAL) is None


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example/cb",
        "https://*.example/cb",
        "https://app.example/*",
        "https://app.example/cb#fragment",
        "https://user@app.example/cb",
        "https:///cb",
        "https://app.example:port/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "app.example/cb",
        "/cb",
        "",
        "https://app.example/c b",
        "https://app.example/é",
        "https://app.example\\@evil.example/",
        "myapp:/cb",
        "file:///etc/passwd",
    ],
)
def test_what_could_leak_a_code_may_not(uri: str) -> None:
    assert registration_fault(uri, CONFIDENTIAL) is not None
    assert registration_fault(uri, PUBLIC) is not None


def test_a_private_use_scheme_is_for_native_apps_and_reversed_names() -> None:
    assert registration_fault("com.example.app:/cb", PUBLIC) is None
    assert registration_fault("com.example.app:/cb", CONFIDENTIAL) is not None


@pytest.mark.parametrize(
    "requested",
    [
        "https://app.example/callback/",
        "https://app.example/callback?x=1",
        "https://app.example/callback#x",
        "https://app.example/Callback",
        "https://APP.example/callback",
        "https://app.example:443/callback",
        "https://app.example/callback/../evil",
        "https://app.example/%63allback",
        "https://app.example.evil.example/callback",
        "https://app.example@evil.example/callback",
        "https://evil.example/?https://app.example/callback",
        "http://app.example/callback",
        "//app.example/callback",
        " https://app.example/callback",
        "https://app.example/callback\n",
    ],
)
def test_a_redirect_uri_matches_character_by_character(requested: str) -> None:
    registered = "https://app.example/callback"
    assert matches(registered, registered, CONFIDENTIAL)
    assert not matches(registered, requested, CONFIDENTIAL)
    assert not matches(registered, requested, PUBLIC)


@pytest.mark.parametrize("port", ["", ":1", ":51004", ":65535"])
def test_a_native_app_takes_whichever_loopback_port_is_free(port: str) -> None:
    assert matches("http://127.0.0.1/cb", f"http://127.0.0.1{port}/cb", PUBLIC)
    assert matches("http://[::1]:4000/cb", f"http://[::1]{port}/cb", PUBLIC)


@pytest.mark.parametrize(
    "requested",
    [
        "http://127.0.0.1:51004/other",
        "http://127.0.0.1:51004/cb?x=1",
        "http://127.0.0.2:51004/cb",
        "http://[::1]:51004/cb",
        "http://localhost:51004/cb",
        "https://127.0.0.1:51004/cb",
        "http://127.0.0.1:1@evil.example/cb",
        "http://127.0.0.1:51004.evil.example/cb",
        "http://127.0.0.1:x/cb",
        "http://127.0.0.1:51004\\@evil.example/cb",
    ],
)
def test_nothing_but_the_port_may_differ(requested: str) -> None:
    assert not matches("http://127.0.0.1/cb", requested, PUBLIC)


def test_a_free_port_is_for_native_apps_and_addresses() -> None:
    assert not matches("http://127.0.0.1/cb", "http://127.0.0.1:5/cb", CONFIDENTIAL)
    assert not matches("http://localhost/cb", "http://localhost:5/cb", PUBLIC)
