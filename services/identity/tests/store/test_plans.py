"""No call of the contract reads a large table from end to end.

Each call is answered by the edge and does what it should, or refuses by the code named here.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any
from uuid import UUID

import pyotp
import pytest
from services.identity.tests.actions.conftest import SoftAuthenticator
from services.identity.tests.actions.staffing import appoint
from services.identity.tests.store.crowd import SMALL, fill
from services.identity.tests.store.desk import Desk
from tests.plans import Plans, large_tables

from contracts import identity as calls
from contracts.codes import CredentialKind, StaffRole
from contracts.identity import IDENTITY
from identity.actions.decide_recovery import RUN_OUT, TAKE_EFFECT, run_out, take_effect
from identity.actions.end_impersonation import run_out as run_out_impersonation
from identity.actions.erase_person import erase_person
from identity.actions.request_erasure import ERASE
from identity.actions.telling_of_impersonation import RUN_OUT as IMPERSONATION_RUN_OUT
from identity.domain.expiry import ExpiryWindow
from identity.store import credentials, policies
from servicekit.db import EVERYONE, Database
from servicekit.due import DueRunner

pytestmark = pytest.mark.servers

TENANT = "OCB0001234"
PASSWORD = "Sesame-2026!"
API_PASSWORD = "open7sesame"
BROWSER = "what only this browser has"


@pytest.fixture
def desk(john: Any, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    fill(john, postgres_url)
    large = large_tables(john.db, but=SMALL)
    # One connection: what it has counted is what was asked here.
    with Database(john.url, pool_size=1, service="identity") as john.db:
        yield Desk(john, Plans(monkeypatch), large)


def nth(number: int, kind: str = "p") -> UUID:
    """The id the crowd has for it."""
    return UUID(hashlib.md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest())


def test_every_table_is_filled_or_named_small(desk: Desk) -> None:
    assert desk.small() == {}


def test_no_call_reads_a_large_table_from_end_to_end(desk: Desk, person: Any) -> None:
    john = desk.counter
    bob = appoint(john, person("Bob", "Help"), StaffRole.SUPPORT)
    ada = appoint(john, person("Ada", "Help"), StaffRole.SUPPORT, StaffRole.OPERATOR)
    me = john.person_id()
    sign_in_at_each_door(desk)
    use_links(desk)
    read_and_change_the_account(desk, me)
    manage_users(desk, me)
    manage_iam_users(desk, me)
    change_rules(desk, me, ada)
    have_second_factors(desk, me)
    sign_in_with_factors(desk)
    change_staff(desk, ada)
    look_after_people(desk, bob, ada)
    recover(desk, bob, ada)
    impersonate(desk, bob, ada, me)
    change_passwords(desk, me)
    leave(desk)
    assert desk.unasked(IDENTITY) == set()
    assert desk.told() == ""


def sign_in_at_each_door(desk: Desk) -> None:
    john, api = desk.counter, {"domain": TENANT, "password": API_PASSWORD}
    for name in ("John.Doe", "person.7", "Nobody"):
        code = None if name == "John.Doe" else "sign-in-refused"
        desk.ask(calls.sign_in, login=name, password=PASSWORD, refused=code)
        desk.ask(calls.web_sign_in, domain=TENANT, user_name=name, password=PASSWORD, refused=code)
        desk.ask(calls.api_sign_in, identifier=name, refused=code, **api)
    desk.ask(calls.api_sign_in, identifier="john.doe@example.com", **api)
    site = {"address": "2001:db8:7:1::1", "password": PASSWORD}
    desk.ask(calls.sign_in, login="Nobody", refused="sign-in-refused", **site)
    with desk.watching("due work"):
        john.do_what_is_due()
    me = john.person_id()
    with desk.watching("the watch over policies"):
        watch(john, me)


def use_links(desk: Desk) -> None:
    john, token = desk.counter, desk.counter.token
    for credential, domain in (("portal", None), ("api", TENANT)):
        asked = {"credential": credential, "domain": domain}
        desk.ask(calls.request_password_reset, identifier="John.Doe", **asked)
        john.do_what_is_due()
        link = token("PasswordResetRequested")
        desk.ask(calls.read_link, token=link)
        new = PASSWORD + "1" if credential == "portal" else API_PASSWORD + "1"
        desk.ask(calls.set_password_by_link, token=link, password=new)


def read_and_change_the_account(desk: Desk, me: UUID) -> None:
    desk.ask(calls.resolve_rights, person_id=me)
    desk.ask(calls.get_person, person_id=me)
    desk.ask(calls.get_account, by=me)
    desk.ask(calls.change_account, by=me, given_name="Jon", mobile="+33611111111")
    first = desk.ask(calls.list_sign_ins, by=nth(7), limit=2)
    desk.ask(calls.list_sign_ins, by=nth(7), limit=2, cursor=first["next_cursor"])
    desk.ask(calls.request_mail_change, by=me, email="john@new.example")
    desk.ask(calls.confirm_mail_change, token=desk.counter.token("MailChangeLinkIssued"))


def manage_users(desk: Desk, me: UUID) -> None:
    here: dict[str, Any] = {"by": me, "tenant": TENANT}
    for more in ({}, {"search": "p12"}, {"state": "disabled"}, {"state": "invited"}):
        desk.ask(calls.list_users, **here, limit=20, **more)
    page = desk.ask(calls.list_users, **here, limit=20)
    desk.ask(calls.list_users, **here, limit=20, cursor=page["next_cursor"])
    him = {**here, "person_id": nth(7)}
    desk.ask(calls.get_user, **him)
    desk.ask(calls.explain_access, **him, act="subscriptions.place_order")
    desk.ask(calls.change_user, **him, given_name="X", family_name="Y")
    desk.ask(calls.disable_user, **him)
    desk.ask(calls.enable_user, **him)
    desk.ask(calls.change_roles, **him, roles={"dashboard": "visitor"})
    desk.ask(calls.remove_user, **him)
    name = {"given_name": "Jane", "family_name": "Roe", "roles": {"dashboard": "visitor"}}
    jane = desk.ask(calls.invite_user, **here, email="jane@example.com", **name)
    desk.ask(calls.send_welcome_again, **here, person_id=jane["person_id"])
    for number in (3001, 3002, 3003):
        desk.ask(calls.invite_user, **here, email=f"p{number}@example.com", **name)
    desk.ask(calls.answer_invitation, token=desk.counter.token("UserInvited"), accept=True)
    assert desk.ask(calls.list_own_invitations, by=nth(3001))["items"]
    desk.ask(calls.accept_invitation, by=nth(3001), tenant=TENANT)
    desk.ask(calls.leave_tenant, by=nth(3001), tenant=TENANT)


def manage_iam_users(desk: Desk, me: UUID) -> None:
    here: dict[str, Any] = {"by": me, "tenant": TENANT}
    page = desk.ask(calls.list_iam_users, **here, limit=20)
    desk.ask(calls.list_iam_users, **here, limit=20, cursor=page["next_cursor"])
    found = desk.ask(calls.list_iam_users, **here, search="person.12", limit=20)["items"]
    him = {**here, "iam_user_id": found[0]["iam_user_id"]}
    desk.ask(calls.reset_failed_login, **him)
    desk.ask(calls.disable_iam_user, **him)
    desk.ask(calls.enable_iam_user, **him)
    desk.ask(calls.send_console_welcome_again, **him)
    mine = {"by": me, "iam_user_id": desk.counter.iam_user_id()}
    desk.ask(calls.reset_own_failed_login, **mine)
    desk.ask(calls.request_own_api_password_link, **mine)


def change_rules(desk: Desk, me: UUID, ada: UUID) -> None:
    here: dict[str, Any] = {"by": me, "tenant": TENANT}
    for kind in ("portal", "api"):
        rules = desk.ask(calls.get_password_policy, **here, kind=kind)
        asked = {name: rules[name] for name in calls.ChangePasswordPolicy().fields if name in rules}
        changed = desk.ask(calls.change_password_policy, **{**asked, **here})
        desk.ask(calls.drop_password_policy, **here, kind=kind, version=changed["version"])
        whole = desk.ask(calls.get_installation_policy, by=ada, kind=kind)
        fields = calls.ChangeInstallationPolicy().fields
        asked = {name: whole[name] for name in fields if name in whole}
        desk.ask(calls.change_installation_policy, by=ada, **asked)
    rules = desk.ask(calls.get_entry_rules, **here)
    asked = {name: rules[name] for name in calls.ChangeEntryRules().fields if name in rules}
    desk.ask(calls.change_entry_rules, **{**asked, **here})
    whole = desk.ask(calls.get_installation_entry_rules, by=ada)
    desk.ask(calls.change_installation_entry_rules, by=ada, **whole)
    staff = desk.ask(calls.get_staff_rules, by=ada)
    desk.ask(calls.change_staff_rules, by=ada, **staff)


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(time.time() + 30 * steps)


def have_second_factors(desk: Desk, me: UUID) -> None:
    desk.ask(calls.get_factors, by=me)
    secret = desk.ask(calls.start_totp, by=me)["secret"]
    desk.ask(calls.confirm_totp, by=me, code=code_of(secret))
    soft = SoftAuthenticator()
    options = desk.ask(calls.start_passkey, by=me)["options"]
    made = soft.make(options)
    factors = desk.ask(calls.finish_passkey, by=me, name="Laptop", passkey=made)["factors"]
    passkey_id = factors["passkeys"][0]["passkey_id"]
    desk.ask(calls.rename_passkey, by=me, passkey_id=passkey_id, name="Desk")
    codes = desk.ask(calls.renew_recovery_codes, by=me)["recovery_codes"]
    desk.ask(calls.list_factor_kinds, person_id=me)
    at_browser = {"person_id": me, "bound_to": BROWSER}
    options = desk.ask(calls.start_second_factor_passkey, **at_browser)["options"]
    proof = {"kind": "passkey", "passkey": soft.sign(options)}
    desk.ask(calls.prove_second_factor, **at_browser, **proof)
    proof = {"person_id": me, "kind": "totp", "code": code_of(secret, 1)}
    desk.ask(calls.prove_second_factor, **proof)
    desk.ask(calls.prove_second_factor, **proof, refused="second-factor-refused")
    proof = {"person_id": me, "kind": "recovery_code", "code": codes[0]}
    desk.ask(calls.prove_second_factor, **proof)
    for login in (None, "person.7", "nobody"):
        options = desk.ask(calls.start_passkey_sign_in, login=login, bound_to=BROWSER)["options"]
    desk.ask(calls.passkey_sign_in, passkey=soft.sign(options), bound_to=BROWSER)
    desk.ask(calls.remove_passkey, by=me, passkey_id=passkey_id)
    desk.ask(calls.remove_totp, by=me)


def sign_in_with_factors(desk: Desk) -> None:
    """People who enrol their first one before their session starts; and one who lost his."""
    one, two = invited(desk, "one"), invited(desk, "two")
    secret = desk.ask(calls.start_totp_at_sign_in, person_id=one)["secret"]
    desk.ask(calls.confirm_totp_at_sign_in, person_id=one, code=code_of(secret))
    soft, at_browser = SoftAuthenticator(), {"person_id": two, "bound_to": BROWSER}
    options = desk.ask(calls.start_passkey_at_sign_in, **at_browser)["options"]
    made = {"name": "Laptop", "passkey": soft.make(options)}
    desk.ask(calls.finish_passkey_at_sign_in, **at_browser, **made)
    me = desk.counter.person_id()
    desk.ask(calls.reset_second_factors, by=me, tenant=TENANT, person_id=one)


def invited(desk: Desk, name: str) -> UUID:
    more = {"given_name": name.title(), "family_name": "New", "roles": {"dashboard": "visitor"}}
    by = desk.counter.person_id()
    asked = {"by": by, "tenant": TENANT, "email": f"{name}@example.com"}
    return UUID(desk.ask(calls.invite_user, **asked, **more)["person_id"])


def change_staff(desk: Desk, ada: UUID) -> None:
    name = {"email": "max@example.com", "given_name": "Max", "family_name": "Help"}
    new = desk.ask(calls.appoint_staff, by=ada, **name, roles=["support"])
    him = {"by": ada, "person_id": new["person_id"]}
    page = desk.ask(calls.list_staff, by=ada, limit=20)
    desk.ask(calls.list_staff, by=ada, limit=20, cursor=page["next_cursor"])
    desk.ask(calls.get_staff_member, **him)
    desk.ask(calls.change_staff_roles, **him, roles=["sales"])
    desk.ask(calls.dismiss_staff, **him)


def look_after_people(desk: Desk, bob: UUID, ada: UUID) -> None:
    for search in ("person.12", "p12@example", "f12", "p123"):
        page = desk.ask(calls.find_persons, by=bob, search=search, limit=5)
        if page["next_cursor"]:
            more = {"limit": 5, "cursor": page["next_cursor"]}
            desk.ask(calls.find_persons, by=bob, search=search, **more)
    him = {"by": bob, "person_id": nth(8)}
    desk.ask(calls.get_person_file, **him)
    desk.ask(calls.unlock_portal_login, **him)
    desk.ask(calls.disable_person, **him)
    desk.ask(calls.enable_person, **him)
    targets = [f"person:{nth(8)}", f"iam-user:{desk.counter.iam_user_id()}"]
    for chain in ("-", TENANT):
        desk.ask(calls.name_people, chain=chain, targets=targets)
        desk.ask(calls.list_administrators, chain=chain)
    desk.ask(calls.list_audit_entries, by=bob, tenant=TENANT, limit=20)
    desk.ask(calls.verify_audit_chain, by=bob, tenant=TENANT)
    desk.ask(calls.list_house_entries, by=ada, limit=20)
    desk.ask(calls.verify_house_chain, by=ada)


def recover(desk: Desk, bob: UUID, ada: UUID) -> None:
    ends = (
        (calls.approve_recovery, ada),
        (calls.refuse_recovery, ada),
        (calls.withdraw_recovery, bob),
        (calls.object_to_recovery, None),
    )
    for number, (end, by) in enumerate(ends, start=24):
        about = {"person_id": nth(number), "kind": "reset_factors", "evidence": "ID card seen"}
        act = desk.ask(calls.propose_recovery, by=bob, **about)
        one = {"recovery_id": act["recovery_id"]}
        desk.ask(calls.get_recovery, by=ada, **one)
        desk.ask(calls.list_own_recoveries, by=nth(number))
        desk.ask(end, by=by or nth(number), **one)
    for more in ({}, {"open": True}, {"person_id": nth(24)}):
        page = desk.ask(calls.list_recoveries, by=ada, limit=2, **more)
        if page["next_cursor"]:
            desk.ask(calls.list_recoveries, by=ada, limit=2, **more, cursor=page["next_cursor"])
    john = desk.counter
    john.pass_time(days=4)
    due = {
        RUN_OUT: lambda item: run_out(db=john.db, item=item),
        TAKE_EFFECT: lambda item: take_effect(db=john.db, sealer=john.sealer, item=item),
    }
    with desk.watching("recoveries that are due"):
        assert DueRunner(john.db, john.clock, due).step()


def impersonate(desk: Desk, bob: UUID, ada: UUID, me: UUID) -> None:
    """One that the tenant gives, one that two of staff give, one that is declined."""
    here = {"tenant": TENANT, "as_person_id": me, "operator": "Bob.Help"}
    one = desk.ask(calls.give_impersonation, by=me, **here, reason="An invoice is missing")
    by_id = {"grant_id": one["grant_id"]}
    desk.ask(calls.open_impersonation, **by_id, operator_id=bob)
    for looking, who in ((True, bob), (False, me)):
        page = desk.ask(calls.list_own_impersonations, by=who, looking=looking, limit=1)
        assert page["items"]
    page = desk.ask(calls.list_impersonations, by=me, tenant=TENANT, limit=2)
    asked = {"tenant": TENANT, "limit": 2, "cursor": page["next_cursor"]}
    desk.ask(calls.list_impersonations, by=me, **asked)
    desk.ask(calls.get_impersonation, by=me, tenant=TENANT, **by_id)
    desk.ask(calls.get_own_impersonation, by=me, **by_id)
    for looks in (calls.list_looks, calls.list_own_looks):
        desk.ask(looks, by=me, tenant=TENANT, **by_id, limit=2)
    desk.ask(calls.end_impersonation, by=me, tenant=TENANT, **by_id)
    for decide in (calls.approve_impersonation, calls.decline_impersonation):
        proposed = desk.ask(calls.propose_impersonation, by=bob, **here)
        desk.ask(calls.list_impersonation_proposals, by=ada, limit=2)
        desk.ask(decide, by=ada, grant_id=proposed["grant_id"])
        if decide is calls.approve_impersonation:
            desk.ask(calls.end_own_impersonation, by=bob, grant_id=proposed["grant_id"])
    desk.ask(calls.give_impersonation, by=me, **here, reason="Still missing")
    john = desk.counter
    john.pass_time(hours=1)
    due = {IMPERSONATION_RUN_OUT: lambda item: run_out_impersonation(db=john.db, item=item)}
    with desk.watching("impersonations that are over"):
        assert DueRunner(john.db, john.clock, due).step()


def change_passwords(desk: Desk, me: UUID) -> None:
    portal, api = PASSWORD + "1", API_PASSWORD + "1"
    desk.ask(calls.prove_password, person_id=me, password=portal)
    mine = {"person_id": me, "iam_user_id": desk.counter.iam_user_id()}
    desk.ask(calls.prove_password, **mine, password=api)
    new = {"current_password": portal, "new_password": PASSWORD + "2"}
    desk.ask(calls.change_password, by=me, **new)
    new = {"current_password": api, "new_password": API_PASSWORD + "2"}
    desk.ask(calls.change_api_password, domain=TENANT, identifier="John.Doe", **new)
    for whose in ({"person_id": me}, mine):
        desk.ask(calls.read_expired_password, **whose, refused="password-not-expired")
        asked = {**whose, "password": "Another.Sesame-77"}
        desk.ask(calls.replace_expired_password, **asked, refused="password-not-expired")
    token = desk.counter.fernet.decrypt(
        desk.counter.events("PasswordSet")[-1]["not_me_link"]
    ).decode()
    desk.ask(calls.disown, token=token)


def leave(desk: Desk) -> None:
    gone = UUID(
        desk.counter.rows("SELECT id FROM persons WHERE login_key = 'two.new'")[0]["id"].hex
    )
    desk.ask(calls.export_person, person_id=nth(9))
    desk.ask(calls.get_erasure, by=nth(9))
    desk.ask(calls.request_erasure, by=gone)
    desk.ask(calls.cancel_erasure, by=gone)
    desk.ask(calls.request_erasure, by=gone)
    john = desk.counter
    john.pass_time(days=7)
    due = {ERASE: lambda item: erase_person(db=john.db, item=item)}
    with desk.watching("erasing"):
        assert DueRunner(john.db, john.clock, due).step()
    assert john.events("PersonErased")


def watch(john: Any, me: UUID) -> None:
    """What the daily look at a tenant's rules and at the installation's asks."""
    window = ExpiryWindow(90, john.now)
    with john.db.read(tenant=TENANT) as tx:
        for kind in CredentialKind:
            policies.list_expiring_in_tenant(tx, tenant=TENANT, kind=kind, window=window, limit=200)
        policies.list_idle_iam_users(tx, tenant=TENANT, since=john.now, limit=200)
    with john.db.read(tenant=EVERYONE) as tx:
        for kind in CredentialKind:
            policies.list_expiring(tx, kind=kind, window=window, limit=200)
            policies.get_used_hashes(tx, credential_id=me, limit=10)
        credentials.find_expiring_credential(tx, person_id=me, iam_user_id=None)
