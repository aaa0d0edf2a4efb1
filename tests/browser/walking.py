"""Walks through pages by their links, and says of each what is wrong with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Page
from tests.browser.conftest import PHONE, look_at
from werkzeug.exceptions import HTTPException

from gateway import portal
from gateway.oauth.front import create_front
from gateway.pages import sign_in_pages

DESK = {"width": 1280, "height": 800}
# Of what has the focus after a Tab: can one see it? Of the page: is it a whole one?
_WHOLE = """language => {
  const first = document.querySelector("a[href], button, input:not([type=hidden]), summary");
  const said = {
    "one h1": document.querySelectorAll("h1").length === 1,
    "a title": document.title.trim().length > 3,
    "its language": document.documentElement.lang === language,
    "a skip link first": first !== null && first.matches("a.skip[href='#main']"),
    "what it skips to": document.querySelectorAll("main#main").length === 1,
  };
  return Object.keys(said).filter(name => !said[name]);
}"""
# A table may scroll in its frame, and then half of it is not seen.
_CUT_TABLES = """() => [...document.querySelectorAll(".table-frame")]
  .filter(frame => frame.scrollWidth > frame.clientWidth)
  .map(frame => frame.querySelector("caption").innerText)"""
_FOCUS_SEEN = """() => {
  const style = getComputedStyle(document.activeElement);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return document.activeElement !== document.body && (outlined || style.boxShadow !== "none");
}"""


def routes() -> Flask:
    """The pages of the gateway without anything behind them, to ask which address is which page."""
    app = Flask("gateway", static_folder=None)
    app.register_blueprint(sign_in_pages())
    portal.install(app)
    app.register_blueprint(create_front())
    return app


def page_endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}


@dataclass
class Walk:
    """In one language; every other look is on a phone, every third in the dark."""

    language: str
    app: Flask = field(default_factory=routes)
    seen: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    looks: int = 0

    def endpoint(self, path: str) -> str | None:
        try:
            endpoint, _ = self.app.url_map.bind("localhost").match(urlsplit(path).path, "GET")
        except HTTPException:
            return None
        return str(endpoint)

    def open(self, page: Page, path: str, *, status: int = 200) -> None:
        response = page.goto(path)
        if response is None or response.status != status:
            self.faults.append(f"{path}: {response and response.status}")
            return
        endpoint = self.endpoint(page.url)
        if endpoint != self.endpoint(path):
            self.faults.append(f"{path} led to {page.url}")
            return
        self.look(page)

    def look(self, page: Page) -> None:
        """Axe in one width; in the other only whether the page fits."""
        self.seen.setdefault(self.endpoint(page.url) or page.url, page.url)
        phone_first = (self.looks % 2 == 0) == (self.language == "fr")
        dark = self.looks % 3 == 2
        self.looks += 1
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        page.set_viewport_size(PHONE if phone_first else DESK)
        found = list(page.evaluate(_WHOLE, self.language)) + cut_tables(page)
        try:
            look_at(page)
        except AssertionError as error:
            found.append(str(error))
        page.keyboard.press("Tab")
        if not page.evaluate(_FOCUS_SEEN):
            found.append("one cannot see where the focus is")
        page.set_viewport_size(DESK if phone_first else PHONE)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append("wider than its window")
        found += cut_tables(page)
        self.faults.extend(f"{page.url}: {fault}" for fault in found)

    def follow(self, page: Page, starts: Iterable[str]) -> None:
        """Every page that the links lead to, one address of each."""
        due, met = deque(starts), set(self.seen)
        while due:
            path = due.popleft()
            self.open(page, path)
            for href in page.locator("a[href^='/']").evaluate_all(
                "links => links.map(link => link.getAttribute('href'))"
            ):
                endpoint = self.endpoint(href)
                if endpoint is not None and endpoint not in met:
                    met.add(endpoint)
                    due.append(href)


def cut_tables(page: Page) -> list[str]:
    return [f"table cut: {caption}" for caption in page.evaluate(_CUT_TABLES)]
