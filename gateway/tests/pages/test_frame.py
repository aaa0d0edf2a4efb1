"""Headers, languages and error pages: what every page has."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.codes import Role, Section
from gateway.pages.errors import error_page
from gateway.pages.visit import call_id
from servicekit.errors import Unavailable

pytestmark = pytest.mark.unit


def test_pages_run_nothing_inline_and_are_framed_by_nobody(site: Any) -> None:
    headers = site.get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_sign_in_form_may_end_at_the_client_that_asked_and_nowhere_else(site: Any) -> None:
    page = site.get(
        "/sign-in?next=/oauth/authorize%3Fredirect_uri%3Dhttps%253A%252F%252Fapp.example%252Fcb"
    )
    assert "form-action 'self' https://app.example" in page.headers["Content-Security-Policy"]


def test_no_template_has_inline_style_or_script(site: Any) -> None:
    text = site.get("/sign-in").text
    assert "<style" not in text
    assert " style=" not in text
    assert "<script>" not in text
    assert " onclick" not in text


def test_static_files_with_their_version_may_be_kept(site: Any) -> None:
    page = site.get("/sign-in").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    with site.get(address) as file:
        assert "immutable" in file.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("header", "language"), [("fr", "fr"), ("en-GB,en;q=0.8", "en"), ("de", "fr"), ("", "fr")]
)
def test_language_is_asked_of_the_browser(site: Any, header: str, language: str) -> None:
    assert (
        f'<html lang="{language}">'
        in site.get("/sign-in", headers={"Accept-Language": header}).text
    )


def test_choice_of_language_is_kept_and_leads_back(site: Any) -> None:
    answer = site.send("/language", {"language": "en", "next": "/sign-in/web"}, page="/sign-in")
    assert answer.headers["Location"] == "/sign-in/web"
    assert '<html lang="en">' in site.get("/sign-in/web", headers={"Accept-Language": "fr"}).text


def test_language_in_the_address_chooses_for_good(site: Any) -> None:
    assert '<html lang="en">' in site.get("/sign-in?lang=en").text
    assert '<html lang="en">' in site.get("/sign-in").text


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 500, 503])
def test_error_pages_say_what_happened_with_the_call_id(
    site: Any, status: int, language: str
) -> None:
    with site.app.test_request_context("/", headers={"Accept-Language": language}):
        page = error_page(status)
        assert page.status_code == status
        assert f'lang="{language}"' in page.get_data(as_text=True)
        assert call_id() in page.get_data(as_text=True)


def test_wrong_method_is_a_page_that_names_the_right_ones(site: Any) -> None:
    answer = site.client.get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_page_of_a_service_that_is_away_can_be_tried_again(
    site: Any, all_roles: dict[Section, Role]
) -> None:
    site.sign_in(roles=all_roles)
    site.services.answers["tenancy.list_contracts"] = Unavailable(
        "service-unavailable", {"service": "tenancy", "retry_after": 7}
    )
    answer = site.get("/?search=acme")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "7"
    assert 'href="/?search=acme"' in answer.text


def test_crash_shows_no_detail(site: Any) -> None:
    def crash(payload: object) -> dict[str, Any]:
        raise RuntimeError("the secret of the house")

    site.sign_in()
    site.services.answers["tenancy.list_contracts"] = crash
    answer = site.get("/")
    assert answer.status_code == 500
    assert "secret of the house" not in answer.text
