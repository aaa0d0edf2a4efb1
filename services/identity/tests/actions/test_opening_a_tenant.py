"""TenantOpened makes people: once, attached by e-mail, with all roles and both offices."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from contracts.codes import Office, TenantCode
from identity.store import users
from servicekit.context import system_context
from servicekit.errors import Conflict

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0005678")


def test_referent_who_is_domain_owner_is_one_person_with_one_iam_user(counter: Any) -> None:
    counter.open_tenant()
    assert [event["login"] for event in counter.events("PersonRegistered")] == ["John.Doe"]
    assert len(counter.events("WelcomeLinkIssued")) == 1
    assert [event["user_name"] for event in counter.events("IamUserCreated")] == ["John.Doe"]
    joined = counter.events("TenantJoined")[0]
    assert joined["newly_registered"] is True
    assert joined["roles"]["backup_console"] == "cust_admin"
    assert len(joined["roles"]) == 10
    established = counter.events("TenantPeopleEstablished")[0]
    assert established["referent_id"] == established["domain_owner_id"] == joined["person_id"]
    assert counter.rows("SELECT office FROM offices ORDER BY office") == [
        {"office": "domain_owner"},
        {"office": "referent"},
    ]


def test_event_told_twice_has_its_effect_once(counter: Any) -> None:
    event_id = uuid4()
    counter.open_tenant(event_id=event_id)
    counter.open_tenant(event_id=event_id)
    counter.open_tenant()  # the same fact under another id
    assert len(counter.events("WelcomeLinkIssued")) == 1
    assert len(counter.events("TenantPeopleEstablished")) == 1


def test_two_holders_are_two_people(counter: Any, person: Any) -> None:
    counter.open_tenant(referent=person("Jane", "Roe"), owner=person("John", "Doe"))
    established = counter.events("TenantPeopleEstablished")[0]
    assert established["referent_login"] == "Jane.Roe"
    assert established["domain_owner_login"] == "John.Doe"
    assert len(counter.events("IamUserCreated")) == 2


def test_person_known_by_email_is_attached_with_his_login(john: Any, person: Any) -> None:
    again = person("Jonathan", "Dough", email="JOHN.doe@Example.com")
    john.open_tenant(tenant=OTHER, referent=again)
    assert len(john.events("PersonRegistered")) == 1
    assert len(john.events("WelcomeLinkIssued")) == 1, "he has a password already"
    joined = john.events("TenantJoined")[-1]
    assert (joined["tenant"], joined["newly_registered"]) == (OTHER, False)
    assert john.events("TenantPeopleEstablished")[-1]["referent_login"] == "John.Doe"
    assert john.events("IamUserCreated")[-1]["tenant"] == OTHER, "one IAM user per domain"


def test_namesakes_get_numbered_logins(counter: Any, person: Any) -> None:
    codes = (TENANT, OTHER, TenantCode("OCB0009999"))
    for number, code in enumerate(codes):
        namesake = person("John", "Doe", email=f"john{number}@example.com")
        counter.open_tenant(tenant=code, referent=namesake)
    logins = [event["login"] for event in counter.events("PersonRegistered")]
    assert logins == ["John.Doe", "John.Doe2", "John.Doe3"]


def test_two_holders_who_share_a_mobile_number_both_get_an_iam_user(
    counter: Any, person: Any
) -> None:
    counter.open_tenant(
        referent=person("Jane", "Roe", mobile="+33612345678"),
        owner=person("John", "Doe", mobile="+33612345678"),
    )
    found = counter.rows("SELECT user_name, mobile FROM iam_users ORDER BY mobile NULLS LAST")
    assert [row["mobile"] for row in found] == ["+33612345678", None]


def test_opening_stands_in_the_trail(counter: Any) -> None:
    counter.open_tenant()
    assert counter.trail() == [
        ("links:welcome:sent", f"person:{counter.person_id()}"),
        ("links:welcome:sent", f"iam-user:{counter.iam_user_id()}"),
        ("tenants:people:established", TENANT),
    ]


def test_office_has_one_holder_whatever_is_written(john: Any) -> None:
    """The key of the table, not a check in code, allows no second one."""
    context = system_context(service="identity", call="test", tenant=TENANT)
    with (
        john.db.write(context, tenant=TENANT) as tx,
        pytest.raises(Conflict, match="held"),
        tx.unless(constraint="offices_pkey", error=Conflict("held")),
    ):
        users.add_office(
            tx,
            tenant=TENANT,
            office=Office.REFERENT,
            person_id=john.person_id(),
            at=john.now,
        )
