"""An address is one person's, and his second login's where he has one: nobody else's, ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from services.identity.tests.actions.managing import TENANT, Managing

from identity.actions.registering import register
from identity.domain.names import name_key
from identity.store import persons
from servicekit.context import deadline_in, system_context
from servicekit.db import EVERYONE
from servicekit.errors import Conflict

pytestmark = pytest.mark.servers
# Good for as long as the tests may take: it is made when they are collected.
CONTEXT = replace(system_context(service="identity", call="test"), deadline=deadline_in(7200))
OLD, NEW = "john.doe@example.com", "new@example.com"


@pytest.fixture
def managing(john: Any) -> Managing:
    managing = Managing(john)
    managing.begin(TENANT)
    return managing


def move(managing: Managing, person_id: UUID, email: str) -> None:
    with managing.counter.db.write(CONTEXT, tenant=EVERYONE) as tx:
        persons.change_email(tx, person_id=person_id, email=email, email_key=name_key(email))


def owner_of(managing: Managing, email: str) -> str | None:
    with managing.counter.db.read(tenant=EVERYONE) as tx:
        found = persons.find_by_email(tx, email_key=name_key(email))
    return None if found is None else found.login


def registered(managing: Managing, new: Any) -> tuple[str, bool]:
    with managing.counter.db.write(CONTEXT, tenant=EVERYONE) as tx:
        person, is_new = register(tx, new=new, now=managing.counter.now)
    return person.login, is_new


def test_shared_address_leads_to_the_first_login(managing, person) -> None:
    assert managing.addresses() == {"John.Doe": (OLD, False), "John.Doe2": (OLD, True)}
    assert owner_of(managing, OLD) == "John.Doe"
    assert registered(managing, person("Jack", "Roe", email=OLD)) == ("John.Doe", False)


def test_what_the_first_leaves_the_second_has_alone_and_what_he_returns_to_they_share(managing):
    john = managing.counter
    move(managing, john.person_id(), NEW)
    assert managing.addresses() == {"John.Doe": (NEW, False), "John.Doe2": (OLD, False)}
    assert owner_of(managing, OLD) == "John.Doe2"
    move(managing, john.person_id(), OLD)
    assert managing.addresses() == {"John.Doe": (OLD, False), "John.Doe2": (OLD, True)}
    assert owner_of(managing, NEW) is None


def test_second_leaves_and_returns(managing) -> None:
    move(managing, managing.second, NEW)
    assert managing.addresses() == {"John.Doe": (OLD, False), "John.Doe2": (NEW, False)}
    move(managing, managing.second, OLD)
    assert managing.addresses()["John.Doe2"] == (OLD, True)


def test_nobody_else_takes_an_address_of_either(managing, person) -> None:
    john = managing.counter
    eve, _ = registered(managing, person("Eve", "Roe"))
    move(managing, managing.second, NEW)
    for address in (OLD, NEW):
        with pytest.raises(Conflict, match="email-taken"):
            move(managing, john.person_id(eve), address)
    move(managing, managing.second, OLD)
    move(managing, john.person_id(), NEW)
    with pytest.raises(Conflict, match="email-taken"):
        move(managing, john.person_id(eve), OLD)
    for login in ("John.Doe", "John.Doe2"):
        with pytest.raises(Conflict, match="email-taken"):
            move(managing, john.person_id(login), "eve.roe@example.com")


def test_person_has_one_second_login(managing) -> None:
    john = managing.counter
    with john.db.write(CONTEXT, tenant=EVERYONE) as tx:
        first = persons.get_person(tx, person_id=john.person_id())
        added = persons.add_person(
            tx,
            person=first,
            login_key="third",
            login_stem=None,
            login_number=None,
            email_key=name_key(OLD),
            registered_at=john.now,
            second_of=first.person_id,
        )
    assert not added
