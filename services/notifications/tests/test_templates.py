"""Laws: every template has both languages and all its parts; every fact heard is handled; every
mail can be written from what its fact carries, and escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from contracts.codes import (
    CredentialKind,
    Language,
    Office,
    RequestNumber,
    Role,
    Section,
    StaffRole,
    SupportLevel,
    TenantCode,
)
from contracts.declare import Event
from contracts.gateway import ClientChange
from contracts.identity import FactorChange, PolicyPart, RecoveryKind
from contracts.identity.facts import Leaving
from contracts.registry import EVENTS, events_heard_by
from contracts.subscriptions import Product
from contracts.tenancy import (
    ContractAct,
    ContractStatus,
    HandoverEnd,
    HandoverState,
    ReferencesBy,
    RequestAct,
    RequestOutcome,
)
from notifications.clients.wording import PARTS, TEMPLATES, House, Wording
from notifications.domain import (
    client_letters,
    contract_letters,
    ending_letters,
    letters,
    life_letters,
    office_letters,
    people_letters,
    request_letters,
)
from notifications.domain.letters import Letter, Template
from notifications.service import NotificationsService
from servicekit.plain import plain

pytestmark = pytest.mark.unit

PERSON = UUID("01900000-0000-7000-8000-000000000001")
OTHER = UUID("01900000-0000-7000-8000-000000000002")
AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
HOUSE = House(
    brand="Cloudstore", public_url="http://localhost:8080", contact="support@cloudstore.example"
)
WORDING = Wording(HOUSE)
LINK = "http://localhost:8080/links/the-token"
OFFER = {
    "offer_id": "workspace-1",
    "product": Product.WORKSPACE,
    "region": "eu-west-0",
    "flavour": "standard",
    "package": "12-months",
    "term_months": 12,
    "upfront": False,
    "monthly_price": Decimal("19.90"),
    "upfront_price": Decimal("0.00"),
    "currency": "EUR",
}
ACCOUNT = {
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "user_name": "John.Doe",
    "sealed_link": "sealed",
    "expires_at": AT,
}
TERMINATION = {
    "subscription_id": PERSON,
    "termination_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "offer": OFFER,
    "quantity": 1,
    "remaining": 2,
    "effective_on": date(2026, 12, 1),
    "requested_by": str(PERSON),
}
FACTORS = {"person_id": PERSON, "tenant": None, "not_me_link": "sealed", "changed_at": AT}
INVITED = {**ACCOUNT, "roles": {Section.USERS: Role.VISITOR}}
INVITER = {"invited_by": OTHER}
ELSEWHERE = {"new_email": "john@new.example"}
ASKED = {"requested_at": AT}
LOOKED_AT = {
    "grant_id": OTHER,
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "operator_name": "Bob <Help>",
    "as_name": "John Doe",
    "reason": "An invoice is missing",
    "ends_at": AT,
}
CLIENT = {
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "client_id": "ocb0000001-1f",
    "client_name": "<Billing>",
    "changed_at": AT,
    "expires_at": AT,
    "expired_at": AT,
}
GATHERED = {
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "changes": [
        {"client_id": "own-1", "client_name": "<Billing>", "change": change, "changed_at": AT}
        for change in ClientChange
    ],
    "first_at": AT,
    "last_at": AT,
}
PART = {
    "kind": "<ecs>",
    "region": "eu-west-0",
    "count": 2,
    "daily_cost": Decimal("3.5000"),
    "currency": "EUR",
}
DRAINING = {
    "tenant": TenantCode("OCB0000001"),
    "referent_id": PERSON,
    "draining_since": AT,
    "known": True,
    "observed_at": AT,
    "remaining": 2,
    "parts": [PART],
    "daily_costs": [{"amount": Decimal("3.5000"), "currency": "EUR"}],
}
FORCED = {"tenant": TenantCode("OCB0000001"), "referent_id": PERSON, "proposed_at": AT}
CLOSED = {
    "tenant": TenantCode("OCB0000001"),
    "referent_id": PERSON,
    "certificate": {"opened_at": AT, "terminated_at": AT, "forced": True, "remaining": 2},
}
OF_CONTRACT = {
    "tenant": TenantCode("OCB0000001"),
    "referent_id": PERSON,
    "change_id": OTHER,
    "level_before": SupportLevel.STANDARD,
    "support_level": SupportLevel.PREMIUM,
    "replaced": None,
    "effective_on": date(2026, 12, 1),
    "committed_until": date(2027, 5, 31),
    "changed_at": AT,
}
REQUEST = {
    "tenant": TenantCode("OCB0000001"),
    "number": RequestNumber("D0001001"),
    "title": {"fr": "Déclarer un incident", "en": "Declare an incident"},
    "subject": "Network <down>",
    "told_id": PERSON,
    "assigned_to": PERSON,
    "deadline_at": AT,
    "act": RequestAct.COMMENT,
    "reopenable_until": None,
}
STATE = {
    "tenant": TenantCode("OCB0000001"),
    "referent_id": PERSON,
    "state": ContractStatus.SUSPENDED,
    "changed_at": AT,
    "reason": None,
    "trial_closes_on": date(2027, 3, 3),
}
TRIAL = {"ends_on": date(2027, 1, 31), "closes_on": date(2027, 3, 3)}
HANDOVER = {
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "office": Office.REFERENT,
    "handover_id": OTHER,
    "state": HandoverState.OFFERED,
    "is_holder": True,
    "other_name": "Jane <Roe>",
    "drop_rights": False,
    "expires_at": AT,
    "takes_effect_at": None,
    "ended_why": None,
    "rights_dropped": None,
}
OFFICE_RECOVERY = {
    "person_id": PERSON,
    "tenant": TenantCode("OCB0000001"),
    "office": Office.DOMAIN_OWNER,
    "recovery_id": OTHER,
    "state": "approved",
    "is_holder": True,
    "successor_name": "Nora <New>",
    "takes_effect_at": AT,
}
OPEN_HANDOVER = {"drop_rights": True, "takes_effect_at": AT}
TOLD_OF_OFFICES: list[tuple[Callable[[Any], Letter | None], dict[str, Any]]] = [
    *(
        (
            office_letters.handover_announced,
            {**HANDOVER, **OPEN_HANDOVER, "state": state, "is_holder": is_holder},
        )
        for state in HandoverState
        if state not in (HandoverState.SETTLING, HandoverState.VOID)
        for is_holder in (True, False)
    ),
    *(
        (
            office_letters.handover_announced,
            {
                **HANDOVER,
                "office": Office.DOMAIN_OWNER,
                "state": HandoverState.VOID,
                "ended_why": why,
            },
        )
        for why in HandoverEnd
    ),
    *(
        (
            office_letters.handover_announced,
            {
                **HANDOVER,
                "state": HandoverState.DONE,
                "drop_rights": True,
                "rights_dropped": dropped,
            },
        )
        for dropped in (True, False)
    ),
    *(
        (office_letters.office_recovery_announced, {**OFFICE_RECOVERY, "state": state})
        for state in ("approved", "done", "refused", "objected", "void")
    ),
    (office_letters.office_recovery_announced, {**OFFICE_RECOVERY, "is_holder": False}),
]
REFERENCES = {"ref1": "AA<00606838>", "ref2": None, "ref3": None}
PORTAL, API = CredentialKind.PORTAL, CredentialKind.API

CASES: list[tuple[Callable[[Any], Letter | None], dict[str, Any]]] = [
    (letters.welcome, {**ACCOUNT, "login": "John.Doe"}),
    (letters.welcome, {**ACCOUNT, "login": "John.Doe", "tenant": None}),
    (letters.console_welcome, ACCOUNT),
    *TOLD_OF_OFFICES,
    (
        letters.tenant_joined,
        {
            **ACCOUNT,
            "newly_registered": False,
            "roles": dict.fromkeys(Section, Role.MANAGER)
            | {Section.BACKUP_CONSOLE: Role.CUST_ADMIN, Section.USERS: Role.VISITOR},
        },
    ),
    (letters.password_reset, {**ACCOUNT, "credential": API}),
    (letters.password_reset, {**ACCOUNT, "credential": PORTAL, "tenant": None}),
    (letters.password_set, {**ACCOUNT, "credential": API, "set_at": AT}),
    (letters.password_set, {**ACCOUNT, "credential": PORTAL, "tenant": None, "set_at": AT}),
    (letters.access_disabled, {**ACCOUNT, "idle_days": 90}),
    (letters.password_expires_soon, {**ACCOUNT, "credential": API, "expires_at": AT}),
    (
        letters.password_expires_soon,
        {**ACCOUNT, "credential": PORTAL, "tenant": None, "expires_at": AT},
    ),
    *(
        (
            letters.policy_changed,
            {**ACCOUNT, "part": part, "changed_by_name": "Jane.Roe", "changed_at": AT},
        )
        for part in PolicyPart
        if part is not PolicyPart.STAFF
    ),
    *(
        (
            letters.policy_changed,
            {
                **ACCOUNT,
                "tenant": None,
                "part": part,
                "changed_by_name": "Jane.Roe",
                "changed_at": AT,
            },
        )
        for part in PolicyPart
    ),
    (letters.credential_locked, {**ACCOUNT, "credential": API, "locked_until": AT}),
    (
        letters.credential_locked,
        {**ACCOUNT, "credential": PORTAL, "tenant": None, "locked_until": AT, "not_me_link": "s"},
    ),
    (letters.password_set, {**ACCOUNT, "credential": API, "set_at": AT, "not_me_link": "s"}),
    (
        letters.credential_locked,
        {**ACCOUNT, "credential": PORTAL, "tenant": None, "locked_until": AT},
    ),
    (letters.failed_login_reset, {**ACCOUNT, "reset_by": "John.Doe", "reset_by_person_id": PERSON}),
    (letters.portal_login_unlocked, {**ACCOUNT, "was_locked": True}),
    (letters.portal_login_unlocked, {**ACCOUNT, "was_locked": False}),
    (letters.failed_login_reset, {**ACCOUNT, "reset_by": "Jane.Roe", "reset_by_person_id": OTHER}),
    (people_letters.staff_roles_changed, {"person_id": PERSON, "roles": list(StaffRole)}),
    (people_letters.staff_roles_changed, {"person_id": PERSON, "roles": []}),
    (
        people_letters.staff_announced,
        {
            "person_id": PERSON,
            "login": "Eve.Moon",
            "roles": list(StaffRole),
            "appointed_by_name": "Jane.Roe",
            "appointed_at": AT,
        },
    ),
    (people_letters.person_disabled, {"person_id": PERSON, "disabled_at": AT}),
    (people_letters.person_enabled, {"person_id": PERSON, "enabled_at": AT}),
    *(
        (people_letters.recovery_proposed, {"person_id": PERSON, "kind": kind, "expires_at": AT})
        for kind in RecoveryKind
    ),
    (
        people_letters.recovery_decided,
        {"person_id": PERSON, "kind": RecoveryKind.CHANGE_EMAIL, "takes_effect_at": AT},
    ),
    (
        people_letters.recovery_decided,
        {"person_id": PERSON, "kind": RecoveryKind.ENABLE_PERSON, "executed_at": AT},
    ),
    (people_letters.impersonation_granted, {**LOOKED_AT, "is_seen": True, "by_staff": True}),
    (people_letters.impersonation_granted, {**LOOKED_AT, "is_seen": False, "by_staff": False}),
    (request_letters.request_sent, REQUEST),
    (request_letters.request_answered, REQUEST),
    (request_letters.request_commented, REQUEST),
    (request_letters.request_commented, {**REQUEST, "act": RequestAct.REOPEN}),
    (request_letters.request_closed, {**REQUEST, "outcome": RequestOutcome.REFUSED}),
    (
        request_letters.request_closed,
        {**REQUEST, "outcome": RequestOutcome.FULFILLED, "reopenable_until": AT},
    ),
    (people_letters.impersonation_started, {**LOOKED_AT, "is_seen": False, "by_staff": False}),
    (people_letters.erasure_requested, {"person_id": PERSON, "due_at": AT, "by_staff": True}),
    (people_letters.erasure_requested, {"person_id": PERSON, "due_at": AT, "by_staff": False}),
    (people_letters.erasure_cancelled, {"person_id": PERSON, "cancelled_at": AT}),
    (people_letters.erasure_refused, {"person_id": PERSON}),
    (
        letters.order_placed,
        {
            "order_id": PERSON,
            "subscription_id": PERSON,
            "tenant": TenantCode("OCB0000001"),
            "offer": OFFER,
            "quantity": 3,
            "placed_by": str(PERSON),
            "placed_at": AT,
        },
    ),
    (contract_letters.support_level_asked, OF_CONTRACT),
    (
        contract_letters.support_level_asked,
        {**OF_CONTRACT, "replaced": SupportLevel.BUSINESS},
    ),
    (contract_letters.support_level_withdrawn, OF_CONTRACT),
    (ending_letters.draining_reported, DRAINING),
    (ending_letters.draining_reported, {**DRAINING, "known": False, "parts": []}),
    (ending_letters.forced_closing_proposed, {**FORCED, "expires_at": AT}),
    (ending_letters.contract_closed, CLOSED),
    (contract_letters.support_level_changed, OF_CONTRACT),
    *(
        (contract_letters.references_changed, {**OF_CONTRACT, **REFERENCES, "by": by})
        for by in ReferencesBy
    ),
    (
        contract_letters.billing_details_changed,
        {**OF_CONTRACT, "changed": ["company_name", "address", "recipient"]},
    ),
    (life_letters.state_changed, {**STATE, "act": ContractAct.SUSPEND, "reason": "<Unpaid>"}),
    (life_letters.state_changed, {**STATE, "act": ContractAct.EXPIRE}),
    (
        life_letters.state_changed,
        {**STATE, "act": ContractAct.EXPIRE, "state": ContractStatus.DRAINING},
    ),
    *(
        (
            life_letters.state_changed,
            {**STATE, "act": act, "state": ContractStatus.ACTIVE},
        )
        for act in (
            ContractAct.RESUME,
            ContractAct.KEEP,
            ContractAct.CONVERT,
            ContractAct.TERMINATE,
        )
    ),
    (life_letters.state_changed, {**STATE, "act": ContractAct.KEEP}),
    (life_letters.trial_ends_soon, {**STATE, **TRIAL}),
    (
        life_letters.trial_requested,
        {
            "request_id": PERSON,
            "email": "ada@acme.example",
            "language": Language.FRENCH,
            "sealed_link": "sealed",
            "expires_at": AT,
        },
    ),
    (letters.termination_scheduled, TERMINATION),
    (letters.termination_effective, TERMINATION),
    (
        letters.factors_changed,
        {**FACTORS, "change": FactorChange.PASSKEY_ENROLLED, "name": "Phone"},
    ),
    *(
        (letters.factors_changed, {**FACTORS, "change": change, "name": None, "not_me_link": None})
        for change in FactorChange
    ),
    *((letters.recovery_code_used, {**FACTORS, "left": left, "used_at": AT}) for left in (0, 1, 9)),
    (letters.recovery_code_used, {**FACTORS, "left": 9, "used_at": AT, "not_me_link": None}),
    (letters.second_factor_locked, {**FACTORS, "locked_until": AT}),
    (letters.second_factor_locked, {**FACTORS, "locked_until": AT, "not_me_link": None}),
    (letters.invitation, {**INVITED, "invited_by_name": "Jane Roe"}),
    (letters.invitation, {**INVITED, "invited_by_name": None}),
    (letters.invitation_answered, {**ACCOUNT, "name": "Eve Moon", "accepted": True, **INVITER}),
    (letters.invitation_answered, {**ACCOUNT, "name": "Eve Moon", "accepted": False, **INVITER}),
    (letters.access_ended, {**ACCOUNT, "how": Leaving.REMOVED}),
    (letters.access_ended, {**ACCOUNT, "how": Leaving.LEFT}),
    (letters.access_disabled, ACCOUNT),
    (letters.access_disabled, {**ACCOUNT, "user_name": None}),
    (letters.roles_changed, INVITED),
    (letters.roles_changed, {**ACCOUNT, "roles": {}}),
    (letters.user_changed, {**ACCOUNT, "names": True, "mobile": False}),
    (letters.user_changed, {**ACCOUNT, "names": True, "mobile": True}),
    (letters.access_enabled, ACCOUNT),
    (letters.access_enabled, {**ACCOUNT, "user_name": None}),
    *(
        (client_letters.client_announced, {**CLIENT, **owner, "change": change, **by})
        for change in ClientChange
        for owner in ({}, {"tenant": None})
        for by in ({"changed_by_name": "Jane Roe"}, {"changed_by_name": None})
    ),
    (
        client_letters.client_announced,
        {
            **CLIENT,
            "change": ClientChange.MAKER_LOST_RIGHT,
            "changed_by_name": None,
            "secret_ends_at": AT,
        },
    ),
    (
        client_letters.client_announced,
        {
            **CLIENT,
            "change": ClientChange.KEYS_SETTER_LOST_RIGHT,
            "changed_by_name": None,
            "keys_end_at": AT,
        },
    ),
    *(
        (client_letters.client_keys_expire_soon, {**CLIENT, **owner, "days": days})
        for days in (1, 30)
        for owner in ({}, {"tenant": None})
    ),
    (client_letters.client_keys_expired, CLIENT),
    (client_letters.client_keys_expired, {**CLIENT, "tenant": None}),
    *(
        (client_letters.client_news_gathered, {**GATHERED, **owner, "counted": counted})
        for counted in (len(ClientChange), 57)
        for owner in ({}, {"tenant": None})
    ),
    *(
        (client_letters.client_secret_expires_soon, {**CLIENT, **owner, "days": days})
        for days in (1, 30)
        for owner in ({}, {"tenant": None})
    ),
    (client_letters.client_secret_expired, CLIENT),
    (client_letters.client_secret_expired, {**CLIENT, "tenant": None}),
    (client_letters.sessions_ended, {"person_id": PERSON, "ended_at": AT}),
    (letters.mail_change, {**ACCOUNT, "login": "John.Doe", "tenant": None, **ELSEWHERE}),
    (letters.mail_change_requested, {**ACCOUNT, "login": "John.Doe", "tenant": None, **ASKED}),
    (
        letters.mail_change_requested,
        {**ACCOUNT, "login": "John.Doe", "tenant": None, **ASKED, "not_me_link": "s"},
    ),
]
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
