from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Unauthenticated

pytestmark = pytest.mark.unit
PASSWORD = "Never-shown-again-7"


def test_form_without_its_token_does_nothing(site: Any) -> None:
    answer = site.client.post("/sign-in", data={"login": "John.doe", "password": PASSWORD})
    assert answer.status_code == 403
    assert site.services.asked == []


def test_token_of_another_browser_is_refused(site: Any) -> None:
    token = site.token("/sign-in")
    stranger = site.app.test_client()
    stranger.get("/sign-in")
    answer = stranger.post("/sign-in", data={"form_token": token, "login": "a", "password": "b"})
    assert answer.status_code == 403
    assert site.services.asked == []


def test_token_of_before_the_sign_in_ends_with_it(site: Any) -> None:
    token = site.token("/sign-in")
    site.sign_in()
    answer = site.client.post("/sign-out", data={"form_token": token})
    assert answer.status_code == 403
    assert site.sessions.known


def test_stale_form_keeps_what_was_typed_but_no_password(site: Any) -> None:
    answer = site.client.post(
        "/sign-in",
        data={"form_token": "old", "login": "John.doe", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 403
    assert 'name="login" value="John.doe"' in answer.text
    assert PASSWORD not in answer.text
    assert 'name="password" type="password"' in answer.text


@pytest.mark.parametrize("site_header", [{}, {"Sec-Fetch-Site": "cross-site"}])
def test_form_of_another_site_is_not_offered_for_confirmation(
    site: Any, site_header: dict[str, str]
) -> None:
    answer = site.client.post("/sign-in", data={"login": "John.doe"}, headers=site_header)
    assert answer.status_code == 403
    assert "John.doe" not in answer.text


def test_refused_sign_in_keeps_what_was_typed_but_no_password(site: Any) -> None:
    site.services.answers["identity.sign_in"] = Unauthenticated("sign-in-refused")
    answer = site.send("/sign-in", {"login": 'John"<doe>', "password": PASSWORD})
    assert answer.status_code == 401
    assert 'value="John&#34;&lt;doe&gt;"' in answer.text
    assert PASSWORD not in answer.text
