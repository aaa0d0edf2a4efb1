"""Applications of a tenant: who may register what, and what it may do then."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from contracts import gateway as calls
from contracts.codes import Role, Section
from contracts.rights import CallerKind
from gateway.tests.oauth.administering import EVERYWHERE, allow, faults, tokens
from servicekit.errors import NotFound, Unauthenticated, Unavailable

pytestmark = pytest.mark.servers

CALLBACK = "https://app.example/callback"


# --- what a service may do ----------------------------------------------------------------------


def test_a_service_gets_tokens_for_its_tenant_and_no_other(provider: Any, john: Any) -> None:
    client = john.register()
    secret = john.secret(client["client_id"])["client_secret"]
    answer = tokens(provider, client["client_id"], secret)
    assert answer.status_code == 200
    token = provider.parts.tokens.check(answer.json["access_token"])
    assert (token.kind, token.tenants) == (CallerKind.CLIENT, {john.tenant})
    assert token.scopes == {"contracts.read"}


@pytest.mark.parametrize(
    ("roles", "scope", "granted"),
    [
        (EVERYWHERE, "subscriptions.read", True),
        ({Section.USERS: Role.MANAGER}, "subscriptions.read", False),
        ({Section.USERS: Role.MANAGER}, "contracts.read", False),
        ({Section.USERS: Role.MANAGER, Section.CONTRACT: Role.VISITOR}, "contracts.read", True),
        ({Section.USERS: Role.MANAGER, Section.CONTRACT: Role.VISITOR}, "audit.read", False),
        (EVERYWHERE, "audit.read", True),
        (EVERYWHERE, "staff", False),
        (EVERYWHERE, "tenants.write", False),
        (EVERYWHERE, "clients.write", False),
        (EVERYWHERE, "account", False),
        (EVERYWHERE, "openid", False),
        (EVERYWHERE, "made.up", False),
    ],
)
def test_nobody_gives_a_service_more_than_he_could_do_himself(
    administrator: Any, roles: Any, scope: str, granted: bool
) -> None:
    admin = administrator(roles=roles)
    if granted:
        assert admin.register(scopes=[scope])["scopes"] == [scope]
    else:
        found = faults(lambda: admin.register(scopes=[scope]))
        assert found == {"scopes": ["scope-not-grantable"]}


def test_a_token_of_few_scopes_registers_nothing_with_more(administrator: Any) -> None:
    admin = administrator(scopes=frozenset({"clients.write"}))
    assert faults(admin.register) == {"scopes": ["scope-not-grantable"]}


@pytest.mark.parametrize("scope", ["account", "staff", "people.write", "clients.write", "clock"])
def test_an_application_of_people_reaches_neither_accounts_nor_staff_work(
    john: Any, scope: str
) -> None:
    found = faults(lambda: john.register(kind="web", scopes=[scope], redirect_uris=[CALLBACK]))
    assert found == {"scopes": ["scope-not-grantable"]}


# --- redirect URIs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "uri", "fault"),
    [
        ("web", CALLBACK, None),
        ("web", "http://127.0.0.1/cb", None),
        ("web", "http://app.example/cb", "uri-http"),
        ("web", "https://*.example/cb", "uri-not-plain"),
        ("web", "https://app.example/cb#x", "uri-fragment"),
        ("web", "https://user@app.example/cb", "uri-user"),
        ("web", "com.example.app:/cb", "uri-scheme"),
        ("native", "com.example.app:/cb", None),
        ("native", "http://[::1]/cb", None),
        ("native", "myapp:/cb", "uri-scheme"),
        ("native", "javascript:alert(1)", "uri-scheme"),
    ],
)
def test_a_redirect_uri_is_exact_and_safe(
    john: Any, kind: str, uri: str, fault: str | None
) -> None:
    said = {"kind": kind, "scopes": ["contracts.read"], "redirect_uris": [uri]}
    if fault is None:
        assert john.register(**said)["redirect_uris"] == [uri]
    else:
        said["redirect_uris"] = [CALLBACK, uri]
        assert faults(lambda: john.register(**said)) == {"redirect_uris.1": [fault]}


def test_a_service_is_answered_nowhere(john: Any) -> None:
    found = faults(lambda: john.register(redirect_uris=[CALLBACK]))
    assert found == {"redirect_uris": ["redirect-uri-unused"]}


def test_an_application_of_people_names_where_it_is_answered(john: Any) -> None:
    assert faults(lambda: john.register(kind="web")) == {"redirect_uris": ["required"]}


def test_its_tokens_open_its_tenant_alone_whatever_the_person_holds(
    provider: Any, john: Any
) -> None:
    client = john.register(kind="native", redirect_uris=["http://127.0.0.1/cb"])
    app = provider.public()  # only its way of being asked is needed
    app = type(app)(client["client_id"], None, "http://127.0.0.1:5123/cb")
    browser = provider.browser()
    browser.sign_in()
    page = browser.ask(app, scope="contracts.read")
    assert page.status_code == 200, "nobody is spared the question"
    owner = f"Production ({john.tenant})"
    assert owner in page.text, "who registered it is said where one is asked to agree"
    provider.identity.failure = Unavailable("service-timeout")
    assert john.tenant in browser.ask(app, scope="contracts.read").text, "by its code at least"
    provider.identity.failure = None
    asked = allow(browser, page)
    answer = provider.redeem(app, asked["code"], browser.verifier)
    token = provider.parts.tokens.check(answer.json["access_token"])
    assert token.domain == john.tenant


def test_who_holds_nothing_in_its_tenant_is_not_asked_for_his_name(
    provider: Any, john: Any
) -> None:
    client = john.register(
        kind="native", scopes=["openid", "email"], redirect_uris=["http://127.0.0.1/cb"]
    )
    app = type(provider.public())(client["client_id"], None, "http://127.0.0.1/cb")
    browser, stranger = provider.browser(), uuid4()
    browser.sign_in(stranger)
    page = browser.ask(app, scope="openid email")
    assert page.status_code == 200
    provider.identity.outsiders.add(stranger)
    told = browser.ask(app, scope="openid email", ui_locales="en")
    assert (told.status_code, "access_denied" in told.text) == (400, True)
    assert "Location" not in told.headers
    silent = browser.ask(app, scope="openid email", prompt="none")
    assert "error=access_denied" in silent.location
    with pytest.raises(AssertionError):
        allow(browser, page)


def test_a_sign_in_to_another_domain_gives_it_nothing(provider: Any, john: Any) -> None:
    client = john.register(kind="native", redirect_uris=["http://127.0.0.1/cb"])
    app = type(provider.public())(client["client_id"], None, "http://127.0.0.1/cb")
    browser = provider.browser()
    browser.sign_in(method="api")
    asked = allow(browser, browser.ask(app, scope="contracts.read"))
    answer = provider.redeem(app, asked["code"], browser.verifier)
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_grant")


# --- consents -----------------------------------------------------------------------------------


def test_a_consent_taken_back_ends_the_applications_tokens_of_that_person(
    provider: Any, start_provider: Any, administrator: Any, john: Any
) -> None:
    client = john.register(
        kind="native", scopes=["openid", "contracts.read"], redirect_uris=["http://127.0.0.1/cb"]
    )
    app = type(provider.public())(client["client_id"], None, "http://127.0.0.1/cb")
    ann, bob = provider.browser(), provider.browser()
    held = {}
    for browser in (ann, bob):
        person_id = uuid4()
        browser.sign_in(person_id)
        code = allow(browser, browser.ask(app, scope="openid contracts.read"))["code"]
        held[str(person_id)] = provider.redeem(app, code, browser.verifier).json
    (anns, his), (bobs, others) = held.items()
    unused = ann.ask(app, scope="openid contracts.read").location.partition("code=")[2]

    herself = administrator(person_id=anns)
    listed = herself.ask(calls.list_consents)["items"]
    assert [(one["client_id"], one["name"]) for one in listed] == [
        (client["client_id"], "Facturation")
    ]
    elsewhere = start_provider()
    herself.ask(calls.withdraw_consent, client_id=client["client_id"])

    elsewhere.parts.endings.refresh()
    for process in (provider, elsewhere):
        with pytest.raises(Unauthenticated):
            process.parts.tokens.check(his["access_token"])
        assert process.parts.tokens.check(others["access_token"]).subject == bobs
    refused = provider.refresh(app, his["refresh_token"])
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    assert provider.redeem(app, unused.partition("&")[0], ann.verifier).status_code == 400
    assert provider.refresh(app, others["refresh_token"]).status_code == 200
    assert herself.ask(calls.list_consents)["items"] == []
    assert ann.ask(app, scope="openid contracts.read").status_code == 200, "it asks anew"
    with pytest.raises(NotFound, match="consent-unknown"):
        herself.ask(calls.withdraw_consent, client_id=client["client_id"])
    assert ("oauth:consent:withdrawn", f"client:{client['client_id']}") in provider.trail()
