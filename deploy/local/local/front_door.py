"""The ways in that everyone has: pages with forms, OAuth, REST. Nothing here knows a back door."""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests

PATIENCE_SECONDS = 30.0
MOST_STEPS = 12
MOST_TRIES = 8


class RefusedError(Exception):
    """The installation said no; the message has its words."""


class _FirstForm(HTMLParser):
    """The fields of the first form with a field called `wanted`."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self._wanted = wanted
        self._form: dict[str, str] | None = None
        self._action = ""
        self.found: tuple[str, dict[str, str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form, self._action = {}, values.get("action", "")
        elif tag == "input" and self._form is not None and values.get("name"):
            self._form[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            if self.found is None and self._wanted in self._form:
                self.found = (self._action, self._form)
            self._form = None


def set_password(link: str, password: str) -> bool:
    """Use a one-time link from a mail; False when it is used up or too old."""
    browser = _browser()
    page = browser.get(link, timeout=PATIENCE_SECONDS)
    if page.status_code in (404, 410):
        return False
    answer = _submit(browser, page, "password", password=password, password_again=password)
    if answer.status_code != 200:
        raise RefusedError(f"setting a password: {answer.status_code} {_words(answer)}")
    return True


def ask_for_trial(url: str, typed: Mapping[str, str]) -> None:
    """As a stranger does: the answer tells nothing, the mail has the link."""
    browser = _browser()
    page = browser.get(f"{url}/trial", timeout=PATIENCE_SECONDS)
    answer = _submit(browser, page, "organisation_name", **typed)
    if answer.status_code != 200:
        raise RefusedError(f"asking for a trial: {answer.status_code} {_words(answer)}")


def confirm_trial(link: str) -> None:
    """A second time it says that the mailbox has its trial, or opens nothing more."""
    browser = _browser()
    page = browser.get(link, timeout=PATIENCE_SECONDS)
    answer = _submit(browser, page, "idempotency_key")
    if answer.status_code not in (200, 409):
        raise RefusedError(f"opening a trial: {answer.status_code} {_words(answer)}")


def sign_in(
    url: str, client: Mapping[str, Any], *, login: str, password: str, scopes: list[str]
) -> str:
    """An access token by authorization code with PKCE, as a customer's program gets one."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client["client_id"],
        "redirect_uri": client["redirect_uri"],
        "scope": " ".join(scopes),
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    callback = _walk_to(
        client["redirect_uri"],
        f"{url}/oauth/authorize?{urlencode(query)}",
        typed={"login": login, "password": password},
    )
    answer = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
    if answer.get("state") != state or "code" not in answer:
        raise RefusedError(f"signing in {login}: {answer.get('error', callback)}")
    response = requests.post(
        f"{url}/oauth/token",
        data={
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": client["redirect_uri"],
            "code_verifier": verifier,
        },
        auth=(client["client_id"], client["client_secret"]),
        timeout=PATIENCE_SECONDS,
    )
    if response.status_code != 200:
        raise RefusedError(f"token for {login}: {response.status_code} {_words(response)}")
    return str(response.json()["access_token"])


class Api:
    """REST calls with one access token. What is busy for a moment is asked again, a few times."""

    def __init__(self, url: str, token: str, *, reason: str | None = None) -> None:
        """`reason`: why staff act on what belongs to a customer."""
        self._url = f"{url}/api/v1"
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer {token}"
        if reason is not None:
            self._http.headers["Guichet-Reason"] = reason

    def get(self, path: str) -> dict[str, Any]:
        return self._ask("GET", path, body=None, key=None)

    def post(self, path: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """`key`: the same act with the same key is done once, however often it is asked for."""
        return self._ask("POST", path, body=body, key=key)

    def put(self, path: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """In the place of what is there, whatever it is by now."""
        return self._ask("PUT", path, body=body, key=key, edition="*")

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None,
        key: str | None,
        edition: str | None = None,
    ) -> dict[str, Any]:
        headers = {"Idempotency-Key": key, "If-Match": edition}
        for left in reversed(range(MOST_TRIES)):
            response = self._http.request(
                method,
                self._url + path,
                json=body,
                headers={name: value for name, value in headers.items() if value},
                timeout=PATIENCE_SECONDS,
            )
            if response.status_code < 400:
                return dict(response.json())
            if response.status_code not in (429, 503) or not left:
                break
            time.sleep(min(5.0, float(response.headers.get("Retry-After", "1"))))
        raise RefusedError(f"{method} {path}: {response.status_code} {_words(response)}")


def _walk_to(target: str, address: str, *, typed: Mapping[str, str]) -> str:
    """Follow redirects by hand, sign in on the way, up to the one that leaves for `target`."""
    browser = _browser()
    response = browser.get(address, allow_redirects=False, timeout=PATIENCE_SECONDS)
    for _ in range(MOST_STEPS):
        location = response.headers.get("Location")
        if location is None:
            if response.status_code != 200:
                raise RefusedError(f"{response.url}: {response.status_code} {_words(response)}")
            response = _submit(browser, response, "password", follow=False, **typed)
            continue
        address = urljoin(response.url, location)
        if address.startswith(target):
            return address
        response = browser.get(address, allow_redirects=False, timeout=PATIENCE_SECONDS)
    raise RefusedError(f"no way to {target} from {address}")


def _submit(
    browser: requests.Session,
    page: requests.Response,
    wanted: str,
    *,
    follow: bool = True,
    **values: str,
) -> requests.Response:
    reader = _FirstForm(wanted)
    reader.feed(page.text)
    if reader.found is None:
        raise RefusedError(f"no form with {wanted!r} at {page.url}: {_words(page)}")
    action, fields = reader.found
    return browser.post(
        urljoin(page.url, action or page.url),
        data=fields | values,
        allow_redirects=follow,
        timeout=PATIENCE_SECONDS,
    )


def _browser() -> requests.Session:
    browser = requests.Session()
    browser.headers["Accept-Language"] = "fr"
    return browser


def _words(response: requests.Response) -> str:
    return " ".join(response.text.split())[:300]
