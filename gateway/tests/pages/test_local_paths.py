from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pages.local_paths import local_path, origin_after

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("path", ["/", "/contracts/OCB0000001?lang=en", "/oauth/authorize?a=b%20c"])
def test_a_path_of_this_site_is_taken(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        None,
        "",
        "contracts",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/a\\b",
        "/a\r\nSet-Cookie: x=y",
        "\t//evil.example",
        "/" + "a" * 5000,
    ],
)
def test_what_might_lead_elsewhere_is_dropped(elsewhere: str | None) -> None:
    assert local_path(elsewhere) is None


@given(st.text(max_size=40))
def test_whatever_is_taken_stays_on_this_host(text: str) -> None:
    taken = local_path(text)
    if taken is not None:
        assert taken.startswith("/")
        assert not urlsplit(taken).netloc


@pytest.mark.parametrize(
    ("redirect_uri", "origin"),
    [
        ("https%3A%2F%2Fapp.example%2Fcallback", "https://app.example"),
        ("http%3A%2F%2F127.0.0.1%3A5000%2Fcb", "http://127.0.0.1:5000"),
        ("com.example.app%3A%2Fcb", "com.example.app:"),
        ("javascript%3Aalert(1)", None),
        ("https%3A%2F%2Fa.example%3B%20script-src%20*%2F", None),
        ("", None),
    ],
)
def test_a_form_may_end_at_the_client_that_asked(redirect_uri: str, origin: str | None) -> None:
    assert origin_after(f"/oauth/authorize?redirect_uri={redirect_uri}") == origin


def test_only_an_authorization_leads_to_a_client() -> None:
    assert origin_after("/contracts?redirect_uri=https%3A%2F%2Fapp.example") is None
