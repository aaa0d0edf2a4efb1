"""Debian's Chromium, and axe to look at what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
PHONE = {"width": 360, "height": 740}
_AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_LOOK = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"

NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, stack: Any) -> Iterator[NewPage]:
    """A page of a fresh browser; what its console complains about fails the test."""
    opened, complaints = [], []

    def make(language: str = "fr-FR", **options: Any) -> Page:
        context = chromium.new_context(base_url=stack.url, locale=language, **options)
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if _blames_us(message.text) else None,
        )
        return page

    yield make
    for context in opened:
        context.close()
    assert complaints == []


def _blames_us(text: str) -> bool:
    return "Content Security Policy" in text or "Content-Security-Policy" in text


@pytest.fixture
def look() -> Callable[[Page], None]:
    """What axe finds on a page, and whether it is wider than its window."""
    return look_at


def look_at(page: Page) -> None:
    # By the debugger: our policy lets no foreign script in.
    debugger = page.context.new_cdp_session(page)
    debugger.send("Runtime.evaluate", {"expression": _AXE.read_text(encoding="utf-8")})
    found = page.evaluate(_LOOK, _RULES)
    faults = [
        (fault["id"], [node["html"][:200] for node in fault["nodes"]])
        for fault in found["violations"]
    ]
    assert faults == [], page.url
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], f"{page.url} is wider than its window"
