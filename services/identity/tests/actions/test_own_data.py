"""One's own names, number and e-mail address."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from contracts.codes import CredentialKind, Role, Section, TenantCode
from identity.actions.answer_invitation import accept_invitation
from identity.actions.change_account import change_account
from identity.actions.change_api_password import change_api_password
from identity.actions.change_mail import confirm_mail_change, request_mail_change
from identity.actions.read_people import list_users
from servicekit.errors import (
    Conflict,
    Forbidden,
    GuichetError,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
)

pytestmark = pytest.mark.servers

TENANT = TenantCode("OCB0001234")
OTHER = TenantCode("OCB0005678")
API_PASSWORD = "open7sesame"
PASSWORD = "Sesame-2026!"


def mine(john: Any, login: str = "John.Doe") -> dict[str, Any]:
    return {"db": john.db, "context": john.person(john.person_id(login)), "now": john.now}


def ask_mail(john: Any, email: str, login: str = "John.Doe") -> str:
    """The token that goes to the new address."""
    request_mail_change(**mine(john, login), sealer=john.sealer, email=email)
    return john.token("MailChangeLinkIssued")


def confirm(john: Any, token: str) -> Any:
    return confirm_mail_change(db=john.db, context=john.gateway(), now=john.now, token=token)


def found(john: Any, search: str) -> list[str]:
    page = list_users(
        db=john.db, context=john.gateway(), tenant=TENANT, search=search, cursor=None, limit=9
    )
    return [user.login for user in page.items]


def test_names_number_and_language_are_ones_own(john: Any) -> None:
    account = change_account(**mine(john), given_name="Johnny", mobile="+33611111111")
    assert (account.given_name, account.family_name) == ("Johnny", "Doe")
    assert [user.mobile for user in account.iam_users] == ["+33611111111"]
    assert found(john, "johnny") == ["John.Doe"]
    assert john.events("PersonChanged")[-1]["given_name"] == "Johnny"
    assert john.api_sign_in("+33611111111", API_PASSWORD).person_id == john.person_id()
    assert change_account(**mine(john), mobile=None).iam_users[0].mobile is None
    before = len(john.events("PersonChanged"))
    change_account(**mine(john), given_name="Johnny")
    assert len(john.events("PersonChanged")) == before


def test_own_number_does_not_take_another_users_place_nor_shows_where_one_merely_is_attached(
    john: Any, person: Any
) -> None:
    john.open_tenant(tenant=OTHER, referent=person("Eve", "Moon"))
    eve = john.person_id("Eve.Moon")
    console = {Section.DASHBOARD: Role.VISITOR}
    john.invite(person("M", "Z", email="eve.moon@example.com"), console, by=john.person_id())
    john.invite(person("Jane", "Roe", mobile="+33611111111"), console, by=john.person_id())

    def numbers() -> dict[str, str | None]:
        rows = john.rows("SELECT tenant, mobile FROM iam_users WHERE person_id = %(p)s", p=eve)
        return {row["tenant"]: row["mobile"] for row in rows}

    change_account(**mine(john, "Eve.Moon"), mobile="+33622222222")
    assert numbers() == {TENANT: None, OTHER: "+33622222222"}
    accept_invitation(
        db=john.db, context=john.person(eve, tenant=TENANT), now=john.now, tenant=TENANT
    )
    change_account(**mine(john, "Eve.Moon"), mobile="+33611111111")
    assert numbers() == {TENANT: None, OTHER: "+33611111111"}, "Jane has it here"


def test_another_address_is_ones_own_once_its_mailbox_says_so(john: Any) -> None:
    token = ask_mail(john, "john@new.example")
    told = john.events("MailChangeRequested")[-1]
    assert told["login"] == "John.Doe"
    assert "new.example" not in str(told), "whoever reads the old mailbox need not know the new"
    assert found(john, "new.example") == []
    done = confirm(john, token)
    assert (done.user_name, done.email) == ("John.Doe", "john@new.example")
    assert found(john, "new.example") == ["John.Doe"]
    assert john.api_sign_in("john@new.example", API_PASSWORD).person_id == john.person_id()
    with pytest.raises(Unauthenticated):
        john.api_sign_in("john.doe@example.com", API_PASSWORD)
    assert john.events("PersonChanged")[-1]["email"] == "john@new.example"
    assert john.trail()[-2] == ("account:mail:changed", f"person:{john.person_id()}")
    with pytest.raises(NotFound, match="link-not-usable"):
        confirm(john, token)


def test_asking_for_somebodys_address_is_answered_alike_and_comes_to_nothing(
    john: Any, person: Any
) -> None:
    john.invite(person("Jane", "Roe"), {}, by=john.person_id())
    statements = [len(john.events("MailChangeLinkIssued")), len(john.events("MailChangeRequested"))]
    token = ask_mail(john, "JANE.roe@example.com")
    after = [len(john.events("MailChangeLinkIssued")), len(john.events("MailChangeRequested"))]
    assert after == [number + 1 for number in statements]
    with pytest.raises(Conflict, match="email-taken"):
        confirm(john, token)
    own = john.rows("SELECT email FROM persons WHERE login = 'John.Doe'")
    assert own == [{"email": "john.doe@example.com"}]


def test_of_two_who_confirm_one_address_at_once_one_has_it(john: Any, person: Any) -> None:
    john.invite(person("Jane", "Roe"), {}, by=john.person_id())
    tokens = [ask_mail(john, "one@new.example", login) for login in ("John.Doe", "Jane.Roe")]

    def use(token: str) -> str:
        try:
            return str(confirm(john, token).email)
        except GuichetError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(use, tokens)) == ["email-taken", "one@new.example"]


def test_newer_link_ends_the_older_and_a_new_password_ends_both(john: Any) -> None:
    older = ask_mail(john, "a@new.example")
    newer = ask_mail(john, "b@new.example")
    with pytest.raises(NotFound, match="link-not-usable"):
        confirm(john, older)
    john.forget_password(CredentialKind.PORTAL, "John.Doe")
    john.do_what_is_due()
    john.set_password(john.token("PasswordResetRequested"), "Another-Sesame-2026!")
    with pytest.raises(NotFound, match="link-not-usable"):
        confirm(john, newer)


def test_links_in_the_mailbox_left_behind_are_worth_nothing(john: Any) -> None:
    token = ask_mail(john, "john@new.example")
    john.forget_password(CredentialKind.API, "John.Doe", TENANT)
    john.do_what_is_due()
    behind = john.token("PasswordResetRequested")
    confirm(john, token)
    with pytest.raises(NotFound, match="link-not-usable"):
        john.set_password(behind, "open9sesame")


def test_mailboxes_of_others_are_not_flooded(john: Any) -> None:
    for number in range(5):
        ask_mail(john, f"victim{number}@new.example")
    with pytest.raises(TooMany, match="mail-changes-too-many"):
        ask_mail(john, "victim@new.example")
    john.pass_time(days=1, seconds=1)
    ask_mail(john, "victim@new.example")


def test_link_for_an_address_expires_after_a_day_and_sets_no_password(john: Any) -> None:
    token = ask_mail(john, "john@new.example")
    with pytest.raises(NotFound, match="link-not-usable"):
        john.set_password(token, "Another-Sesame-2026!")
    john.pass_time(days=1)
    with pytest.raises(NotFound, match="link-not-usable"):
        confirm(john, token)


# --- the API password, by who knows it ------------------------------------------------------------


def change_api(john: Any, current: str, new: str, identifier: str = "John.Doe") -> Any:
    return change_api_password(
        **john._proving(),
        sealer=john.sealer,
        domain=TENANT,
        identifier=identifier,
        current_password=current,
        new_password=new,
    )


def test_api_password_changes_for_who_knows_it_and_the_portals_stays(john: Any) -> None:
    change_api(john, API_PASSWORD, "other9sesame", "john.doe@example.com")
    assert john.api_sign_in("John.Doe", "other9sesame").person_id == john.person_id()
    assert john.sign_in().person_id == john.person_id()
    with pytest.raises(Unauthenticated):
        john.api_sign_in("John.Doe", API_PASSWORD)
    acts = [action for action, _ in john.trail()]
    assert "api:password:changed" in acts
    assert john.events("PasswordSet")[-1]["credential"] == "api"


@pytest.mark.parametrize("identifier", ["John.Doe", "Nobody.Here"])
def test_wrong_api_password_is_refused_as_at_the_door(john: Any, identifier: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        change_api(john, "wrong", "short", identifier)
    assert refused.value == Unauthenticated("sign-in-refused")


def test_guessing_the_api_password_there_locks_it(john: Any) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            change_api(john, "wrong", "other9sesame")
    with pytest.raises(Unauthenticated):
        john.api_sign_in()
    assert john.sign_in().person_id == john.person_id(), "two locks"


@pytest.mark.parametrize("new", ["a", "John.Doe", API_PASSWORD])
def test_new_api_password_must_satisfy_and_a_refusal_costs_no_try(john: Any, new: str) -> None:
    for _ in range(6):
        with pytest.raises(Invalid, match="password-refused"):
            change_api(john, API_PASSWORD, new)
    assert john.api_sign_in().person_id == john.person_id()


def test_who_has_a_second_factor_is_sent_to_the_portal(john: Any) -> None:
    with john.db.write(john.gateway(), tenant=TENANT) as tx:
        tx.run(
            "INSERT INTO totp_factors (person_id, sealed_secret, last_step, enrolled_at)"
            " VALUES (%(p)s, 'sealed', 0, %(at)s)",
            {"p": john.person_id(), "at": john.now},
        )
    with pytest.raises(Forbidden, match="second-factor-required"):
        change_api(john, API_PASSWORD, "other9sesame")


def guard_of(john: Any) -> list[dict[str, Any]]:
    return john.rows(
        "SELECT cardinality(failed_at) AS failures, cardinality(pending_at) AS pending"
        "  FROM credentials WHERE iam_user_id = %(id)s",
        id=john.iam_user_id(),
    )


def test_right_password_that_is_not_enough_leaves_a_trace_and_forgives_nothing(
    john: Any, desk: Any
) -> None:
    desk.enrol_totp()
    with pytest.raises(Unauthenticated):
        change_api(john, "wrong", "other9sesame")
    guesses = john.rows("SELECT count(*) AS n FROM guesses")
    with pytest.raises(Forbidden) as refused:
        change_api(john, API_PASSWORD, "other9sesame")
    assert refused.value == Forbidden("second-factor-required")
    assert guard_of(john) == [{"failures": 1, "pending": 0}]
    assert john.rows("SELECT count(*) AS n FROM guesses")[0]["n"] > guesses[0]["n"]
    history = john.rows("SELECT method, outcome FROM sign_ins ORDER BY at, id")
    assert history[-1] == {"method": "api", "outcome": "no-second-factor"}
    john.do_what_is_due()
    noted = john.rows(
        "SELECT details FROM house.audit_entries WHERE action = 'api:password:refused'"
        " ORDER BY sequence"
    )
    assert [one["details"]["reason"] for one in noted] == ["wrong", "no-second-factor"]
    with pytest.raises(Unauthenticated):
        john.api_sign_in("John.Doe", "other9sesame")
