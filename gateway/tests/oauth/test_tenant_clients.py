"""Applications of a tenant: who may register what, what it may do then, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest

from contracts import gateway as calls
from contracts.codes import Language, Role, Section, TenantCode
from contracts.declare import Call
from contracts.registry import SCOPES
from contracts.rights import Caller, CallerKind
from gateway.dispatch import load_payload
from gateway.local_calls import LocalCalls
from gateway.oauth.client_news import ClientNews
from gateway.parts import build_local_calls
from gateway.wire import Circumstances
from servicekit.context import new_call_id
from servicekit.db import EVERYONE
from servicekit.editions import edition_of
from servicekit.errors import (
    Conflict,
    Forbidden,
    GuichetError,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)

pytestmark = pytest.mark.servers

CALLBACK = "https://app.example/callback"
EVERYWHERE = dict.fromkeys((Section.USERS, Section.CONTRACT, Section.SUBSCRIPTIONS), Role.MANAGER)


@dataclass
class Administrator:
    """Somebody who runs the applications of one tenant."""

    local: LocalCalls
    tenant: TenantCode
    roles: Mapping[Section, Role] = field(default_factory=lambda: dict(EVERYWHERE))
    scopes: frozenset[str] = frozenset(SCOPES)
    person_id: str = field(default_factory=lambda: str(uuid4()))

    def ask(self, call: Call, *, key: str | None = None, **said: Any) -> dict[str, Any]:
        payload = said if call.tenant_field is None else {"tenant": self.tenant, **said}
        caller = Caller(
            kind=CallerKind.PERSON,
            subject=self.person_id,
            scopes=self.scopes,
            tenant=self.tenant,
            roles=self.roles,
        )
        about = Circumstances(
            language=Language.FRENCH, call_id=new_call_id(), idempotency_key=key or uuid4().hex
        )
        return self.local.answer(call, payload, load_payload(call, payload), caller, about)

    def register(self, **said: Any) -> dict[str, Any]:
        asked = {"name": "Facturation", "kind": "service", "scopes": ["contracts.read"]}
        return self.ask(calls.register_client, **(asked | said))

    def secret(self, client_id: str, **said: Any) -> dict[str, Any]:
        return self.ask(calls.add_client_secret, client_id=client_id, **said)


@pytest.fixture
def administrator(provider: Any) -> Callable[..., Administrator]:
    parts = provider.parts
    local = build_local_calls(
        parts.db,
        provider.clock,
        parts.endings,
        parts.own_data,
        parts.rights,
        news=ClientNews(days=(30, 7, 1)),
        private_allowed=False,
    )
    return lambda **said: Administrator(
        local, TenantCode.numbered(uuid4().int % 10_000_000), **said
    )


@pytest.fixture
def john(administrator: Any) -> Administrator:
    made: Administrator = administrator()
    return made


def tokens(provider: Any, client_id: str, secret: str) -> Any:
    provider.parts.clients.forget(client_id)
    return provider.app.test_client().post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret)
    )


def faults(act: Callable[[], object]) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        act()
    found: dict[str, list[str]] = refused.value.details["fields"]
    return found


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


def allow(browser: Any, page: Any) -> dict[str, str]:
    import html
    import re
    from urllib.parse import parse_qsl, urlsplit

    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    }
    response = browser.http.post("/oauth/consent", data={**fields, "decision": "allow"})
    assert response.status_code == 303, response.text
    return dict(parse_qsl(urlsplit(response.location).query))


# --- secrets ------------------------------------------------------------------------------------


def test_a_secret_is_shown_once_and_kept_as_a_hash(provider: Any, john: Any) -> None:
    client_id = john.register()["client_id"]
    made = john.secret(client_id)
    shown = john.ask(calls.get_client, client_id=client_id)
    assert shown["secrets"][0]["secret_id"] == made["secret_id"]
    assert made["client_secret"] not in str(shown)
    with provider.parts.db.read(tenant=EVERYONE) as tx:
        for table in (
            "client_secrets",
            "clients",
            "house.idempotency_keys",
            "house.audit_entries",
        ):
            rows = tx.rows(f"SELECT t::text AS line FROM {table} AS t", {}, dict)
            assert made["client_secret"] not in str(rows), table


def test_two_live_so_that_one_replaces_the_other_without_a_pause(provider: Any, john: Any) -> None:
    client_id = john.register()["client_id"]
    old, new = john.secret(client_id), john.secret(client_id)
    for one in (old, new):
        assert tokens(provider, client_id, one["client_secret"]).status_code == 200
    with pytest.raises(Conflict, match="secrets-too-many"):
        john.secret(client_id)
    left = john.ask(calls.remove_client_secret, client_id=client_id, secret_id=old["secret_id"])
    assert [one["secret_id"] for one in left["secrets"]] == [new["secret_id"]]
    assert tokens(provider, client_id, old["client_secret"]).status_code == 401
    assert tokens(provider, client_id, new["client_secret"]).status_code == 200


def test_who_made_a_secret_is_known(john: Any) -> None:
    client_id = john.register()["client_id"]
    john.secret(client_id)
    [kept] = john.ask(calls.get_client, client_id=client_id)["secrets"]
    assert kept["created_by"] == john.person_id


def test_a_secret_that_is_ended_ends_what_it_was_given(
    provider: Any, start_provider: Any, john: Any
) -> None:
    client_id = john.register()["client_id"]
    old, new = john.secret(client_id), john.secret(client_id)
    token = tokens(provider, client_id, old["client_secret"]).json["access_token"]
    elsewhere = start_provider()
    john.ask(calls.remove_client_secret, client_id=client_id, secret_id=old["secret_id"])
    elsewhere.parts.endings.refresh()
    for process in (provider, elsewhere):
        with pytest.raises(Unauthenticated):
            process.parts.tokens.check(token)
    provider.clock.move(seconds=4)
    later = tokens(provider, client_id, new["client_secret"]).json["access_token"]
    assert provider.parts.tokens.check(later).client_id == client_id


def test_two_at_most_though_many_ask_at_once(john: Any) -> None:
    client_id, outcomes = john.register()["client_id"], []

    def make() -> None:
        try:
            outcomes.append(john.secret(client_id)["secret_id"])
        except GuichetError as refused:
            outcomes.append(refused.code)

    threads = [Thread(target=make) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("secrets-too-many") == 3
    assert len(john.ask(calls.get_client, client_id=client_id)["secrets"]) == 2


def test_a_secret_ends_when_it_was_said_to(provider: Any, john: Any) -> None:
    client_id = john.register()["client_id"]
    made = john.secret(client_id, valid_days=1)
    assert tokens(provider, client_id, made["client_secret"]).status_code == 200
    provider.clock.move(days=1, seconds=1)
    assert tokens(provider, client_id, made["client_secret"]).status_code == 401
    assert john.ask(calls.get_client, client_id=client_id)["secrets"] == []


def test_what_runs_on_a_device_has_no_secret(john: Any) -> None:
    client = john.register(kind="native", redirect_uris=["com.example.app:/cb"])
    with pytest.raises(Conflict, match="client-without-secret"):
        john.secret(client["client_id"])


# --- changing and removing ----------------------------------------------------------------------


def test_of_two_who_have_read_the_same_the_second_changes_nothing(john: Any) -> None:
    client = john.register()
    said = {"client_id": client["client_id"], "scopes": ["contracts.read"]}
    read = edition_of(client)
    john.ask(calls.change_client, name="Le premier", edition=read, **said)
    with pytest.raises(Conflict, match="changed-meanwhile"):
        john.ask(calls.change_client, name="Le second", edition=read, **said)
    assert john.ask(calls.get_client, client_id=client["client_id"])["name"] == "Le premier"


def test_a_scope_that_is_taken_away_ends_the_tokens_that_have_it(provider: Any, john: Any) -> None:
    client = john.register(scopes=["contracts.read", "subscriptions.read"])
    client_id = client["client_id"]
    secret = john.secret(client_id)["client_secret"]
    wide = tokens(provider, client_id, secret).json["access_token"]
    provider.clock.move(seconds=2)
    john.ask(calls.change_client, client_id=client_id, name="A", scopes=["contracts.read"])
    with pytest.raises(Unauthenticated):
        provider.parts.tokens.check(wide)
    provider.clock.move(seconds=4)
    narrow = tokens(provider, client_id, secret).json["access_token"]
    assert provider.parts.tokens.check(narrow).scopes == {"contracts.read"}


def test_who_could_not_give_a_scope_may_leave_it_there(administrator: Any, john: Any) -> None:
    client = john.register(scopes=["subscriptions.read"])
    jane = administrator(roles={Section.USERS: Role.MANAGER})
    jane.tenant = john.tenant
    said = {"client_id": client["client_id"], "name": "Autre nom"}
    kept = jane.ask(calls.change_client, scopes=["subscriptions.read"], **said)
    assert kept["name"] == "Autre nom"
    more = ["subscriptions.read", "contracts.read"]
    found = faults(lambda: jane.ask(calls.change_client, scopes=more, **said))
    assert found == {"scopes": ["scope-not-grantable"]}


def test_who_can_do_less_than_an_application_does_not_become_it(
    administrator: Any, john: Any
) -> None:
    client = john.register(scopes=["contracts.read", "subscriptions.read"])
    jane = administrator(roles={Section.USERS: Role.MANAGER, Section.CONTRACT: Role.VISITOR})
    jane.tenant = john.tenant
    with pytest.raises(Forbidden, match="client-above-caller"):
        jane.secret(client["client_id"])
    assert john.ask(calls.get_client, client_id=client["client_id"])["secrets"] == []
    assert jane.secret(jane.register()["client_id"])["client_secret"], "of her own she may"


def test_who_asks_with_fewer_scopes_does_not_say_where_it_is_answered(
    administrator: Any, john: Any
) -> None:
    client = john.register(kind="web", redirect_uris=[CALLBACK])
    jane = administrator(scopes=frozenset({"clients.read", "clients.write"}))
    jane.tenant = john.tenant
    said = {"client_id": client["client_id"], "scopes": ["contracts.read"]}
    with pytest.raises(Forbidden, match="client-above-caller"):
        jane.ask(calls.change_client, name="A", redirect_uris=["https://jane.example/"], **said)
    heard = {"backchannel_logout_uri": "https://jane.example/out"}
    with pytest.raises(Forbidden, match="client-above-caller"):
        jane.ask(calls.change_client, name="A", redirect_uris=[CALLBACK], **heard, **said)
    kept = jane.ask(calls.change_client, name="B", redirect_uris=[CALLBACK], **said)
    assert (kept["name"], kept["redirect_uris"]) == ("B", [CALLBACK])


def test_answered_elsewhere_it_has_nothing_of_what_people_gave_it(
    provider: Any, start_provider: Any, john: Any
) -> None:
    client = john.register(kind="native", redirect_uris=["http://127.0.0.1/cb"])
    client_id = client["client_id"]
    app = type(provider.public())(client_id, None, "http://127.0.0.1/cb")
    browser = provider.browser()
    browser.sign_in()
    code = allow(browser, browser.ask(app, scope="contracts.read"))["code"]
    held = provider.redeem(app, code, browser.verifier).json
    unused = browser.code(app, scope="contracts.read")
    elsewhere = start_provider()

    said = {"client_id": client_id, "name": "A", "scopes": ["contracts.read"]}
    both = ["http://127.0.0.1/cb", "com.mallory.app:/cb"]
    john.ask(calls.change_client, redirect_uris=both, **said)

    provider.parts.clients.forget(client_id)
    elsewhere.parts.endings.refresh()
    for process in (provider, elsewhere):
        with pytest.raises(Unauthenticated):
            process.parts.tokens.check(held["access_token"])
    refused = provider.refresh(app, held["refresh_token"])
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    assert provider.redeem(app, unused, browser.verifier).status_code == 400
    assert browser.ask(app, scope="contracts.read").status_code == 200, "it asks anew"


def test_a_removed_application_is_out_at_once_everywhere(
    provider: Any, start_provider: Any, john: Any
) -> None:
    client_id = john.register()["client_id"]
    secret = john.secret(client_id)["client_secret"]
    token = tokens(provider, client_id, secret).json["access_token"]
    elsewhere = start_provider()
    john.ask(calls.remove_client, client_id=client_id)
    assert tokens(provider, client_id, secret).status_code == 401
    elsewhere.parts.endings.refresh()
    for process in (provider, elsewhere):
        with pytest.raises(Unauthenticated):
            process.parts.tokens.check(token)


def test_a_process_that_still_keeps_a_removed_application_gives_it_nothing_that_opens(
    provider: Any, john: Any
) -> None:
    client_id = john.register()["client_id"]
    secret = john.secret(client_id)["client_secret"]
    form, auth = {"grant_type": "client_credentials"}, (client_id, secret)
    http = provider.app.test_client()
    assert http.post("/oauth/token", data=form, auth=auth).status_code == 200
    john.ask(calls.remove_client, client_id=client_id)
    late = http.post("/oauth/token", data=form, auth=auth)
    if late.status_code == 200:
        provider.clock.move(seconds=1)
        with pytest.raises(Unauthenticated):
            provider.parts.tokens.check(late.json["access_token"])
    provider.parts.clients.forget(client_id)
    assert http.post("/oauth/token", data=form, auth=auth).status_code == 401


def test_another_tenants_application_is_unknown(administrator: Any, john: Any) -> None:
    client_id, mallory = john.register()["client_id"], administrator()
    john.secret(client_id)
    secret_id = john.ask(calls.get_client, client_id=client_id)["secrets"][0]["secret_id"]
    one = {"client_id": client_id}
    for call, said in (
        (calls.get_client, one),
        (calls.change_client, {**one, "name": "x", "scopes": ["contracts.read"]}),
        (calls.remove_client, one),
        (calls.add_client_secret, one),
        (calls.remove_client_secret, {**one, "secret_id": secret_id}),
    ):
        with pytest.raises(NotFound, match="client-unknown"):
            mallory.ask(call, **said)
    assert mallory.ask(calls.list_clients)["items"] == []
    assert len(john.ask(calls.get_client, client_id=client_id)["secrets"]) == 1


def test_the_providers_own_clients_are_no_tenants(provider: Any, john: Any) -> None:
    for app in (provider.machine(), provider.machine(tenants=frozenset({john.tenant}))):
        with pytest.raises(NotFound, match="client-unknown"):
            john.ask(calls.remove_client, client_id=app.client_id)


def test_the_list_goes_by_pages(john: Any) -> None:
    made = sorted(john.register()["client_id"] for _ in range(5))
    first = john.ask(calls.list_clients, limit=3)
    rest = john.ask(calls.list_clients, limit=3, cursor=first["next_cursor"])
    assert [one["client_id"] for one in first["items"] + rest["items"]] == made
    assert rest["next_cursor"] is None


def test_there_is_an_end_to_registering(john: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.oauth.tenant_clients.MOST_CLIENTS", 2)
    john.register()
    john.register()
    with pytest.raises(Conflict, match="clients-too-many"):
        john.register()


def test_the_same_key_registers_once(john: Any) -> None:
    said = {"name": "A", "kind": "service", "scopes": ["contracts.read"]}
    first = john.ask(calls.register_client, key="once", **said)
    assert john.ask(calls.register_client, key="once", **said) == first
    assert len(john.ask(calls.list_clients)["items"]) == 1


def test_every_act_stands_in_the_tenants_trail(john: Any) -> None:
    client_id = john.register()["client_id"]
    secret = john.secret(client_id)
    john.ask(calls.remove_client_secret, client_id=client_id, secret_id=secret["secret_id"])
    john.ask(calls.change_client, client_id=client_id, name="B", scopes=["contracts.read"])
    john.ask(calls.remove_client, client_id=client_id)
    trail = john.ask(calls.list_audit_entries)["items"]
    assert [entry["action"] for entry in trail] == [
        "oauth:client:registered",
        "oauth:secret:added",
        "oauth:secret:removed",
        "oauth:client:changed",
        "oauth:client:removed",
    ]
    assert {entry["target"] for entry in trail} == {f"client:{client_id}"}
    assert john.ask(calls.verify_audit_chain)["verified"] is True


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
