"""A tenant's applications are changed, removed, listed, and bounded in number."""

from __future__ import annotations

from typing import Any

import pytest

from contracts import gateway as calls
from contracts.codes import Role, Section
from gateway.tests.oauth.administering import allow, faults, tokens
from servicekit.editions import edition_of
from servicekit.errors import Conflict, Forbidden, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

CALLBACK = "https://app.example/callback"


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
