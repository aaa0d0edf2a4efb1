"""The identity part of the story, by call and event, against the process itself."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from contracts import identity as calls
from contracts import tenancy
from contracts.codes import StaffRole
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated

pytestmark = pytest.mark.servers

TENANT = "OCB0001234"
PORTAL = "Sesame-2026!"
API = "open7sesame"


@pytest.fixture(scope="module")
def john(identity: Any) -> str:
    """John Doe's person id, once his tenant was opened and he has set both passwords."""
    event_id = uuid4()
    identity.open_tenant(TENANT, event_id=event_id)
    identity.open_tenant(TENANT, event_id=event_id)
    registered = identity.heard(calls.PersonRegistered, login="John.Doe")
    person_id: str = registered["person_id"]
    for event, password in ((calls.WelcomeLinkIssued, PORTAL), (calls.IamUserCreated, API)):
        token = identity.token(event, person_id=person_id)
        link = identity.ask(calls.read_link, token=token)
        assert link["user_name"] == "John.Doe"
        identity.ask(calls.set_password_by_link, token=token, password=password)
    return person_id


def test_three_doors_open(identity: Any, john: str) -> None:
    answers = [
        identity.ask(calls.sign_in, login="john.doe", password=PORTAL),
        identity.ask(calls.web_sign_in, domain=TENANT, user_name="John.Doe", password=PORTAL),
        identity.ask(
            calls.api_sign_in, domain=TENANT, identifier="+33 6 12 34 56 78", password=API
        ),
    ]
    assert [answer["person_id"] for answer in answers] == [john] * 3
    assert [answer["tenant"] for answer in answers] == [None, TENANT, TENANT]


def test_people_established_is_told_to_tenancy(identity: Any, john: str) -> None:
    told = identity.heard(calls.TenantPeopleEstablished, listener="tenancy")
    assert told == {
        "tenant": TENANT,
        "referent_id": john,
        "referent_login": "John.Doe",
        "domain_owner_id": john,
        "domain_owner_login": "John.Doe",
    }


def test_rights_and_claims(identity: Any, john: str) -> None:
    rights = identity.ask(calls.resolve_rights, person_id=john)
    assert rights["tenants"][0]["roles"]["users"] == "manager"
    assert rights["tenants"][0]["offices"] == ["domain_owner", "referent"]
    claims = identity.ask(calls.get_person, person_id=john)
    assert (claims["email"], claims["mobile"]) == ("john.doe@example.com", "+33612345678")


def test_account_reads_and_changes(identity: Any, john: str) -> None:
    account = identity.ask(calls.get_account, by=john)
    assert account["rules"]["character_classes"] == 4
    changed = identity.ask(calls.change_account, by=john, key="language", language="en")
    assert changed["language"] == "en"
    assert identity.ask(calls.get_account, by=john)["language"] == "en"


def test_locked_api_login_is_reset_and_the_trail_verifies(identity: Any, john: str) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated, match="sign-in-refused"):
            identity.ask(calls.api_sign_in, domain=TENANT, identifier="John.Doe", password="x")
    with pytest.raises(Unauthenticated, match="sign-in-refused"):
        identity.ask(calls.api_sign_in, domain=TENANT, identifier="John.Doe", password=API)
    assert identity.heard(calls.CredentialLocked, credential="api")["tenant"] == TENANT
    user = identity.ask(calls.list_iam_users, by=john, tenant=TENANT)["items"][0]
    assert user["locked_until"] is not None
    identity.ask(
        calls.reset_failed_login,
        by=john,
        key="reset",
        tenant=TENANT,
        iam_user_id=user["iam_user_id"],
    )
    identity.ask(calls.api_sign_in, domain=TENANT, identifier="John.Doe", password=API)
    actions = _actions(identity, john)
    assert "api:login:locked" in actions
    assert "api:failed-login:reset" in actions
    verified = identity.ask(calls.verify_audit_chain, by=john, tenant=TENANT)
    assert verified["verified"] is True
    assert verified["entries"] == len(actions)


def _actions(identity: Any, john: str) -> list[str]:
    entries = identity.ask(calls.list_audit_entries, by=john, tenant=TENANT, limit=200)
    return [entry["action"] for entry in entries["items"]]


