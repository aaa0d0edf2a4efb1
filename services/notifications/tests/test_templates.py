"""Laws: every template has both languages and all its parts; every fact heard is handled; every
mail can be written from what its fact carries, and escapes it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from services.notifications.tests.letter_cases import (
    ACCOUNT,
    ASKED,
    AT,
    CASES,
    FACTORS,
    INVITED,
    OTHER,
    PERSON,
    PORTAL,
)

from contracts.codes import Language
from contracts.declare import Event
from contracts.identity import FactorChange
from contracts.identity.facts import Leaving
from contracts.registry import EVENTS, events_heard_by
from notifications.clients.wording import PARTS, TEMPLATES, House, Wording
from notifications.domain import letters
from notifications.domain.letters import Letter, Template
from notifications.service import NotificationsService
from servicekit.plain import plain

pytestmark = pytest.mark.unit

HOUSE = House(
    brand="Cloudstore", public_url="http://localhost:8080", contact="support@cloudstore.example"
)
WORDING = Wording(HOUSE)
LINK = "http://localhost:8080/links/the-token"
BOTH = list(Language)


def values_of(letter: Letter, *, name: str = "John") -> dict[str, Any]:
    """As ``queue_mail`` stores them."""
    tenant = letter.tenant and {
        "code": str(letter.tenant),
        "name": f"{name}'s contract",
        "organisation": "Acme SA",
        "region": "eu-west-0",
    }
    reader = {
        "given_name": name,
        "family_name": "Doe",
        "login": "John.Doe",
        "email": "john@acme.example",
    }
    values = {**plain(letter.facts), "reader": reader, "tenant": tenant}
    return values | ({"link": LINK} if letter.sealed_link else {})


def written(case: Any, language: Language, *, name: str = "John") -> tuple[str, str, str]:
    make, fact = case
    letter = make(fact)
    assert letter is not None
    values = values_of(letter, name=name)
    part: dict[str, Any] = {"template": letter.template, "language": language, "values": values}
    return WORDING.subject(**part), WORDING.text(**part), WORDING.html(**part)


def name_of(case: Any) -> str:
    make, fact = case
    return f"{make.__name__}-{fact.get('credential', '')}-{fact.get('tenant')}"


@pytest.mark.parametrize("template", Template)
@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("part", PARTS)
def test_every_template_has_both_languages_and_all_parts(
    template: Template, language: Language, part: str
) -> None:
    path = TEMPLATES / template.value / part.format(language.value)
    assert path.read_text(encoding="utf-8").strip(), path


def test_no_template_lies_about_unused() -> None:
    folders = {path.name for path in TEMPLATES.iterdir()}
    assert folders == {template.value for template in Template} | {"layout"}
    wanted = {part.format(language.value) for part in PARTS for language in BOTH}
    for template in Template:
        assert {path.name for path in (TEMPLATES / template.value).iterdir()} == wanted


def test_every_template_is_called_for_by_a_fact() -> None:
    called = {letter.template for make, fact in CASES if (letter := make(fact))}
    assert called == set(Template)


HANDLERS = [one for one in vars(NotificationsService).values() if hasattr(one, "hears_event")]


def test_every_fact_heard_has_its_handler() -> None:
    handled = [handler.hears_event for handler in HANDLERS]
    heard: tuple[Event, ...] = events_heard_by("notifications")
    assert {event.type for event in handled} == {event.type for event in heard}
    assert len(handled) == len(heard) <= len(EVENTS)


@pytest.mark.parametrize(
    "handler",
    [one for one in HANDLERS if "not_me_link" in one.hears_event.payload().fields],
    ids=lambda handler: handler.hears_event.type,
)
def test_link_by_which_a_login_is_blocked_goes_to_the_mailbox_that_it_was_made_for(
    handler: Any,
) -> None:
    said = {**ACCOUNT, **FACTORS, **ASKED, "login": "John.Doe", "credential": PORTAL, "name": None}
    said |= {"change": FactorChange.TOTP_ENROLLED, "left": 9, "used_at": AT, "set_at": AT}
    fact = SimpleNamespace(data={**said, "locked_until": AT, "email": "owner@acme.example"})
    queued: list[Letter] = []
    handler(SimpleNamespace(_queue=lambda fact, letter: queued.append(letter)), fact)
    assert [(one.sealed_link, one.recipient) for one in queued] == [
        ("sealed", "owner@acme.example")
    ]


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_every_mail_can_be_written(case: Any, language: Language) -> None:
    subject, text, html = written(case, language)
    assert subject
    assert "\n" not in subject
    assert HOUSE.contact in text
    assert HOUSE.contact in html
    letter = case[0](case[1])
    assert (LINK in text) == (LINK in html) == (letter.sealed_link is not None)
    assert "sealed" not in text + html
    assert not re.search(r"\{\{|\{%|None|Undefined|\n{3,}", text), text
    assert not re.search(r"\{\{|\{%|None", html)


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_names_are_escaped_and_nothing_is_fetched_from_elsewhere(
    case: Any, language: Language
) -> None:
    *_, html = written(case, language, name="<script src='https://evil.example'>&")
    seen = Reading()
    seen.feed(html)
    assert not {"script", "img", "link", "iframe", "object", "form"} & seen.tags
    assert all(link.startswith((HOUSE.public_url, "mailto:")) for link in seen.links)
    assert seen.open == []
    assert seen.language == language.value


class Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.open: list[str] = []
        self.language: str | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        assert not {"src", "background", "onclick"} & set(given)
        assert "url(" not in (given.get("style") or "")
        if tag == "a":
            self.links.append(given["href"])
        if tag == "html":
            self.language = given["lang"]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_two_welcomes_say_what_the_faq_promises() -> None:
    subject, text, _ = written(CASES[0], Language.FRENCH)
    assert subject == "Bienvenue sur l'espace client Cloudstore"
    assert "Votre identifiant : John.Doe" in text
    assert text.rstrip().splitlines()[-3].endswith(HOUSE.contact)
    subject, text, _ = written(CASES[2], Language.FRENCH)
    assert subject == "Bienvenue sur la console"
    for said in ("OCB0000001", "John.Doe", "Web Login", "API Login", LINK):
        assert said in text


def test_dates_and_amounts_are_written_as_the_reader_writes_them() -> None:
    order, termination = (
        next(case for case in CASES if case[0] is make)
        for make in (letters.order_placed, letters.termination_scheduled)
    )
    _, french, _ = written(order, Language.FRENCH)
    _, english, _ = written(order, Language.ENGLISH)
    assert "19,90\N{NO-BREAK SPACE}€" in french
    assert "€19.90" in english
    assert "1er décembre 2026 à 09:30 UTC" in french
    assert "1 December 2026 at 09:30 UTC" in english
    assert "1er décembre 2026" in written(termination, Language.FRENCH)[1]


def test_a_person_new_to_us_is_welcomed_once() -> None:
    joined = {**CASES[3][1], "newly_registered": True}
    assert letters.tenant_joined(joined) is None


@pytest.mark.parametrize(
    "write",
    [
        letters.access_disabled,
        letters.access_enabled,
        letters.access_ended,
        letters.roles_changed,
        letters.user_changed,
    ],
)
def test_who_has_not_accepted_a_contract_has_no_mail_of_what_it_does_to_him(write: Any) -> None:
    news = {**INVITED, "how": Leaving.REMOVED, "names": True, "mobile": True}
    assert write({**news, "accepted": True}) is not None
    assert write({**news, "accepted": False}) is None


@pytest.mark.parametrize(
    ("by", "language", "said"),
    [
        ({"reset_by_person_id": PERSON}, Language.ENGLISH, "as you asked"),
        ({"reset_by_person_id": PERSON}, Language.FRENCH, "à votre demande"),
        ({"reset_by_person_id": OTHER}, Language.ENGLISH, "by someone entitled to"),
        ({"reset_by_person_id": OTHER}, Language.FRENCH, "par une personne habilitée"),
        ({"reset_by_person_id": None}, Language.ENGLISH, "by someone entitled to"),
        ({}, Language.ENGLISH, "by someone entitled to"),
    ],
)
def test_unlocking_mail_says_whether_the_reader_did_it_himself(
    by: dict[str, Any], language: Language, said: str
) -> None:
    case = (letters.failed_login_reset, {**ACCOUNT, "reset_by": "John.Doe", **by})
    _, text, html = written(case, language)
    assert said in text
    assert said in html
