"""A visitor without JavaScript: opens pages, reads their forms, fills them in, follows redirects.

And a program without pages: speaks OAuth and REST. Both see what anyone would see.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests

PATIENCE = 15.0


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        if not self.forms:
            return
        form = self.forms[-1]
        if tag == "input" and values.get("name"):
            unticked = values.get("type") in ("checkbox", "radio") and "checked" not in values
            if not unticked:
                form.fields[values["name"]] = values.get("value", "")
        elif tag == "textarea" and values.get("name"):
            form.fields.setdefault(values["name"], "")
        elif tag == "select" and values.get("name"):
            self._select = values["name"]
        elif tag == "option" and self._select:
            if "selected" in values or self._select not in form.fields:
                form.fields[self._select] = values.get("value", "")
        elif tag == "button":
            form.buttons.append(values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@dataclass(frozen=True)
class Page:
    response: requests.Response
    forms: list[Form]
    text: str

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def url(self) -> str:
        return self.response.url

    def form(self, containing: str) -> Form:
        """The first form with that field, or with that in its action."""
        for form in self.forms:
            if containing in form.fields or containing in form.action:
                return form
        raise AssertionError(f"no form with {containing!r} at {self.url}: {self.text[:600]}")


# What differs with each answer, whoever asks.
_EACH_TIME = frozenset({"date", "ratelimit", "set-cookie", "x-request-id"})
_FORM_SECRET = re.compile(r'(name="form_token" value=")[^"]+')


@dataclass(frozen=True)
class Told:
    """All of an answer that could tell one asker something that another is not told."""

    status: int
    url: str
    headers: dict[str, str]
    cookies: list[str]
    body: str


def told_by(response: requests.Response) -> Told:
    return Told(
        status=response.status_code,
        url=response.url,
        headers={
            name: value
            for name, value in response.headers.items()
            if name.lower() not in _EACH_TIME
        },
        cookies=sorted(response.cookies.keys()),
        body=_FORM_SECRET.sub(r"\1", response.text),
    )


class Visitor:
    def __init__(self, url: str, language: str = "fr") -> None:
        self.url = url
        self.http = requests.Session()
        self.http.headers["Accept-Language"] = language

    def open(self, path: str) -> Page:
        return self._page(self.http.get(urljoin(self.url, path), timeout=PATIENCE))

    def submit(self, page: Page, containing: str, **values: str) -> Page:
        form = page.form(containing)
        target = urljoin(page.url, form.action or page.url)
        data = {**form.fields, **values}
        if form.method == "get":
            return self._page(self.http.get(target, params=data, timeout=PATIENCE))
        return self._page(self.http.post(target, data=data, timeout=PATIENCE))

    def sign_in(self, login: str, password: str, path: str = "/") -> Page:
        return self.submit(self.open(path), "password", login=login, password=password)

    @staticmethod
    def _page(response: requests.Response) -> Page:
        reader = _Reader()
        if response.headers.get("Content-Type", "").startswith("text/html"):
            reader.feed(response.text)
        return Page(response, reader.forms, " ".join(" ".join(reader.text).split()))


@dataclass(frozen=True)
class Api:
    """REST calls with one access token."""

    url: str
    token: str
    language: str = "fr"

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> requests.Response:
        return requests.request(
            method,
            f"{self.url}/api/v1{path}",
            json=json,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Accept-Language": self.language,
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
            timeout=PATIENCE,
        )

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        return self._body(self.call("GET", path, **headers), status)

    def post(self, path: str, json: Any, status: int = 200, **headers: str) -> Any:
        return self._body(self.call("POST", path, json, **headers), status)

    @staticmethod
    def _body(response: requests.Response, status: int) -> Any:
        assert response.status_code == status, f"{response.status_code}: {response.text}"
        return response.json()


def client_token(url: str, client_id: str, client_secret: str, scope: str) -> str:
    """Client credentials (RFC 6749 section 4.4)."""
    response = requests.post(
        f"{url}/oauth/token",
        data={"grant_type": "client_credentials", "scope": scope},
        auth=(client_id, client_secret),
        timeout=PATIENCE,
    )
    assert response.status_code == 200, response.text
    return str(response.json()["access_token"])


def person_tokens(
    url: str,
    client: dict[str, Any],
    login: str,
    password: str,
    scope: str,
    *,
    browser: Visitor | None = None,
) -> dict[str, Any]:
    """Authorization code with PKCE (RFC 7636), as a program of the customer would do it; in the
    session of that browser, where one is signed in."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    state = secrets.token_urlsafe(16)
    query = urlencode(
        {
            "response_type": "code",
            "client_id": client["client_id"],
            "redirect_uri": client["redirect_uri"],
            "scope": scope,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
    )
    visitor = browser or Visitor(url)
    callback = walk_back(visitor, f"{url}/oauth/authorize?{query}", client, login, password)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
    assert answer.get("state") == state, callback
    assert answer.get("iss") == url, callback
    secret = client.get("client_secret")
    auth = (client["client_id"], secret) if secret else None
    response = requests.post(
        f"{url}/oauth/token",
        data={
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": client["redirect_uri"],
            "code_verifier": verifier,
            "client_id": client["client_id"],
        },
        auth=auth,
        timeout=PATIENCE,
    )
    assert response.status_code == 200, response.text
    return dict(response.json())


def walk_back(
    visitor: Visitor, address: str, client: dict[str, Any], login: str, password: str
) -> str:
    """Walk the redirects by hand up to the one that leaves for the client."""
    response = visitor.http.get(address, allow_redirects=False, timeout=PATIENCE)
    for _ in range(12):
        location = response.headers.get("Location")
        if location is not None:
            address = urljoin(response.url, location)
            if address.startswith(client["redirect_uri"]):
                return address
            response = visitor.http.get(address, allow_redirects=False, timeout=PATIENCE)
            continue
        page = visitor._page(response)
        assert page.status == 200, f"{page.status} at {page.url}: {page.text[:400]}"
        name = "password" if any("password" in form.fields for form in page.forms) else "consent"
        form = page.form(name)
        if name == "password":
            typed = {"login": login, "password": password}
        else:
            typed = {"decision": "allow"}
        response = visitor.http.post(
            urljoin(page.url, form.action or page.url),
            data={**form.fields, **typed},
            allow_redirects=False,
            timeout=PATIENCE,
        )
    raise AssertionError(f"no way back to the client from {address}")