def test_user_is_invited_changed_and_removed(identity: Any, john: str) -> None:
    jane = {"email": "jane.roe@example.com", "given_name": "Jane", "family_name": "Roe"}
    invited = identity.ask(
        calls.invite_user, by=john, key="j1", tenant=TENANT, roles={"invoices": "visitor"}, **jane
    )
    again = identity.ask(
        calls.invite_user, by=john, key="j1", tenant=TENANT, roles={"invoices": "visitor"}, **jane
    )
    assert invited == again
    assert (invited["login"], invited["activated"]) == ("Jane.Roe", False)
    with pytest.raises(Conflict, match="user-exists"):
        identity.ask(calls.invite_user, by=john, key="j2", tenant=TENANT, roles={}, **jane)
    of_jane = {"by": john, "tenant": TENANT, "person_id": invited["person_id"]}
    changed = identity.ask(calls.change_roles, key="j3", roles={"dashboard": "visitor"}, **of_jane)
    assert changed["roles"] == {"dashboard": "visitor"}
    assert identity.ask(calls.send_welcome_again, key="j4", **of_jane) == {}
    listed = identity.ask(calls.list_users, by=john, tenant=TENANT, search="roe")
    assert [user["login"] for user in listed["items"]] == ["Jane.Roe"]
    assert identity.ask(calls.remove_user, key="j5", **of_jane) == {}
    assert identity.heard(calls.TenantLeft, listener="gateway")["tenant"] == TENANT


def test_password_is_changed_forgotten_and_set_again(identity: Any, john: str) -> None:
    new = "Another-2026!"
    assert (
        identity.ask(calls.change_password, by=john, current_password=PORTAL, new_password=new)
        == {}
    )
    with pytest.raises(Forbidden, match="current-password-wrong"):
        identity.ask(
            calls.change_password, by=john, current_password=PORTAL, new_password="Third-2026!"
        )
    identity.ask(calls.request_password_reset, credential="portal", identifier="John.Doe")
    token = identity.token(calls.PasswordResetRequested)
    with pytest.raises(Invalid, match="password-refused"):
        identity.ask(calls.set_password_by_link, token=token, password="short")
    identity.ask(calls.set_password_by_link, token=token, password=PORTAL)
    identity.ask(calls.sign_in, login="John.Doe", password=PORTAL)
    with pytest.raises(NotFound, match="link-not-usable"):
        identity.ask(calls.read_link, token=token)


def test_own_login_is_reset_and_staff_appointed(identity: Any, john: str) -> None:
    iam_user_id = identity.ask(calls.get_account, by=john)["iam_users"][0]["iam_user_id"]
    freed = identity.ask(calls.reset_own_failed_login, by=john, key="own", iam_user_id=iam_user_id)
    assert freed["failed_logins"] == 0
    operator = {"by": john, "staff": (StaffRole.OPERATOR,)}
    member = identity.ask(
        calls.appoint_staff,
        key="staff",
        email="sam.sales@example.com",
        given_name="Sam",
        family_name="Sales",
        roles=["sales", "billing"],
        **operator,
    )
    assert (member["login"], member["roles"]) == ("Sam.Sales", ["billing", "sales"])
    listed = identity.ask(calls.list_staff, **operator)
    assert "Sam.Sales" in [one["login"] for one in listed["items"]]


def test_operator_is_appointed_by_command_once(identity: Any) -> None:
    words = ["--login", "ada.ops", "--email", "ada@example.com"]
    words += ["--given-name", "Ada", "--family-name", "Ops"]
    first = identity.run("appoint-operator", *words)
    again = identity.run("appoint-operator", *words)
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert json.loads(first.stdout) == json.loads(again.stdout)
    assert json.loads(first.stdout)["login"] == "ada.ops"
    taken = identity.run("appoint-operator", *words[:2], "--email", "eve@example.com", *words[4:])
    assert (taken.returncode, taken.stderr.strip().splitlines()[-1]) == (1, "login-taken")
    odd = identity.run("appoint-operator", "--login", "a", *words[2:])
    assert odd.returncode == 2
    assert json.loads(odd.stderr.strip().splitlines()[-1]) == {"login": ["login"]}


def test_clock_follows_and_locks_end_with_it(identity: Any, john: str) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            identity.ask(calls.web_sign_in, domain=TENANT, user_name="John.Doe", password="x")
    identity.tell(tenancy.ClockMoved, offset_seconds=16 * 60)

    def open_again() -> bool:
        try:
            identity.ask(calls.sign_in, login="John.Doe", password=PORTAL)
        except Unauthenticated:
            return False
        return True

    identity.eventually(open_again)


@pytest.mark.alone
def test_other_calls_are_answered_while_many_sign_in(identity: Any, john: str) -> None:
    """Sign-ins beyond the room kept for them are told to come back; reads go on meanwhile."""

    def enter(number: int) -> str:
        try:
            identity.ask(calls.sign_in, login=f"Nobody.{number}", password="x")
        except Exception as error:  # noqa: BLE001 - the code is what is counted
            return str(error.args[0])
        return "accepted"

    with ThreadPoolExecutor(max_workers=40) as pool:
        burst = [pool.submit(enter, number) for number in range(120)]
        reads = 0
        while not all(one.done() for one in burst):
            identity.ask(calls.get_person, person_id=john)
            reads += 1
            time.sleep(0.005)
    codes = {one.result() for one in burst}
    assert codes <= {"sign-in-refused", "sign-in-busy"}
    assert "sign-in-refused" in codes
    assert reads >= 5
