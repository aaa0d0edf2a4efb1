"""The reference page: readable without JavaScript, every call and every code on it."""

from __future__ import annotations

import json
import shlex
from html.parser import HTMLParser
from typing import Any

import pytest

from contracts.codes import Language
from contracts.declare import Effect
from contracts.registry import CALLS
from gateway.api.reference import curl
from gateway.api.wording import catalogue

pytestmark = pytest.mark.unit

ROUTED = [call for call in CALLS.values() if call.route]


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.sources: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found["href"]))
        self.sources += [str(found[name]) for name in ("src", "style") if name in found]
        if tag == "link":
            self.sources.append(str(found["href"]))


@pytest.fixture
def page(face: Any) -> Page:
    answer = face.client.get("/api/docs")
    assert answer.status_code == 200
    return Page(answer.text)


def test_every_call_and_every_code_can_be_linked_to(page: Page) -> None:
    assert {f"{call.service}-{call.name}" for call in ROUTED} <= set(page.ids)
    codes = {code for code in catalogue(Language.FRENCH) if not code.startswith("status-")}
    assert codes <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)


def test_every_link_within_leads_somewhere(page: Page) -> None:
    within = {link[1:] for link in page.links if link.startswith("#")}
    assert within <= set(page.ids)


def test_it_needs_no_script_and_nothing_of_others(page: Page) -> None:
    assert "script" not in page.tags
    assert "style" not in page.tags
    assert all(source.startswith("/static/") for source in page.sources)


def test_the_type_of_a_problem_is_an_anchor_of_the_page(face: Any, page: Page) -> None:
    problem = face.client.get("/api/v1/contracts").json
    address, _, anchor = problem["type"].partition("#")
    assert address == "/api/docs"
    assert anchor in page.ids


@pytest.mark.parametrize("call", ROUTED, ids=lambda call: call.full_name)
def test_the_command_of_a_call_can_be_pasted(face: Any, bearer: dict[str, str], call: Any) -> None:
    face.grant(roles={}, staff=("sales", "operator", "support", "auditor"))
    command = curl(call, "http://localhost:8080").replace("\\\n", " ")
    words = shlex.split(command)
    url = next(word for word in words if word.startswith("http"))
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    data = words[words.index("-d") + 1] if "-d" in words else None
    assert (call.effect is Effect.WRITE) == ("Idempotency-Key: $(uuidgen)" in words)
    assert call.reason == ("Guichet-Reason: Ticket 4711" in words)
    answer = face.client.open(
        url.removeprefix("http://localhost:8080"),
        method=method,
        headers={
            **bearer,
            "Guichet-Reason": "Ticket 4711",
            **({"If-Match": "*"} if "If-Match: *" in words else {}),
        },
        **({"json": json.loads(data)} if data else {}),
    )
    # Well formed: what is left is whether this caller may.
    assert answer.status_code in (200, 201, 202, 403)
