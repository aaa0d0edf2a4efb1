"""What the counter takes and says without Flask: the same rules, headers and refusals."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.limits.admission import Admission
from gateway.oauth.counter import INTROSPECTION, LARGEST_FORM, TOKEN
from servicekit.errors import TooMany, Unavailable

pytestmark = pytest.mark.servers

FORM = "application/x-www-form-urlencoded"
ASKED = b"grant_type=client_credentials"


@pytest.fixture
def machine(provider: Any) -> Any:
    return provider.machine()


def ask(provider: Any, machine: Any, body: bytes = ASKED, **more: Any) -> TestResponse:
    asked: dict[str, Any] = {"path": TOKEN, "method": "POST", "content_type": FORM} | more
    answer: TestResponse = provider.app.test_client().open(data=body, auth=machine.auth, **asked)
    return answer


def test_an_answer_is_never_kept_and_names_its_request(provider: Any, machine: Any) -> None:
    answer = ask(provider, machine, headers={"X-Request-Id": "of-the-caller"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Request-Id"] == "of-the-caller"
    assert "Strict-Transport-Security" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_what_would_break_a_header_or_a_log_line_is_no_request_id(
    provider: Any, machine: Any
) -> None:
    answer = ask(provider, machine, headers={"X-Request-Id": "two words"})
    assert answer.headers["X-Request-Id"] not in ("", "two words")


@pytest.mark.parametrize("path", [TOKEN, INTROSPECTION])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_only_post_is_answered(provider: Any, machine: Any, path: str, method: str) -> None:
    answer = ask(provider, machine, b"", path=path, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("body", "more"),
    [
        pytest.param(b"{}", {"content_type": "application/json"}, id="no form"),
        pytest.param(ASKED, {"content_type": ""}, id="of no kind"),
        pytest.param(ASKED + b"&scope=a&scope=a", {}, id="a parameter twice"),
        pytest.param(ASKED + b"&scope=&scope=contracts.read", {}, id="twice, once empty"),
        pytest.param(ASKED, {"query_string": "scope=contracts.read"}, id="in the address"),
        pytest.param(b"\xff" + ASKED, {}, id="no text"),
        pytest.param(b"&".join(b"p%d=1" % one for one in range(101)), {}, id="too many fields"),
    ],
)
def test_a_faulty_form_is_refused(
    provider: Any, machine: Any, body: bytes, more: dict[str, Any]
) -> None:
    answer = ask(provider, machine, body, **more)
    assert answer.status_code == 400
    assert answer.get_json()["error"] == "invalid_request"


def test_a_kind_may_say_its_charset(provider: Any, machine: Any) -> None:
    answer = ask(provider, machine, content_type=f"{FORM.upper()}; charset=UTF-8")
    assert answer.status_code == 200


def test_a_form_that_is_too_large_is_not_read(provider: Any, machine: Any) -> None:
    class Untouched(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("it was read")

    told, _ = called(provider, CONTENT_LENGTH=str(LARGEST_FORM + 1), **{"wsgi.input": Untouched()})
    assert told == "413 Request Entity Too Large"


@pytest.mark.parametrize("length", ["", "-1", "+5", "five", "٣"])
def test_a_length_that_is_none_is_an_empty_body(provider: Any, length: str) -> None:
    told, body = called(provider, CONTENT_LENGTH=length)
    assert (told, body["error"]) == ("400 Bad Request", "unsupported_grant_type")


def test_who_hangs_up_in_the_middle_gets_nothing(provider: Any) -> None:
    told, body = called(provider, CONTENT_LENGTH=str(len(ASKED) + 1))
    assert (told, body["error"]) == ("400 Bad Request", "invalid_request")


def test_a_form_that_comes_in_pieces_is_read_whole(provider: Any, machine: Any) -> None:
    class Dribbling(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 1, 3))

    body = ASKED + f"&client_id={machine.client_id}&client_secret={machine.secret}".encode()
    told, _ = called(provider, CONTENT_LENGTH=str(len(body)), **{"wsgi.input": Dribbling(body)})
    assert told == "200 OK"


def test_whoever_is_proved_is_told_what_is_left(start_provider: Any) -> None:
    from servicekit.setting_kinds import Quota

    provider = start_provider(limit_client=Quota(2, 3600), limit_address=Quota(1, 3600))
    machine = provider.machine()
    answer = ask(provider, machine)
    assert answer.headers["RateLimit-Policy"] == '"client";q=2;w=3600'
    assert ask(provider, machine, b"token=a.b.c", path=INTROSPECTION).status_code == 200
    spent = ask(provider, machine)
    assert (spent.status_code, spent.get_json()["error"]) == (429, "temporarily_unavailable")
    assert int(spent.headers["Retry-After"]) > 0
    # Who proves nothing spends the address's, not the client's.
    stranger = provider.post(TOKEN, {"grant_type": "client_credentials"})
    assert (stranger.status_code, stranger.headers["RateLimit-Policy"]) == (
        401,
        '"address";q=1;w=3600',
    )
    assert provider.post(TOKEN, {"grant_type": "client_credentials"}).status_code == 429


def test_one_request_s_standing_is_not_another_s(start_provider: Any) -> None:
    from servicekit.setting_kinds import Quota

    provider = start_provider(limit_client=Quota(5, 3600))
    assert "RateLimit" in ask(provider, provider.machine()).headers
    assert "RateLimit" not in provider.post(TOKEN, {"grant_type": "client_credentials"}).headers


def test_served_by_https_it_says_so(start_provider: Any) -> None:
    provider = start_provider(public_url="https://guichet.example")
    answer = ask(provider, provider.machine())
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("fault", "status", "error", "wait"),
    [
        (Unavailable("database", {"retry_after": 7}), 503, "temporarily_unavailable", "7"),
        (TooMany("quota-exceeded"), 429, "temporarily_unavailable", "2"),
        (RuntimeError("a secret of ours"), 500, "server_error", None),
    ],
)
def test_our_own_faults_tell_nothing_of_us(
    provider: Any,
    machine: Any,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    status: int,
    error: str,
    wait: str | None,
) -> None:
    def fail(self: Admission, client: object) -> None:
        raise fault

    monkeypatch.setattr(Admission, "admit_client", fail)
    answer = ask(provider, machine)
    assert (answer.status_code, answer.get_json()) == (status, {"error": error})
    assert answer.headers.get("Retry-After") == wait


def called(provider: Any, **environ: Any) -> tuple[str, dict[str, Any]]:
    """The bare application, for what no client of ours would send."""
    told: list[str] = []
    given = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": TOKEN,
        "CONTENT_TYPE": FORM,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(ASKED),
    } | environ
    body = b"".join(provider.app.wsgi_app(given, lambda status, headers: told.append(status)))
    return told[0], json.loads(body)
