"""Secrets of a tenant's applications: made, shown once, replaced and ended."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from contracts import gateway as calls
from gateway.tests.oauth.administering import tokens
from servicekit.db import EVERYONE
from servicekit.errors import Conflict, GuichetError, Unauthenticated

pytestmark = pytest.mark.servers


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
